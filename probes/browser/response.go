package browser

import (
	"context"
	"slices"

	"github.com/outrider-monitor/outrider/journeys"
)

// waitForResponse waits for the first answer that matches.
func (s *session) waitForResponse(ctx context.Context, scope *journeys.Scope, st *journeys.Step, a *journeys.WaitForResponse) error {
	pattern, err := a.URL.Text(ctx, scope)
	if err != nil {
		return err
	}
	wellOnly := !slices.ContainsFunc(st.Expect, func(e journeys.Expr) bool { return e.Uses("status") })
	t := s.tab
	w := t.Traffic.Await(a.Method, pattern, s.since, wellOnly)
	err = t.Until(ctx, w.Came)
	if err != nil && context.Cause(ctx) == context.DeadlineExceeded {
		t.Lock()
		defer t.Unlock()
		return w.Unanswered(err)
	}
	s.awaiting = w
	return err
}
