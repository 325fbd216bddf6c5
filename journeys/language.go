package journeys

import (
	"fmt"
	"slices"
	"sync"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// place is where an expression stands; it decides which names there are.
type place int

const (
	// anywhere sees vars, secrets, env, run and journeys.
	anywhere place = iota
	// condition is an `if`, where what was not saved may be compared with nil.
	condition
	// pageCondition is the `if` of a browser step, which may look at the page.
	pageCondition
	afterHTTP
	onThePage
	afterEval
)

// The names of `run`.
func runNames() []string { return []string{"id", "journey", "location", "deployment", "attempt"} }

// httpNames are the names that an HTTP step's expressions have beside those that all have.
func httpNames() []expression.Root {
	texts := map[string]string{}
	return []expression.Root{
		{Name: "status", Sample: 0}, {Name: "headers", Sample: texts}, {Name: "body", Sample: ""}, {Name: "json"},
		{Name: "cookies", Sample: texts}, {Name: "url", Sample: ""}, {Name: "proto", Sample: ""},
		{Name: "tls", Sample: map[string]any{}}, {Name: "timing", Sample: map[string]float64{}},
	}
}

func browserNames() []expression.Root {
	return []expression.Root{{Name: "url", Sample: ""}, {Name: "title", Sample: ""}}
}

// languages are made once; they do not change.
var languages = sync.OnceValue(func() map[place]*expression.Language {
	all := map[place]*expression.Language{}
	for _, at := range []place{anywhere, condition, pageCondition, afterHTTP, onThePage, afterEval} {
		all[at] = newLanguage(at)
	}
	return all
})

func newLanguage(at place) *expression.Language {
	o := expression.Options{
		Functions: functions(),
		Elsewhere: elsewhere(),
		NilChecks: at == condition || at == pageCondition,
		Roots: []expression.Root{
			{Name: "vars", Sample: map[string]any{}, Members: true},
			{Name: "secrets", Sample: map[string]string{}, Members: true},
			{Name: "env", Sample: map[string]string{}, Members: true},
			{Name: "run", Sample: map[string]any{}, Members: true},
			{Name: "journeys", Sample: map[string]any{}, Members: true},
		},
	}
	switch at {
	case afterHTTP:
		o.Roots = append(o.Roots, httpNames()...)
	case afterEval:
		o.Roots = append(o.Roots, expression.Root{Name: "result"})
		fallthrough
	case onThePage, pageCondition:
		o.Roots = append(o.Roots, browserNames()...)
		o.Functions = append(o.Functions, pageFunctions()...)
	}
	return expression.NewLanguage(o)
}

// elsewhere says of each name that some place has where it is.
func elsewhere() map[string]string {
	reasons := map[string]string{}
	for _, r := range httpNames() {
		reasons[r.Name] = "it is there in expect and save of an HTTP step"
	}
	for _, r := range browserNames() {
		reasons[r.Name] = "it is there in expect, save and if of a browser step"
	}
	reasons["url"] = "it is there in expect and save"
	reasons["result"] = "it is there in expect and save of an eval step"
	for _, f := range pageFunctions() {
		reasons[f.Name] = "it looks at the page: it is there in expect, save and if of a browser step"
	}
	for _, later := range []string{"jsonpath", "css", "xpath", "totp"} {
		reasons[later] = "it is not supported yet"
	}
	return reasons
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
	}
	return nil
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
