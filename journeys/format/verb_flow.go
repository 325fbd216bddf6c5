package format

import (
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// flowVerbs hold other steps.
func flowVerbs() []verb {
	return []verb{
		{name: "group", doc: "several `steps` under this name: one if, timeout, budget, retry for all of them", place: anywhere, schema: textSchema(),
			keys: []key{
				{"steps", "the steps of the group, in order", stepsSchema(), true},
				{"defaults", "keys that the steps of the group have where they say nothing themselves", refSchema("defaults"), false},
			}, without: []string{"expect", "save"}, holds: true, read: readGroup},
		{name: "use", doc: "the steps of a fragment, from this file; `with` gives its parameters", place: afterUse, schema: textSchema(),
			keys: []key{{"with", "values of the fragment's parameters", schema{"type": "object"}, false}}, holds: true, read: readUse},
	}
}

func readGroup(p *parser, n *document.Node, m *document.Map) journeys.Action {
	g := &journeys.Group{Title: p.label(n, 100)}
	m.Need("steps")
	defer p.under(m.Get("defaults"))()
	if steps := m.Get("steps"); steps != nil {
		g.Steps = p.steps(steps)
	}
	return g
}
