package browser

import (
	"context"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/probes/browser/inpage"
)

// typeKeys types a text key by key behind what a field holds, and verifies that the keys did something.
func (t *tab) typeKeys(ctx context.Context, tg subject, text string, delay time.Duration, secret bool) (drift string, err error) {
	f, err := t.wait(ctx, tg, inpage.Query{Want: inpage.Type, Act: true, Secret: secret})
	if err != nil {
		return "", err
	}
	named := namedKeys()
	for i, r := range []rune(text) {
		if i > 0 && delay > 0 && !pause(ctx, delay) {
			return "", context.Cause(ctx)
		}
		k := characterKey(r)
		switch r {
		case '\n':
			k = named["Enter"]
		case '\t':
			k = named["Tab"]
		}
		down := keyEvent{Type: "keyDown", Key: k.name, Code: k.code, VK: k.vk, Text: k.text}
		if k.text == "" {
			down.Type = "rawKeyDown"
		}
		up := keyEvent{Type: "keyUp", Key: k.name, Code: k.code, VK: k.vk}
		if err := t.together(ctx, []command{{"Input.dispatchKeyEvent", down}, {"Input.dispatchKeyEvent", up}}); err != nil {
			return "", fmt.Errorf("typing: %w", err)
		}
	}
	if text == "" {
		return f.drift, nil
	}
	var a inpage.Answer
	switch err := t.askOnce(ctx, f.place.frame, "typed", nil, &a); {
	case err != nil && replaced(err):
		return f.drift, nil // the text sent the form
	case err != nil:
		return "", err
	case !a.OK:
		return "", &obstacle{"act", a.Why}
	}
	return f.drift, nil
}
