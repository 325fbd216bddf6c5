package journeys

import (
	"fmt"
	"slices"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// Environment gives variables other values: the same journey against staging.
type Environment struct {
	Name string
	Vars []Var
	Pos  document.Pos
}

// Choose gives the journey's variables the values that they have in an environment, and says whether the journey knows
// it. The environment of the empty name changes nothing.
func (j *Journey) Choose(name string) bool {
	i := slices.IndexFunc(j.Environments, func(e Environment) bool { return e.Name == name })
	if i < 0 {
		return name == ""
	}
	j.Vars = slices.Clone(j.Vars)
	for _, v := range j.Environments[i].Vars {
		for k := range j.Vars {
			if j.Vars[k].Name == v.Name {
				j.Vars[k] = v
			}
		}
	}
	return true
}

// readEnvironments reads the journey's own environments.
func readEnvironments(p *parser, n *document.Node, j *Journey) {
	for _, e := range p.r.Map(n).Entries() {
		env := Environment{Name: p.environmentName(e), Pos: e.KeyPos}
		for _, v := range p.r.Map(e.Value).Entries() {
			if !slices.ContainsFunc(j.Vars, func(known Var) bool { return known.Name == v.Key }) {
				p.r.ProblemAt(v.KeyPos, e.Value.Path(), fmt.Sprintf("%s is no variable of vars", v.Key),
					orHint(document.DidYouMean(v.Key, j.varNames()), "an environment gives the variables of vars other values"))
				continue
			}
			env.Vars = append(env.Vars, p.override(v))
		}
		j.Environments = append(j.Environments, env)
	}
}

// override reads the value that a variable has in an environment. As in vars, it may use the variables above its own.
func (p *parser) override(v document.Entry) Var {
	known := p.known
	defer func() { p.known = known }()
	p.known = map[string]bool{}
	for _, above := range p.journey.Vars {
		if above.Name == v.Key {
			break
		}
		p.known[above.Name] = true
	}
	return Var{Name: v.Key, Value: p.template(v.Value), Pos: v.KeyPos}
}

// inheritEnvironments adds the environments of the configuration: what the journey says itself goes before.
func (p *parser) inheritEnvironments() {
	j := p.journey
	for _, e := range p.loader.Environments {
		i := slices.IndexFunc(j.Environments, func(own Environment) bool { return own.Name == e.Key })
		if i < 0 {
			i = len(j.Environments)
			j.Environments = append(j.Environments, Environment{Name: e.Key, Pos: e.KeyPos})
		}
		env := &j.Environments[i]
		for _, v := range p.r.Map(e.Value).Entries() {
			has := func(own Var) bool { return own.Name == v.Key }
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

func (j *Journey) varNames() []string {
	var names []string
	for _, v := range j.Vars {
		names = append(names, v.Name)
	}
	return names
}

// orHint is the first hint that says something.
func orHint(hint, otherwise string) string {
	if hint == "" {
		return otherwise
	}
	return hint
}
