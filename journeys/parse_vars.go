package journeys

import (
	"fmt"

	"github.com/outrider-monitor/outrider/journeys/document"
)

func readVars(p *parser, n *document.Node, j *Journey) {
	entries := p.r.Map(n).Entries()
	for _, e := range entries {
		if _, ok := p.saves[e.Key]; !ok {
			p.saves[e.Key] = e.KeyPos
		}
	}
	for _, e := range entries {
		j.Vars = append(j.Vars, Var{Name: p.identifier(e), Value: p.template(e.Value), Pos: e.KeyPos})
		p.known[e.Key] = true
	}
}

// bindings reads a map of expressions.
func (p *parser) bindings(n *document.Node, at place) []Binding {
	var bs []Binding
	for _, e := range p.r.Map(n).Entries() {
		name := p.identifier(e)
		if expr, ok := p.expr(e.Value, at); ok {
			bs = append(bs, Binding{Name: name, Expr: expr, Pos: e.KeyPos})
		}
	}
	return bs
}

// identifier reads a key that expressions use as a name.
func (p *parser) identifier(e document.Entry) string {
	if !isIdentifier(e.Key) {
		p.r.ProblemAt(e.KeyPos, e.Value.Path(), fmt.Sprintf("%q cannot be a name in expressions", e.Key),
			"want letters, digits and _, a letter first")
	}
	return e.Key
}

func isIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
