package format

import (
	"slices"
	"sync"

	"github.com/outrider-monitor/outrider/journeys"
)

// grammar is the tables that a parser reads with. A parser holds it, because what reads a step within a step cannot
// name the table that it stands in.
type grammar struct {
	verbs   []verb
	places  map[place]surroundings
	names   []string
	index   map[string]*verb
	journey []field[journeys.Journey]
	step    []field[draft]
	locator []field[journeys.Locator]
}

// grammars gives the one grammar; it is made once and does not change.
var grammars = sync.OnceValue(func() *grammar {
	g := &grammar{verbs: verbs(), places: places(), journey: journeyFields(), step: stepFields(), locator: locatorFields(), index: map[string]*verb{}}
	for i := range g.verbs {
		g.names = append(g.names, g.verbs[i].name)
		g.index[g.verbs[i].name] = &g.verbs[i]
	}
	return g
})

// verbKeys are the keys that belong to some verb.
func (g *grammar) verbKeys() []string {
	var names []string
	for _, v := range g.verbs {
		for _, k := range v.keys {
			names = append(names, k.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
