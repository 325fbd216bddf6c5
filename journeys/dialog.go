package journeys

import (
	"fmt"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// DialogAnswer is how a dialog of the page is answered.
type DialogAnswer struct {
	Accept bool
	// Text is what is entered into a prompt that is accepted.
	Text Template
}

// Dialog is a dialog that a step must bring about, and its answer. Message is a pattern, empty for any; Type is alert,
// confirm, prompt or beforeunload, empty for any.
type Dialog struct {
	DialogAnswer
	Type    string
	Message Template
}

func dialogTypes() []string { return []string{"alert", "confirm", "prompt", "beforeunload"} }

const (
	acceptDialog  = "accept"
	dismissDialog = "dismiss"
)

func answerSchema() schema {
	return schema{"oneOf": []schema{enumSchema(acceptDialog, dismissDialog), object(answerFields(), "accept")}}
}

// answerFields are the long form of an answer.
func answerFields() []field[DialogAnswer] {
	return []field[DialogAnswer]{
		{"accept", "what is entered into a prompt", textSchema(), func(p *parser, n *document.Node, a *DialogAnswer) { a.Accept, a.Text = true, p.template(n) }},
	}
}

func readDialogs(p *parser, n *document.Node, b *Browser) {
	b.Dialogs = map[string]DialogAnswer{}
	for _, e := range p.r.Map(n).Entries() {
		known := false
		for _, t := range dialogTypes() {
			known = known || t == e.Key
		}
		if !known {
			hint := document.DidYouMean(e.Key, dialogTypes())
			if hint == "" {
				hint = "known are " + strings.Join(dialogTypes(), ", ")
			}
			p.r.ProblemAt(e.KeyPos, n.Path(), fmt.Sprintf("unknown kind of dialog %q", e.Key), hint)
		}
		b.Dialogs[e.Key] = p.answer(e.Value, e.Key)
	}
}

// answer reads accept, dismiss or {accept: TEXT}.
func (p *parser) answer(n *document.Node, kind string) DialogAnswer {
	a := DialogAnswer{}
	if n.Kind == document.Mapping {
		readFields(p, n, answerFields(), &a).Need("accept")
		if kind != "prompt" && kind != "" {
			p.r.Problem(n, "a text is entered into a prompt only", "write accept")
		}
		return a
	}
	text, _ := p.r.Enum(n, acceptDialog, dismissDialog)
	a.Accept = text == acceptDialog
	return a
}

func dialogSchema() schema {
	return schema{"oneOf": []schema{enumSchema(acceptDialog, dismissDialog), object(dialogFields())}}
}

// dialogFields are the long form of a step's `dialog`.
func dialogFields() []field[Dialog] {
	return []field[Dialog]{
		{"type", "alert, confirm, prompt or beforeunload; any if not given", enumSchema(dialogTypes()...), func(p *parser, n *document.Node, d *Dialog) {
			d.Type, _ = p.r.Enum(n, dialogTypes()...)
		}},
		{"message", "what it must say, * standing for anything", textSchema(), func(p *parser, n *document.Node, d *Dialog) { d.Message = p.required(n) }},
		{"answer", "accept, dismiss, or {accept: TEXT} for a prompt; accept if not given", answerSchema(), func(p *parser, n *document.Node, d *Dialog) {
			d.DialogAnswer = p.answer(n, d.Type)
		}},
	}
}

// dialog reads the dialog that a step must bring about.
func (p *parser) dialog(n *document.Node) *Dialog {
	d := &Dialog{DialogAnswer: DialogAnswer{Accept: true}}
	if n.Kind == document.Mapping {
		readFields(p, n, dialogFields(), d)
		return d
	}
	d.DialogAnswer = p.answer(n, "")
	return d
}
