package hand

import (
	"context"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/keyboard"
	"github.com/outrider-monitor/outrider/probes/browser/locate"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

// TypeKeys types a text key by key behind what a field holds, and verifies that the keys did something.
func (h *Hand) TypeKeys(ctx context.Context, tg locate.Subject, text string, delay time.Duration, secret bool) (drift string, err error) {
	f, err := h.Wait(ctx, tg, inpage.Query{Want: inpage.Type, Act: true, Secret: secret})
	if err != nil {
		return "", err
	}
	named := keyboard.Named()
	all := []rune(text)
	for i, r := range all {
		if i > 0 && delay > 0 && !page.Pause(ctx, delay) {
			if context.Cause(ctx) != context.DeadlineExceeded {
				return "", context.Cause(ctx)
			}
			return "", &probes.Failure{
				Reason: probes.Timeout, Expected: fmt.Sprintf("%d characters typed", len(all)), Got: fmt.Sprintf("%d characters", i),
				Message: fmt.Sprintf("type %s: the step's time was over after %d of %d characters, one each %v", tg.Label, i, len(all), delay),
			}
		}
		k := keyboard.Character(r)
		switch r {
		case '\n':
			k = named["Enter"]
		case '\t':
			k = named["Tab"]
		}
		if err := h.strokes(ctx, k.Stroke()); err != nil {
			return "", fmt.Errorf("typing: %w", err)
		}
	}
	if text == "" {
		return f.Drift, nil
	}
	var a inpage.Answer
	switch err := h.AskOnce(ctx, f.Place.Frame, "typed", nil, &a); {
	case err != nil && page.Replaced(err):
		return f.Drift, nil // the text sent the form
	case err != nil:
		return "", err
	case !a.OK:
		return "", locate.Blocked(a.Why)
	}
	return f.Drift, nil
}

// Press presses a key or a chord where the focus is.
func (h *Hand) Press(ctx context.Context, text string) error {
	c, err := keyboard.ParseChord(text)
	if err != nil {
		return &probes.Failure{Reason: probes.Config, Message: fmt.Sprintf("press %q: %v", text, err)}
	}
	if err := h.strokes(ctx, c.Events()); err != nil {
		return fmt.Errorf("pressing a key: %w", err)
	}
	return nil
}

// strokes sends events of the keyboard together.
func (h *Hand) strokes(ctx context.Context, events []keyboard.Event) error {
	all := make([]wire.Command, len(events))
	for i, e := range events {
		all[i] = wire.Say("Input.dispatchKeyEvent", e)
	}
	return h.together(ctx, all)
}
