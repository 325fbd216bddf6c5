package format

import (
	"fmt"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

func dialogTypes() []string { return []string{"alert", "confirm", "prompt", "beforeunload"} }

const (
	acceptDialog  = "accept"
	dismissDialog = "dismiss"
)

func answerSchema() schema {
	return schema{"oneOf": []schema{enumSchema(acceptDialog, dismissDialog), object(answerFields(), "accept")}}
}

// answerFields are the long form of an answer.
func answerFields() []field[journeys.DialogAnswer] {
	return []field[journeys.DialogAnswer]{
		{"accept", "what is entered into a prompt", textSchema(), func(p *parser, n *document.Node, a *journeys.DialogAnswer) { a.Accept, a.Text = true, p.template(n) }},
	}
}

func readDialogs(p *parser, n *document.Node, b *journeys.Browser) {
	b.Dialogs = map[string]journeys.DialogAnswer{}
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
func (p *parser) answer(n *document.Node, kind string) journeys.DialogAnswer {
	a := journeys.DialogAnswer{}
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
func dialogFields() []field[journeys.Dialog] {
	return []field[journeys.Dialog]{
		{"type", "alert, confirm, prompt or beforeunload; any if not given", enumSchema(dialogTypes()...), func(p *parser, n *document.Node, d *journeys.Dialog) {
			d.Type, _ = p.r.Enum(n, dialogTypes()...)
		}},
		{"message", "what it must say, * standing for anything", textSchema(), func(p *parser, n *document.Node, d *journeys.Dialog) { d.Message = p.required(n) }},
		{"answer", "accept, dismiss, or {accept: TEXT} for a prompt; accept if not given", answerSchema(), func(p *parser, n *document.Node, d *journeys.Dialog) {
			d.DialogAnswer = p.answer(n, d.Type)
		}},
	}
}

// dialog reads the dialog that a step must bring about.
func (p *parser) dialog(n *document.Node) *journeys.Dialog {
	d := &journeys.Dialog{DialogAnswer: journeys.DialogAnswer{Accept: true}}
	if n.Kind == document.Mapping {
		readFields(p, n, dialogFields(), d)
		return d
	}
	d.DialogAnswer = p.answer(n, "")
	return d
}
