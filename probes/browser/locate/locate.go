// Package locate finds the one thing on a page that a locator means, waits until it is as a step wants it, and says what
// stood in the way.
//
// A locator is strict: two matches are an obstacle, not a choice. Where several alternatives are given, one that is not the
// first is told as drift; where nothing matches, what is nearest is named, and the frame that it is in. The looking itself
// happens in the page (package inpage). Its one rule: nothing is taken for gone that has only not come yet.
package locate

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

// Subject is what a step is about: one locator or several alternatives, with their templates evaluated.
type Subject struct {
	Alts []Alternative
	// Label is the target as the journey's file has it: what a template stood for is not told.
	Label string
}

// Alternative is a locator and the frame to look in; nil is the page itself.
type Alternative struct {
	Part  inpage.Part
	Frame *Alternative
	Label string
}

// NewSubject evaluates locators.
func NewSubject(ctx context.Context, scope *journeys.Scope, ls journeys.Locators) (Subject, error) {
	t := Subject{Label: ls.String()}
	for i := range ls {
		a, err := NewAlternative(ctx, scope, &ls[i])
		if err != nil {
			return Subject{}, err
		}
		t.Alts = append(t.Alts, *a)
	}
	if len(t.Alts) == 0 {
		return Subject{}, errors.New("a step without a locator")
	}
	return t, nil
}

// ByLabel is the field with a label, as fill_form names them.
func ByLabel(label string) Subject {
	return Subject{Label: "label=" + label, Alts: []Alternative{{Part: inpage.Part{Engine: string(journeys.ByLabel), Value: label}}}}
}

// Option is an option of the list that an alternative of the subject has found.
func (t Subject) Option(alt int, text string) Subject {
	a := Alternative{Part: inpage.Part{Engine: "option", Value: text}, Label: t.Label}
	if alt < len(t.Alts) {
		a.Frame = t.Alts[alt].Frame
	}
	return Subject{Label: t.Label, Alts: []Alternative{a}}
}

