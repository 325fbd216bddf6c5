package format

import (
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// evidence reads a choice, or a map of what to keep.
func (p *parser) evidence(n *document.Node) journeys.Evidence {
	var e journeys.Evidence
	if n.Kind != document.Mapping {
		e.When = p.when(n)
		return e
	}
	readFields(p, n, evidenceFields(), &e)
	return e
}

func (p *parser) when(n *document.Node) journeys.When {
	text, _ := p.r.Enum(n, string(journeys.OnFailure), string(journeys.Always), string(journeys.Never))
	return journeys.When(text)
}

func whenSchema() schema {
	return enumSchema(string(journeys.OnFailure), string(journeys.Always), string(journeys.Never))
}

func evidenceSchema() schema {
	return schema{"oneOf": []schema{whenSchema(), refSchema("evidence")}}
}

func evidenceFields() []field[journeys.Evidence] {
	return []field[journeys.Evidence]{
		{"when", "which attempts leave evidence: failure, always or never", whenSchema(), func(p *parser, n *document.Node, e *journeys.Evidence) {
			e.When = p.when(n)
		}},
		{"har", "keep the requests as a HAR file, without secrets", boolSchema(), func(p *parser, n *document.Node, e *journeys.Evidence) {
			har, _ := p.r.Bool(n)
			e.NoHAR = !har
		}},
		{"film", "pictures of the last seconds: true for each attempt, false for none; else of those that confirm a failure", boolSchema(), func(p *parser, n *document.Node, e *journeys.Evidence) {
			film, _ := p.r.Bool(n)
			e.Film = &film
		}},
	}
}

// masks reads what is to be covered in pictures and left out of texts. It is covered wherever it is, so a frame
// would only make it less.
func (p *parser) masks(n *document.Node) journeys.Locators {
	masks := p.locators(n)
	for _, l := range masks {
		for in := &l; in != nil; in = in.Within {
			if in.Frame != nil {
				p.r.ProblemAt(in.Frame.Pos, n.Path(), "a mask names no frame", "it covers what it finds in the page and in all of its frames")
			}
		}
	}
	return masks
}
