package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// steps reads the list of steps; each sees the variables that those before it save.
func (p *parser) steps(n *document.Node) []journeys.Step {
	items, ok := p.r.List(n)
	if ok && len(items) == 0 {
		p.r.Problem(n, "there is no step", "")
	}
	steps := make([]journeys.Step, 0, len(items))
	for _, item := range items {
		steps = append(steps, p.step(item))
	}
	for i := range steps {
		if steps[i].Name == "" {
			p.unnamed = append(p.unnamed, &steps[i])
		}
		if _, ok := steps[i].Action.(*journeys.Use); ok {
			p.uses = append(p.uses, &steps[i])
		}
	}
	return steps
}

// draft is a step while it is read.
type draft struct {
	*journeys.Step
	verb *verb
	// nodes of the keys that are compared with each other once all are read.
	node *document.Node
}

func (p *parser) step(n *document.Node) journeys.Step {
	s := &journeys.Step{Pos: n.Pos}
	if p.borrowed++; p.borrowed > mostSteps {
		if p.borrowed == mostSteps+1 {
			p.r.Problem(n, fmt.Sprintf("the journey has more than %d steps", mostSteps), "make several journeys of it")
		}
		return *s
	}
	m := p.r.Map(n)
	d := &draft{Step: s, node: n}
	d.verb = p.verbOf(n, m)
	if d.verb != nil && len(p.defaults) > 0 {
		m = p.r.Map(p.withDefaults(n, d.verb))
	}
	m.Know(p.g.names...)
	if d.verb != nil {
		s.Action = d.verb.read(p, m.Get(d.verb.name), m)
	}
	for _, f := range p.g.step {
		if value := m.Get(f.key); value != nil {
			if d.verb != nil && slices.Contains(d.verb.without, f.key) {
				p.r.ProblemAt(m.KeyPos(f.key), n.Path(), fmt.Sprintf("%s does not go with %s", f.key, d.verb.name), "write it at a step in it")
				continue
			}
			f.read(p, value, d)
		}
	}
	if s.Sensitive {
		hideMembers(s)
	}
	p.refuseForeign(m, d.verb)
	p.refuseRest(m)
	p.checkStep(d, m)
	p.doubtStep(d, m)
	for _, b := range s.Save {
		p.known[b.Name] = true
	}
	return *s
}

// hideMembers makes all that a sensitive step holds sensitive too.
func hideMembers(s *journeys.Step) {
	held := s.Members()
	for i := range held {
		held[i].Sensitive = true
		hideMembers(&held[i])
	}
}

// verbOf finds the one verb of a step.
func (p *parser) verbOf(n *document.Node, m *document.Map) *verb {
	if n.Kind != document.Mapping {
		return nil
	}
	verbs := p.g.verbs
	var found []*verb
	for _, e := range n.Entries {
		for i := range verbs {
			if verbs[i].name == e.Key {
				found = append(found, &verbs[i])
			}
		}
	}
	// What is a key of another verb here is none itself: `tls` beside `get`.
	found = slices.DeleteFunc(slices.Clone(found), func(v *verb) bool {
		return slices.ContainsFunc(found, func(other *verb) bool { return other != v && other.has(v.name) })
	})
	if len(found) == 1 {
		return found[0]
	}
	if len(found) > 1 {
		p.r.Conflict(m.KeyPos(found[1].name), n.Path(),
			fmt.Sprintf("a step has one verb, this has %s and %s", found[0].name, found[1].name), "make two steps of it",
			document.Related{Pos: m.KeyPos(found[0].name), Message: found[0].name + " is here"})
		// Its other verbs are not read: they would be checked against the wrong one.
		return found[0]
	}
	for _, e := range n.Entries {
		if document.Suggest(e.Key, p.g.names) != "" {
			// Reported as an unknown key, with the verb that was meant.
			return nil
		}
		for _, later := range laterKeys() {
			if e.Key == later {
				return nil
			}
		}
	}
	p.r.Problem(n, "the step has no verb", "such as goto, click, fill, see, get or post")
	return nil
}

// has reports whether a key belongs to the verb.
func (v *verb) has(name string) bool {
	return slices.ContainsFunc(v.keys, func(k key) bool { return k.name == name })
}

// refuseForeign refuses keys that belong to other verbs, and says to which.
func (p *parser) refuseForeign(m *document.Map, v *verb) {
	if v == nil {
		for _, k := range p.g.verbKeys() {
			m.Know(k)
		}
		return
	}
	for _, e := range m.Unknown() {
		var owners []string
		for _, other := range p.g.verbs {
			for _, k := range other.keys {
				if k.name == e.Key {
					owners = append(owners, other.name)
				}
			}
		}
		if len(owners) > 0 {
			p.r.ProblemAt(e.KeyPos, m.Node().Path(), fmt.Sprintf("%s does not go with %s", e.Key, v.name),
				"it goes with "+strings.Join(owners, ", "))
			m.Know(e.Key)
		}
	}
}

func (d *draft) place() place {
	if d.verb == nil {
		return anywhere
	}
	return d.verb.place
}

// expectations reads one expression or a list of them.
func (p *parser) expectations(n *document.Node, at place) []journeys.Expr {
	items := []*document.Node{n}
	if n.Kind != document.Text {
		items, _ = p.r.List(n)
		if n.Kind == document.List && len(items) == 0 {
			p.r.Problem(n, "expects nothing", "add an expression")
		}
	}
	var exprs []journeys.Expr
	for _, item := range items {
		if e, ok := p.condition(item, at); ok {
			p.checkExpectation(item, e, at)
			exprs = append(exprs, e)
		}
	}
	return exprs
}

// stepName reads a name that an author gives. It is a label, so it is unique in its journey.
func (p *parser) stepName(n *document.Node) string {
	name := p.label(n, 100)
	if first, ok := p.names[name]; ok {
		p.r.Conflict(n.Pos, n.Path(), fmt.Sprintf("another step is called %q", name), "", document.Related{Pos: first, Message: "the first is here"})
		return name
	}
	p.names[name] = n.Pos
	return name
}

// nameSteps gives the unnamed steps their names: a sentence made of the verb, with a number where it is taken.
func (p *parser) nameSteps() {
	for _, s := range p.unnamed {
		if s.Action == nil {
			continue
		}
		sentence := sentence(s.Action)
		name := sentence
		for i := 2; ; i++ {
			if _, taken := p.names[name]; !taken {
				break
			}
			name = fmt.Sprintf("%s (%d)", sentence, i)
		}
		s.Name = name
		p.names[name] = s.Pos
	}
	for _, s := range p.uses {
		p.nameMembers(s.Name, s.Members())
	}
}

// nameMembers puts the name of the use before those of the fragment's steps.
func (p *parser) nameMembers(use string, steps []journeys.Step) {
	for i := range steps {
		s := &steps[i]
		s.Name = cutText(use+": "+s.Name, 160)
		for n := 2; p.taken(s.Name); n++ {
			s.Name = fmt.Sprintf("%s (%d)", s.Name, n)
		}
		p.names[s.Name] = s.Pos
		p.nameMembers(use, s.Members())
	}
}

func (p *parser) taken(name string) bool {
	_, taken := p.names[name]
	return taken
}
