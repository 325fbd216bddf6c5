package browser

import (
	"context"

	"github.com/outrider-monitor/outrider/journeys"
)

// Still takes a picture after a step, with the secrets covered. A page that cannot be pictured is left out.
func (s *session) Still(ctx context.Context) {
	if s.filming() && s.step != nil {
		s.film.Still(ctx, s.tab.eye, s.step.Name)
	}
}

// filming reports whether stills are taken of the present step.
func (s *session) filming() bool { return s.options.Film && !s.sensitive }

// filmWhile takes stills while a step waits, until the function that it gives is called. Steps that type are left out, for
// what they type appears between looking and taking.
func (s *session) filmWhile(ctx context.Context, t *tab, step *journeys.Step) (stop func()) {
	if !s.filming() || types(step.Action) {
		return func() {}
	}
	return s.film.While(ctx, t.eye, step.Name)
}

// types reports whether a verb puts text into the page.
func types(action journeys.Action) bool {
	switch action.(type) {
	case *journeys.Fill, *journeys.FillForm, *journeys.Type, *journeys.Press, *journeys.Eval, *journeys.Screenshot:
		return true
	}
	return false
}
