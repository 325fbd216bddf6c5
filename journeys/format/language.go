package format

import (
	"sync"

	"github.com/outrider-monitor/outrider/journeys/expression"
)

// languages are made once; they do not change.
var languages = sync.OnceValue(func() map[place]*expression.Language {
	all := map[place]*expression.Language{}
	for at, around := range places() {
		all[at] = newLanguage(at, around)
	}
	return all
})

func newLanguage(at place, around surroundings) *expression.Language {
	o := expression.Options{
		Functions: append(functions(), around.functions...),
		Elsewhere: elsewhere(),
		NilChecks: at == condition || at == pageCondition,
		Roots: []expression.Root{
			{Name: "vars", Sample: map[string]any{}, Members: true},
			{Name: "secrets", Sample: map[string]string{}, Members: true},
			{Name: "env", Sample: map[string]string{}, Members: true},
			{Name: "run", Sample: map[string]any{}, Members: true},
			{Name: "journeys", Sample: map[string]any{}, Members: true},
			{Name: "params", Sample: map[string]any{}, Members: true},
		},
	}
	o.Roots = append(o.Roots, around.roots...)
	return expression.NewLanguage(o)
}
