package browser

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

// subject is what a step is about: one locator or several alternatives, with their templates evaluated.
type subject struct {
	alts []alternative
	// label is the target as the journey's file has it: what a template stood for is not told.
	label string
}

// alternative is a locator and the frame to look in; nil is the page itself.
type alternative struct {
	part  inpage.Part
	frame *alternative
	label string
}

// newSubject evaluates locators.
func newSubject(ctx context.Context, scope *journeys.Scope, ls journeys.Locators) (subject, error) {
	t := subject{label: ls.String()}
	for i := range ls {
		a, err := newAlternative(ctx, scope, &ls[i])
		if err != nil {
			return subject{}, err
		}
		t.alts = append(t.alts, *a)
	}
	if len(t.alts) == 0 {
		return subject{}, errors.New("a step without a locator")
	}
	return t, nil
}

func newAlternative(ctx context.Context, scope *journeys.Scope, l *journeys.Locator) (*alternative, error) {
	p, err := newPart(ctx, scope, l)
	if err != nil {
		return nil, err
	}
	a := &alternative{part: *p, label: l.String()}
	if frame := frameOf(l); frame != nil {
		if a.frame, err = newAlternative(ctx, scope, frame); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// frameOf gives the frame a locator looks in: its own, or that of what it looks within.
func frameOf(l *journeys.Locator) *journeys.Locator {
	for ; l != nil; l = l.Within {
		if l.Frame != nil {
			return l.Frame
		}
	}
	return nil
}

func newPart(ctx context.Context, scope *journeys.Scope, l *journeys.Locator) (*inpage.Part, error) {
	value, err := l.Value.Text(ctx, scope)
	if err != nil {
		return nil, err
	}
	p := &inpage.Part{Engine: string(l.Engine), Value: value, Exact: l.Exact, Nth: l.Nth}
	if l.Name != nil {
		name, err := l.Name.Text(ctx, scope)
		if err != nil {
			return nil, err
		}
		p.Name = &name
	}
	if l.HasText != nil {
		if p.HasText, err = l.HasText.Text(ctx, scope); err != nil {
			return nil, err
		}
	}
	if l.Within != nil {
		if p.Within, err = newPart(ctx, scope, l.Within); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// place is a frame and how it was found: the frames around it, outermost first.
type place struct {
	frame cdp.FrameID
	chain []link
}

// link is a frame element that the document around it keeps under a key.
type link struct {
	frame cdp.FrameID
	key   string
}

// frames are the documents around the frame.
func (p place) frames() []cdp.FrameID {
	var all []cdp.FrameID
	for _, l := range p.chain {
		all = append(all, l.frame)
	}
	return all
}

// found is the answer to a wait, and where it was given.
type found struct {
	inpage.Answer
	place place
	drift string
}

// obstacle is the error of a wait whose time is over: what stood in the way, in words.
type obstacle struct{ kind, why string }

func (o *obstacle) Error() string { return o.why }

// finder finds things on a page.
type finder struct{ *page.Page }

// wait waits until the target is as wanted. Its error is an *obstacle when the page says why not.
func (l *finder) wait(ctx context.Context, tg subject, q inpage.Query) (found, error) {
	settled := func() bool { return !l.Navigating() }
	switch {
	case q.Act:
		settled = l.Ready
	case q.Want == inpage.Gone: // what has not come yet is not gone
		settled = func() bool { return !l.Navigating() && l.Main.Interactive }
	}
	if err := l.Until(ctx, settled); err != nil {
		return found{}, err
	}
	framed := false
	for i := range tg.alts {
		framed = framed || tg.alts[i].frame != nil
		q.Alts = append(q.Alts, tg.alts[i].part)
	}
	q.Timeout = 1 // the time that is left
	switch {
	case !framed:
		f, err := l.answered(ctx, tg, place{frame: l.MainFrame}, q)
		return f, l.hinted(ctx, tg, err)
	case len(tg.alts) == 1:
		return l.waitInFrame(ctx, tg, q)
	}
	return l.waitInTurn(ctx, tg, q)
}

// answered puts a question to one frame.
func (l *finder) answered(ctx context.Context, tg subject, at place, q inpage.Query) (found, error) {
	a, err := l.Put(ctx, at.frame, q)
	if err != nil {
		return found{}, err
	}
	if !a.OK {
		return found{Answer: a, place: at}, &obstacle{a.Kind, a.Why}
	}
	f := found{Answer: a, place: at}
	if a.Alt > 0 && a.Alt < len(tg.alts) {
		f.drift = tg.alts[a.Alt].label
	}
	return f, nil
}

// waitInFrame finds the frame and waits there; a frame that is replaced is found anew.
func (l *finder) waitInFrame(ctx context.Context, tg subject, q inpage.Query) (found, error) {
	for {
		at, err := l.entrance(ctx, tg.alts[0].frame, q)
		if absent := (*obstacle)(nil); q.Want == inpage.Gone && errors.As(err, &absent) && absent.kind != "many" {
			return found{Answer: inpage.Answer{OK: true}}, nil // so is everything that was in it
		}
		if err == nil {
			err = l.Until(ctx, func() bool { return !l.Going(at.frame) })
		}
		if err != nil {
			return found{}, err
		}
		f, err := l.answered(ctx, tg, at, q)
		if errors.Is(err, page.ErrFrameGone) {
			if !page.Pause(ctx, 5*time.Millisecond) {
				return found{}, context.Cause(ctx)
			}
			continue
		}
		var o *obstacle
		if errors.As(err, &o) {
			return f, &obstacle{o.kind, l.inFrame(at, tg.alts[0].frame, o.why)}
		}
		return f, err
	}
}

// entrance waits for the frame; to see that something is gone, it looks only once.
func (l *finder) entrance(ctx context.Context, frame *alternative, q inpage.Query) (place, error) {
	if q.Want != inpage.Gone {
		return l.enter(ctx, frame, q.Act)
	}
	short, cancel := context.WithTimeout(ctx, page.Tick+page.Margin)
	defer cancel()
	at, err := l.enter(short, frame, false)
	if err != nil && short.Err() != nil && ctx.Err() == nil {
		err = &obstacle{"none", "no frame " + frame.label}
	}
	return at, err
}

// inFrame adds to an obstacle that it was in a frame, and whether that frame has loaded at all.
func (l *finder) inFrame(at place, frame *alternative, why string) string {
	s := fmt.Sprintf("%s, in the frame %s", why, frame.label)
	l.Lock()
	defer l.Unlock()
	switch r := l.Traffic.InFrame(at.frame); {
	case r == nil:
	case r.Err != "":
		return fmt.Sprintf("%s, which did not load: %s: %s", s, r.URL, r.Err)
	case r.Status >= 400:
		return fmt.Sprintf("%s, which answered %d: %s", s, r.Status, r.URL)
	case !r.Done:
		return fmt.Sprintf("%s, which is still loading: %s", s, r.URL)
	}
	return s
}

// enter finds the frame that a locator names and gives the place inside it. Nobody sees what is in a transparent one,
// but it can be acted upon.
func (l *finder) enter(ctx context.Context, frame *alternative, act bool) (place, error) {
	around := place{frame: l.MainFrame}
	if frame.frame != nil {
		var err error
		if around, err = l.enter(ctx, frame.frame, act); err != nil {
			return place{}, err
		}
	}
	key := frame.label
	f, err := l.answered(ctx, subject{alts: []alternative{*frame}}, around,
		inpage.Query{Alts: []inpage.Part{frame.part}, Want: inpage.Frame, Act: act, Key: key, Timeout: 1})
	if err != nil {
		return place{}, err
	}
	id, err := l.ContentFrame(ctx, f.place.frame, key)
	if err != nil {
		return place{}, err
	}
	if _, err := l.FrameSession(ctx, id); err != nil {
		return place{}, err
	}
	return place{frame: id, chain: append(append([]link{}, around.chain...), link{around.frame, key})}, nil
}

// waitInTurn looks at alternatives that live in different frames one after the other, again and again. One
// that is there is enough; all must be gone.
func (l *finder) waitInTurn(ctx context.Context, tg subject, q inpage.Query) (found, error) {
	begun := time.Now()
	q.Timeout = 0
	for {
		var first error
		gone := 0
		for i := range tg.alts {
			if q.Want != inpage.Gone && i > 0 && time.Since(begun) < time.Duration(i)*page.Grace {
				break
			}
			f, err := l.glance(ctx, tg.alts[i], q)
			if err == nil {
				if gone++; q.Want == inpage.Gone && gone < len(tg.alts) {
					continue
				}
				if i > 0 {
					f.drift = tg.alts[i].label
				}
				return f, nil
			}
			var o *obstacle
			if !errors.As(err, &o) && !errors.Is(err, page.ErrFrameGone) {
				return f, err
			}
			if first == nil {
				first = err
			}
		}
		if page.Remaining(ctx) <= 50*time.Millisecond || !page.Pause(ctx, page.Tick) {
			return found{}, first
		}
	}
}

// glance looks once.
func (l *finder) glance(ctx context.Context, a alternative, q inpage.Query) (found, error) {
	q.Alts = []inpage.Part{a.part}
	at := place{frame: l.MainFrame}
	if a.frame != nil {
		short, cancel := context.WithTimeout(ctx, page.Tick+page.Margin)
		defer cancel()
		var err error
		if at, err = l.enter(short, a.frame, q.Act); err != nil {
			if short.Err() != nil && ctx.Err() == nil {
				err = &obstacle{"none", "no frame " + a.frame.label}
			}
			if o := (*obstacle)(nil); q.Want == inpage.Gone && errors.As(err, &o) && o.kind != "many" {
				return found{Answer: inpage.Answer{OK: true}}, nil
			}
			return found{}, err
		}
	}
	return l.answered(ctx, subject{alts: []alternative{a}}, at, q)
}
