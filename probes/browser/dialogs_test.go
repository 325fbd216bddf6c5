package browser

import (
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

func TestDialogsAreAnsweredByRule(t *testing.T) {
	t.Parallel()
	visit(t, newZoo(t), `
browser: {dialogs: {confirm: accept, prompt: {accept: Ada}, beforeunload: dismiss}}
steps:
  - goto: ZOO/questions.html
  - click: Delete
    expect: text("testid=out") == "true"
  - click: Name
    expect: text("testid=out") == "Ada"
  - click: Name
    dialog: {type: prompt, message: "Your *", answer: {accept: Grace}}
    expect: text("testid=out") == "Grace"
  - click: Name
    dialog: dismiss
    expect: text("testid=out") == "null"
  - click: Wait
    dialog: {message: "Still there?", answer: dismiss}
  - see: "false"
  - click: Guard
  - click: Leave
    dialog: {type: beforeunload, answer: dismiss}
    expect: title == "Questions"
  - click: Leave
    dialog: accept
  - see: You are elsewhere
`).pass()
}

func TestADialogThatDoesNotComeFails(t *testing.T) {
	t.Parallel()
	checkFailures(t, []failing{
		{"none", "  - goto: ZOO/questions.html\n  - click: Guard\n    dialog: accept", probes.Assertion, []string{"the page opened no dialog"}},
		{"another", "  - goto: ZOO/questions.html\n  - click: Delete\n    dialog: {type: confirm, message: 'Pay?'}", probes.Assertion,
			[]string{`the page opened no confirm that says "Pay?"`}},
	})
}
