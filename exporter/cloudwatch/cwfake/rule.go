package cwfake

import (
	"fmt"
	"strings"
)

// rule is a composite alarm's rule: ALARM("a") AND (OK("b") OR NOT ALARM("c")). AND binds closer than OR.
type rule interface {
	holds(state func(name string) string) bool
	names() []string
}

type (
	stateIs struct{ state, name string }
	not     struct{ of rule }
	both    struct{ a, b rule }
	either  struct{ a, b rule }
)

func (r stateIs) holds(state func(string) string) bool { return state(r.name) == r.state }
func (r not) holds(state func(string) string) bool     { return !r.of.holds(state) }
func (r both) holds(state func(string) string) bool    { return r.a.holds(state) && r.b.holds(state) }
func (r either) holds(state func(string) string) bool  { return r.a.holds(state) || r.b.holds(state) }

func (r stateIs) names() []string { return []string{r.name} }
func (r not) names() []string     { return r.of.names() }
func (r both) names() []string    { return append(r.a.names(), r.b.names()...) }
func (r either) names() []string  { return append(r.a.names(), r.b.names()...) }

// parser reads a rule from left to right.
type parser struct{ rest string }

func parseRule(text string) (rule, error) {
	p := &parser{text}
	r, err := p.or()
	if err == nil && strings.TrimSpace(p.rest) != "" {
		err = fmt.Errorf("unexpected %q", p.rest)
	}
	return r, err
}

func (p *parser) eat(word string) bool {
	p.rest = strings.TrimSpace(p.rest)
	after, ok := strings.CutPrefix(p.rest, word)
	if ok {
		p.rest = after
	}
	return ok
}

func (p *parser) or() (rule, error) {
	r, err := p.and()
	for err == nil && p.eat("OR") {
		var b rule
		if b, err = p.and(); err == nil {
			r = either{r, b}
		}
	}
	return r, err
}

func (p *parser) and() (rule, error) {
	r, err := p.one()
	for err == nil && p.eat("AND") {
		var b rule
		if b, err = p.one(); err == nil {
			r = both{r, b}
		}
	}
	return r, err
}

func (p *parser) one() (rule, error) {
	switch {
	case p.eat("NOT"):
		r, err := p.one()
		return not{r}, err
	case p.eat("("):
		r, err := p.or()
		if err == nil && !p.eat(")") {
			err = fmt.Errorf("a ( is not closed before %q", p.rest)
		}
		return r, err
	}
	for _, state := range []string{InAlarm, OK, InsufficientData} {
		if !p.eat(state) {
			continue
		}
		if !p.eat(`("`) {
			return nil, fmt.Errorf(`want ("NAME") after %s, got %q`, state, p.rest)
		}
		name, rest, found := strings.Cut(p.rest, `")`)
		if !found {
			return nil, fmt.Errorf("the name after %s is not closed", state)
		}
		p.rest = rest
		return stateIs{state, name}, nil
	}
	return nil, fmt.Errorf("want ALARM, OK or INSUFFICIENT_DATA, got %q", p.rest)
}
