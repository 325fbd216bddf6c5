package hand

import (
	"context"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/locate"
	"github.com/outrider-monitor/outrider/probes/browser/page"
	"github.com/outrider-monitor/outrider/probes/redact"
)

// fillTries is how often a field that did not take a text is filled again: a page that is just starting its
// scripts may have put its own value back.
const fillTries = 3

// Fill replaces a field's value by typing and verifies that it took. A secret text is never told.
func (h *Hand) Fill(ctx context.Context, tg locate.Subject, text string, secret bool) (drift string, err error) {
	var last inpage.Answer
	for range fillTries {
		f, err := h.Wait(ctx, tg, inpage.Query{Want: inpage.Field, Act: true, Text: text, Secret: secret})
		if err != nil {
			return "", err
		}
		if !f.Typed {
			if err := h.enterText(ctx, text, f.Empty); err != nil {
				return "", err
			}
		}
		last = inpage.Answer{}
		arg := map[string]any{"text": text}
		switch err := h.AskOnce(ctx, f.Place.Frame, "entered", arg, &last); {
		case err != nil && page.Replaced(err):
			return f.Drift, nil // the text sent the form
		case err != nil:
			return "", err
		case last.OK:
			return f.Drift, nil
		}
		if !page.Pause(ctx, 100*time.Millisecond) {
			break
		}
	}
	return "", h.notTaken(tg, last, text, secret)
}

func (h *Hand) notTaken(tg locate.Subject, a inpage.Answer, text string, secret bool) error {
	f := &probes.Failure{Reason: probes.Locator}
	if secret || a.Got == "" {
		f.Expected = fmt.Sprintf("%d characters in the field", len([]rune(text)))
		f.Got = fmt.Sprintf("%d characters", a.Length)
	} else {
		f.Expected, f.Got = redact.Cut(text, 200), redact.Cut(a.Got, 200)
	}
	why := a.Why
	if why == "" {
		why = "it did not take the text"
	}
	f.Message = fmt.Sprintf("fill %s: %s", tg.Label, why)
	if !secret && a.Got != "" {
		f.Message += fmt.Sprintf(": it holds %q", redact.Cut(a.Got, 200))
	}
	return f
}

// enterText types over what is selected.
func (h *Hand) enterText(ctx context.Context, text string, empty bool) error {
	if text == "" {
		if empty {
			return nil
		}
		return h.Press(ctx, "Delete")
	}
	return h.Call(ctx, "Input.insertText", map[string]any{"text": text}, nil)
}

// SetChecked checks or unchecks and verifies that it took.
func (h *Hand) SetChecked(ctx context.Context, tg locate.Subject, state bool) (drift string, err error) {
	drift, done, err := h.Click(ctx, tg, NewGesture(1, journeys.Mouse{}), inpage.Query{Want: inpage.Check, State: state})
	if err != nil || done {
		return drift, err
	}
	_, err = h.Wait(ctx, tg, inpage.Query{Want: inpage.Checked, State: state, Act: true})
	return drift, err
}
