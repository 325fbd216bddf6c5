package format

import (
	"regexp"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

func readDialogue(p *parser, n *document.Node) []journeys.Exchange {
	items, _ := p.r.List(n)
	dialogue := make([]journeys.Exchange, len(items))
	for i, item := range items {
		m := readFields(p, item, exchangeFields(), &dialogue[i])
		if item.Kind == document.Mapping && !m.Has("expect") && !m.Has("send") && !m.Has("starttls") {
			p.r.Problem(item, "says and expects nothing", "")
		}
	}
	return dialogue
}

func exchangeFields() []field[journeys.Exchange] {
	return []field[journeys.Exchange]{
		{"expect", "regular expression; what comes is read until something matches it", textSchema(), func(p *parser, n *document.Node, e *journeys.Exchange) {
			t := p.pattern(n)
			e.Expect = &t
		}},
		{"send", "text to send; ${1} is the first group of the last match", textSchema(), func(p *parser, n *document.Node, e *journeys.Exchange) {
			t := p.template(n)
			e.Send = &t
		}},
		{"starttls", "go on in TLS", boolSchema(), func(p *parser, n *document.Node, e *journeys.Exchange) {
			e.StartTLS, _ = p.r.Bool(n)
		}},
	}
}

// pattern reads a regular expression.
func (p *parser) pattern(n *document.Node) journeys.Template {
	t := p.required(n)
	if text, static := t.Static(); static {
		if _, err := regexp.Compile(text); err != nil {
			p.r.Problem(n, err.Error(), "")
		}
	}
	return t
}

func dialogueSchema() schema {
	return schema{"type": "array", "items": object(exchangeFields())}
}
