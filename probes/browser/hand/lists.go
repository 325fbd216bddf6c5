package hand

import (
	"context"
	"errors"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/locate"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

// openTime is how long a list that can be typed into may take to show an option after a click, before the option is typed: many
// such lists show nothing until then.
const openTime = time.Second

// SelectOptions chooses options of a list, by the browser's own means or, where the page draws the list itself, as a person
// does: by clicks on what opens it and on the option.
func (h *Hand) SelectOptions(ctx context.Context, tg locate.Subject, texts []string) (string, error) {
	q := inpage.Query{Want: inpage.Select, Act: true, Texts: texts}
	f, err := h.Wait(ctx, tg, q)
	for i, text := range texts {
		if err != nil || !f.Drawn {
			break
		}
		if i > 0 && !f.State { // it has shut
			f, err = h.Wait(ctx, tg, q)
		}
		if err == nil {
			f.State, err = h.pick(ctx, tg, f, text)
		}
	}
	return f.Drift, err
}

// pick opens a list unless it is open, clicks an option, sees to it that the page took it, and tells whether the list is open now.
func (h *Hand) pick(ctx context.Context, tg locate.Subject, f locate.Found, text string) (open bool, err error) {
	click := NewGesture(1, journeys.Mouse{})
	if !f.State {
		if _, _, err := h.Click(ctx, tg, click, inpage.Query{}); err != nil {
			return false, err
		}
	}
	err = h.clickOption(ctx, tg.Option(f.Alt, text), click, f.Typed)
	if o := (*locate.Obstacle)(nil); f.Typed && errors.As(err, &o) && page.Remaining(ctx) > page.Margin {
		err = h.typeOption(ctx, f, text)
		if err == nil {
			err = h.clickOption(ctx, tg.Option(f.Alt, text), click, false)
		}
	}
	if err != nil {
		return false, err
	}
	return h.picked(ctx, f)
}

// clickOption clicks an option; where it may have to be typed first it is not waited for to the end of the step.
func (h *Hand) clickOption(ctx context.Context, option locate.Subject, click Gesture, soon bool) error {
	if soon {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, openTime)
		defer cancel()
	}
	_, _, err := h.Click(ctx, option, click, inpage.Query{Want: inpage.Option})
	return err
}

// typeOption types an option's label into the list's field, which has the focus.
func (h *Hand) typeOption(ctx context.Context, f locate.Found, text string) error {
	if err := h.AskOnce(ctx, f.Place.Frame, "typedInto", nil, nil); err != nil {
		return err
	}
	return h.Call(ctx, "Input.insertText", map[string]any{"text": text}, nil)
}

// picked waits until the list shows what was chosen, and tells whether it is still open.
func (h *Hand) picked(ctx context.Context, f locate.Found) (open bool, err error) {
	for {
		var a inpage.Answer
		switch err := h.AskOnce(ctx, f.Place.Frame, "chosen", nil, &a); {
		case err != nil && page.Replaced(err):
			return false, nil // the choice led to another page
		case err != nil:
			return false, err
		case a.OK:
			return a.State, nil
		}
		if page.Remaining(ctx) <= page.Margin || !page.Pause(ctx, page.Tick) {
			return a.State, locate.Blocked(a.Why)
		}
	}
}
