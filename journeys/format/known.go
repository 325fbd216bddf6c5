package format

import (
	"fmt"
	"slices"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// The names of `run`.
func runNames() []string {
	return []string{"id", "journey", "location", "deployment", "attempt", "environment"}
}

// knows says what is wrong with a member of vars, secrets or run, or nil. What the environment and other journeys
// have is not known here.
func (p *parser) knows(root, member string) *expression.Mistake {
	switch root {
	case "vars":
		return p.knowsVar(member)
	case "secrets":
		return p.knowsSecret(member)
	case "run":
		return knowsRun(member)
	case "params":
		return p.knowsParam(member)
	case "result":
		return p.knowsResult(member)
	}
	return nil
}

func (p *parser) knowsParam(name string) *expression.Mistake {
	if !p.inFragment {
		return &expression.Mistake{Message: "a journey has no params", Hint: "they are there in a fragment, a file with the key fragment"}
	}
	var known []string
	for _, param := range p.params {
		if param.Name == name {
			return nil
		}
		known = append(known, param.Name)
	}
	hint := document.DidYouMean(name, known)
	if hint == "" {
		hint = fmt.Sprintf("add %s: text to params", name)
	}
	return &expression.Mistake{Message: fmt.Sprintf("unknown parameter %s", name), Hint: hint}
}

// knowsResult knows what the fragment of the step that is read publishes. Nil: the fragment has a problem of its own.
func (p *parser) knowsResult(name string) *expression.Mistake {
	if p.result == nil || slices.Contains(p.result, name) {
		return nil
	}
	return &expression.Mistake{
		Message: fmt.Sprintf("the fragment does not publish %s", name), Hint: document.DidYouMean(name, p.result),
	}
}

func knowsRun(name string) *expression.Mistake {
	if slices.Contains(runNames(), name) {
		return nil
	}
	return &expression.Mistake{
		Message: fmt.Sprintf("unknown name run.%s", name), Hint: document.DidYouMean(name, runNames()),
	}
}

func (p *parser) knowsSecret(name string) *expression.Mistake {
	var known []string
	for _, s := range p.journey.Secrets {
		if s.Name == name {
			return nil
		}
		known = append(known, s.Name)
	}
	hint := document.DidYouMean(name, known)
	if hint == "" {
		hint = fmt.Sprintf("add %s: {env: NAME} to secrets", name)
	}
	if p.inFragment {
		hint = fmt.Sprintf("a fragment has no secrets: add %s: secret to params", name)
	}
	return &expression.Mistake{Message: fmt.Sprintf("unknown secret %s", name), Hint: hint}
}

// knowsVar knows the variables of `vars:` and what earlier steps save.
func (p *parser) knowsVar(name string) *expression.Mistake {
	if p.known[name] {
		return nil
	}
	if pos, ok := p.saves[name]; ok {
		return &expression.Mistake{
			Message: fmt.Sprintf("the variable %s is used before it is saved", name),
			Hint:    fmt.Sprintf("it is saved in line %d", pos.Line),
		}
	}
	var all []string
	for known := range p.known {
		all = append(all, known)
	}
	for saved := range p.saves {
		all = append(all, saved)
	}
	slices.Sort(all)
	hint := document.DidYouMean(name, all)
	if hint == "" {
		hint = "add it to vars, or save it in an earlier step"
	}
	return &expression.Mistake{Message: fmt.Sprintf("unknown variable %s", name), Hint: hint}
}
