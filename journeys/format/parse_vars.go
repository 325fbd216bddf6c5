package format

import (
	"fmt"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

func readVars(p *parser, n *document.Node, j *journeys.Journey) {
	entries := p.r.Map(n).Entries()
	for _, e := range entries {
		if _, ok := p.saves[e.Key]; !ok {
			p.saves[e.Key] = e.KeyPos
		}
	}
	for _, e := range entries {
		j.Vars = append(j.Vars, journeys.Var{Name: p.identifier(e), Value: p.template(e.Value), Pos: e.KeyPos})
		p.known[e.Key] = true
	}
}

// bindings reads a map of expressions.
func (p *parser) bindings(n *document.Node, at place) []journeys.Binding {
	var bs []journeys.Binding
	for _, e := range p.r.Map(n).Entries() {
		name := p.identifier(e)
		if expr, ok := p.expr(e.Value, at); ok {
			bs = append(bs, journeys.Binding{Name: name, Expr: expr, Pos: e.KeyPos})
		}
	}
	return bs
}

// identifier reads a key that expressions use as a name.
func (p *parser) identifier(e document.Entry) string {
	if !journeys.IsIdentifier(e.Key) {
		p.r.ProblemAt(e.KeyPos, e.Value.Path(), fmt.Sprintf("%q cannot be a name in expressions", e.Key),
			"want letters, digits and _, a letter first")
	}
	return e.Key
}
