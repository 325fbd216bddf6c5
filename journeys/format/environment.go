package format

import (
	"fmt"
	"slices"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// readEnvironments reads the journey's own environments.
func readEnvironments(p *parser, n *document.Node, j *journeys.Journey) {
	for _, e := range p.r.Map(n).Entries() {
		env := journeys.Environment{Name: p.environmentName(e), Pos: e.KeyPos}
		for _, v := range p.r.Map(e.Value).Entries() {
			if !slices.ContainsFunc(j.Vars, func(known journeys.Var) bool { return known.Name == v.Key }) {
				p.r.ProblemAt(v.KeyPos, e.Value.Path(), fmt.Sprintf("%s is no variable of vars", v.Key),
					orHint(document.DidYouMean(v.Key, j.VarNames()), "an environment gives the variables of vars other values"))
				continue
			}
			env.Vars = append(env.Vars, p.override(v))
		}
		j.Environments = append(j.Environments, env)
	}
}

// override reads the value that a variable has in an environment. As in vars, it may use the variables above its own.
func (p *parser) override(v document.Entry) journeys.Var {
	known := p.known
	defer func() { p.known = known }()
	p.known = map[string]bool{}
	for _, above := range p.journey.Vars {
		if above.Name == v.Key {
			break
		}
		p.known[above.Name] = true
	}
	return journeys.Var{Name: v.Key, Value: p.template(v.Value), Pos: v.KeyPos}
}

// inheritEnvironments adds the environments of the configuration: what the journey says itself goes before.
func (p *parser) inheritEnvironments() {
	j := p.journey
	for _, e := range p.loader.Environments {
		i := slices.IndexFunc(j.Environments, func(own journeys.Environment) bool { return own.Name == e.Key })
		if i < 0 {
			i = len(j.Environments)
			j.Environments = append(j.Environments, journeys.Environment{Name: e.Key, Pos: e.KeyPos})
		}
		env := &j.Environments[i]
		for _, v := range p.r.Map(e.Value).Entries() {
			has := func(own journeys.Var) bool { return own.Name == v.Key }
			if slices.ContainsFunc(j.Vars, has) && !slices.ContainsFunc(env.Vars, has) {
				env.Vars = append(env.Vars, p.override(v))
			}
		}
	}
}

func (p *parser) environmentName(e document.Entry) string {
	if !isJourneyName(e.Key) {
		p.r.ProblemAt(e.KeyPos, e.Value.Path(), fmt.Sprintf("%q cannot be the name of an environment", e.Key), "want a-z, 0-9, - and _")
	}
	return e.Key
}

// orHint is the first hint that says something.
func orHint(hint, otherwise string) string {
	if hint == "" {
		return otherwise
	}
	return hint
}
