package browser

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/redact"
)

// fillTries is how often a field that did not take a text is filled again: a page that is just starting its
// scripts may have put its own value back.
const fillTries = 3

// fill replaces a field's value by typing and verifies that it took. A secret text is never told.
func (t *tab) fill(ctx context.Context, tg subject, text string, secret bool) (drift string, err error) {
	var last inpage.Answer
	for range fillTries {
		f, err := t.wait(ctx, tg, inpage.Query{Want: inpage.Field, Act: true, Text: text, Secret: secret})
		if err != nil {
			return "", err
		}
		if !f.Typed {
			if err := t.enterText(ctx, text, f.Empty); err != nil {
				return "", err
			}
		}
		last = inpage.Answer{}
		arg := map[string]any{"text": text}
		switch err := t.askOnce(ctx, f.place.frame, "entered", arg, &last); {
		case err != nil && replaced(err):
			return f.drift, nil // the text sent the form
		case err != nil:
			return "", err
		case last.OK:
			return f.drift, nil
		}
		if !pause(ctx, 100*time.Millisecond) {
			break
		}
	}
	return "", t.notTaken(tg, last, text, secret)
}

func (t *tab) notTaken(tg subject, a inpage.Answer, text string, secret bool) error {
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
	f.Message = fmt.Sprintf("fill %s: %s", tg.label, why)
	if !secret && a.Got != "" {
		f.Message += fmt.Sprintf(": it holds %q", redact.Cut(a.Got, 200))
	}
	return f
}

// enterText types over what is selected.
func (t *tab) enterText(ctx context.Context, text string, empty bool) error {
	if text == "" {
		if empty {
			return nil
		}
		return t.press(ctx, "Delete")
	}
	return t.call(ctx, "Input.insertText", map[string]any{"text": text}, nil)
}

// selectOptions chooses options of a list.
func (t *tab) selectOptions(ctx context.Context, scope *journeys.Scope, tg subject, options []journeys.Template) (string, error) {
	texts := make([]string, len(options))
	for i, o := range options {
		var err error
		if texts[i], err = o.Text(ctx, scope); err != nil {
			return "", err
		}
	}
	f, err := t.wait(ctx, tg, inpage.Query{Want: inpage.Select, Act: true, Texts: texts})
	return f.drift, err
}

// setChecked checks or unchecks and verifies that it took.
func (t *tab) setChecked(ctx context.Context, tg subject, state bool) (drift string, err error) {
	drift, done, err := t.click(ctx, tg, newGesture(1, journeys.Mouse{}), inpage.Query{Want: inpage.Check, State: state})
	if err != nil || done {
		return drift, err
	}
	_, err = t.wait(ctx, tg, inpage.Query{Want: inpage.Checked, State: state, Act: true})
	return drift, err
}

// refuse makes a failure of an obstacle; other errors pass.
func refuse(verb string, tg subject, reason probes.Reason, err error) error {
	var o *obstacle
	if !errors.As(err, &o) {
		return err
	}
	want := map[string]string{
		"click": "can be clicked", "dblclick": "can be clicked", "hover": "can be pointed at", "fill": "can be filled",
		"clear": "can be cleared", "type": "can be typed into", "upload": "takes the files", "drag": "can be dragged", "select": "can be chosen from", "check": "can be checked", "uncheck": "can be unchecked",
		"press": "takes the key", "scroll": "can be scrolled", "scroll_to": "can be scrolled to", "see": "is visible", "gone": "is gone",
	}[verb]
	if o.kind == "many" || verb == "see" && o.kind == "wrong" {
		reason = probes.Locator
	}
	return &probes.Failure{
		Reason: reason, Message: fmt.Sprintf("%s %s: %s", verb, tg.label, o.why),
		Expected: fmt.Sprintf("%s %s", tg.label, want), Got: o.why,
	}
}
