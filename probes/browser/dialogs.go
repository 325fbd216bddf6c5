package browser

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/console"
	"github.com/outrider-monitor/outrider/probes/browser/orders"
)

// expected is the dialog that the step under way must bring about.
type expected struct {
	kind, message string
	reply         orders.Reply
	met           bool
}

type dialogEvent struct {
	URL     string `json:"url"`
	Message string `json:"message"`
	Type    string `json:"type"`
}

// dialogOpening answers a dialog at once, because it stops everything else in the page: as the step says, if it is the
// one that the step expects, as the journey says, or as a customer in a hurry would: an alert is closed, a question
// is declined, a page is left. That alone fails no step, since many a shop talks like this; a step that fails after it
// says that it was there.
func (t *tab) dialogOpening(s *wire.Session, params jsonv2.Value) {
	e, ok := wire.Decode[dialogEvent](params)
	if !ok {
		return
	}
	answer := orders.Reply{Accept: e.Type == "alert" || e.Type == "beforeunload"}
	if o := t.window.orders.Load(); o != nil {
		if given, ok := o.Dialogs[e.Type]; ok {
			answer = given
		}
	}
	t.Lock()
	if x := t.expected; x != nil && !x.met && (x.kind == "" || x.kind == e.Type) && (x.message == "" || address.Matches(x.message, e.Message)) {
		answer, x.met = x.reply, true
		t.Bump()
	}
	t.Unlock()
	told := map[string]any{"accept": answer.Accept}
	if e.Type == "prompt" && answer.Accept {
		told["promptText"] = answer.Text
	}
	s.Post("Page.handleJavaScriptDialog", told)
	if e.Type == "beforeunload" {
		return
	}
	t.Lock()
	t.Console.Opened(console.Dialog{Kind: e.Type, Message: e.Message, At: time.Now()}, e.URL)
	t.Unlock()
}

// expect has the tab look out for the dialog of a step.
func (t *tab) expect(ctx context.Context, scope *journeys.Scope, d *journeys.Dialog) error {
	var x *expected
	if d != nil {
		message, err := d.Message.Text(ctx, scope)
		if err != nil {
			return err
		}
		text, err := d.Text.Text(ctx, scope)
		if err != nil {
			return err
		}
		x = &expected{kind: d.Type, message: message, reply: orders.Reply{Accept: d.Accept, Text: text}}
	}
	t.Lock()
	t.expected = x
	t.Unlock()
	return nil
}

// dialogMet waits for the dialog that the step must bring about.
func (s *session) dialogMet(ctx context.Context, t *tab) error {
	t.Lock()
	x := t.expected
	t.Unlock()
	if x == nil {
		return nil
	}
	err := t.Until(ctx, func() bool { return x.met })
	if err == nil || context.Cause(ctx) != context.DeadlineExceeded {
		return err
	}
	what := "dialog"
	if x.kind != "" {
		what = x.kind
	}
	f := &probes.Failure{Reason: probes.Assertion, Err: err, Expected: "a " + what, Got: "none", Message: "the page opened no " + what}
	if x.message != "" {
		f.Message += fmt.Sprintf(" that says %q", x.message)
		f.Expected += fmt.Sprintf(" that says %q", x.message)
	}
	t.Lock()
	defer t.Unlock()
	if others := t.Console.Dialogs(s.begun); others != "" {
		f.Got = others
	}
	return f
}