// NewAlternative evaluates one locator with the frames that it looks in.
func NewAlternative(ctx context.Context, scope *journeys.Scope, l *journeys.Locator) (*Alternative, error) {
	p, err := NewPart(ctx, scope, l)
	if err != nil {
		return nil, err
	}
	a := &Alternative{Part: *p, Label: l.String()}
	if frame := frameOf(l); frame != nil {
		if a.Frame, err = NewAlternative(ctx, scope, frame); err != nil {
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

// NewPart evaluates one locator, without the frame that it looks in.
func NewPart(ctx context.Context, scope *journeys.Scope, l *journeys.Locator) (*inpage.Part, error) {
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
		if p.Within, err = NewPart(ctx, scope, l.Within); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// place is a frame and how it was found: the frames around it, outermost first.
type place struct {
	Frame cdp.FrameID
	Chain []link
}

// link is a frame element that the document around it keeps under a key.
type link struct {
	Frame cdp.FrameID
	Key   string
}

// Frames are the documents around the frame.
func (p place) Frames() []cdp.FrameID {
	var all []cdp.FrameID
	for _, l := range p.Chain {
		all = append(all, l.Frame)
	}
	return all
}

// Found is the answer to a wait, and where it was given.
type Found struct {
	inpage.Answer
	Place place
	Drift string
}

// Obstacle is the error of a wait whose time is over: what stood in the way, in words.
type Obstacle struct{ Kind, Why string }

// Blocked is the obstacle of something that was found and could not be acted upon.
func Blocked(why string) *Obstacle { return &Obstacle{Kind: "act", Why: why} }

func (o *Obstacle) Error() string { return o.Why }

// Finder finds things on a page.
type Finder struct{ *page.Page }

// Wait waits until the target is as wanted. Its error is an *obstacle when the page says why not.
func (l *Finder) Wait(ctx context.Context, tg Subject, q inpage.Query) (Found, error) {
	settled := func() bool { return !l.Navigating() }
	switch {
	case q.Act:
		settled = l.Ready
	case q.Want == inpage.Gone: // what has not come yet is not gone
		settled = func() bool { return !l.Navigating() && l.Main.Interactive }
	}
	if err := l.Until(ctx, settled); err != nil {
		return Found{}, err
	}
	framed := false
	for i := range tg.Alts {
		framed = framed || tg.Alts[i].Frame != nil
		q.Alts = append(q.Alts, tg.Alts[i].Part)
	}
	q.Timeout = 1 // the time that is left
	switch {
	case !framed:
		f, err := l.answered(ctx, tg, place{Frame: l.MainFrame}, q)
		return f, l.hinted(ctx, tg, err)
	case len(tg.Alts) == 1:
		return l.waitInFrame(ctx, tg, q)
	}
	return l.waitInTurn(ctx, tg, q)
}

// answered puts a question to one frame.
func (l *Finder) answered(ctx context.Context, tg Subject, at place, q inpage.Query) (Found, error) {
	a, err := l.Put(ctx, at.Frame, q)
	if err != nil {
		return Found{}, err
	}
	if !a.OK {
		return Found{Answer: a, Place: at}, &Obstacle{a.Kind, a.Why}
	}
	f := Found{Answer: a, Place: at}
	if a.Alt > 0 && a.Alt < len(tg.Alts) {
		f.Drift = tg.Alts[a.Alt].Label
	}
	return f, nil
}

// waitInFrame finds the frame and waits there; a frame that is replaced is found anew.
func (l *Finder) waitInFrame(ctx context.Context, tg Subject, q inpage.Query) (Found, error) {
	for {
		at, err := l.entrance(ctx, tg.Alts[0].Frame, q)
		if absent := (*Obstacle)(nil); q.Want == inpage.Gone && errors.As(err, &absent) && absent.Kind != "many" {
			return Found{Answer: inpage.Answer{OK: true}}, nil // so is everything that was in it
		}
		if err == nil {
			err = l.Until(ctx, func() bool { return !l.Going(at.Frame) })
		}
		if err != nil {
			return Found{}, err
		}
		f, err := l.answered(ctx, tg, at, q)
		if errors.Is(err, page.ErrFrameGone) {
			if !page.Pause(ctx, 5*time.Millisecond) {
				return Found{}, context.Cause(ctx)
			}
			continue
		}
		var o *Obstacle
		if errors.As(err, &o) {
			return f, &Obstacle{o.Kind, l.inFrame(at, tg.Alts[0].Frame, o.Why)}
		}
		return f, err
	}
}

// entrance waits for the frame; to see that something is gone, it looks only once.
func (l *Finder) entrance(ctx context.Context, frame *Alternative, q inpage.Query) (place, error) {
	if q.Want != inpage.Gone {
		return l.enter(ctx, frame, q.Act)
	}
	short, cancel := context.WithTimeout(ctx, page.Tick+page.Margin)
	defer cancel()
	at, err := l.enter(short, frame, false)
	if err != nil && short.Err() != nil && ctx.Err() == nil {
		err = &Obstacle{"none", "no frame " + frame.Label}
	}
	return at, err
}

// inFrame adds to an obstacle that it was in a frame, and whether that frame has loaded at all.
func (l *Finder) inFrame(at place, frame *Alternative, why string) string {
	s := fmt.Sprintf("%s, in the frame %s", why, frame.Label)
	l.Lock()
	defer l.Unlock()
	switch r := l.Traffic.InFrame(at.Frame); {
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
func (l *Finder) enter(ctx context.Context, frame *Alternative, act bool) (place, error) {
	around := place{Frame: l.MainFrame}
	if frame.Frame != nil {
		var err error
		if around, err = l.enter(ctx, frame.Frame, act); err != nil {
			return place{}, err
		}
	}
	key := frame.Label
	f, err := l.answered(ctx, Subject{Alts: []Alternative{*frame}}, around,
		inpage.Query{Alts: []inpage.Part{frame.Part}, Want: inpage.Frame, Act: act, Key: key, Timeout: 1})
	if err != nil {
		return place{}, err
	}
	id, err := l.ContentFrame(ctx, f.Place.Frame, key, f.Number)
	if err != nil {
		return place{}, err
	}
	if _, err := l.FrameSession(ctx, id); err != nil {
		return place{}, err
	}
	return place{Frame: id, Chain: append(append([]link{}, around.Chain...), link{around.Frame, key})}, nil
}

// waitInTurn looks at alternatives that live in different frames one after the other, again and again. One
// that is there is enough; all must be gone.
func (l *Finder) waitInTurn(ctx context.Context, tg Subject, q inpage.Query) (Found, error) {
	begun := time.Now()
	q.Timeout = 0
	for {
		var first error
		gone := 0
		for i := range tg.Alts {
			if q.Want != inpage.Gone && i > 0 && time.Since(begun) < time.Duration(i)*page.Grace {
				break
			}
			f, err := l.glance(ctx, tg.Alts[i], q)
			if err == nil {
				if gone++; q.Want == inpage.Gone && gone < len(tg.Alts) {
					continue
				}
				if i > 0 {
					f.Drift = tg.Alts[i].Label
				}
				return f, nil
			}
			var o *Obstacle
			if !errors.As(err, &o) && !errors.Is(err, page.ErrFrameGone) {
				return f, err
			}
			if first == nil {
				first = err
			}
		}
		if page.Remaining(ctx) <= 50*time.Millisecond || !page.Pause(ctx, page.Tick) {
			return Found{}, first
		}
	}
}

// glance looks once.
func (l *Finder) glance(ctx context.Context, a Alternative, q inpage.Query) (Found, error) {
	q.Alts = []inpage.Part{a.Part}
	at := place{Frame: l.MainFrame}
	if a.Frame != nil {
		short, cancel := context.WithTimeout(ctx, page.Tick+page.Margin)
		defer cancel()
		var err error
		if at, err = l.enter(short, a.Frame, q.Act); err != nil {
			if short.Err() != nil && ctx.Err() == nil {
				err = &Obstacle{"none", "no frame " + a.Frame.Label}
			}
			if o := (*Obstacle)(nil); q.Want == inpage.Gone && errors.As(err, &o) && o.Kind != "many" {
				return Found{Answer: inpage.Answer{OK: true}}, nil
			}
			return Found{}, err
		}
	}
	return l.answered(ctx, Subject{Alts: []Alternative{a}}, at, q)
}
