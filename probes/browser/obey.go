package browser

import (
	"context"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/browser/orders"
)

// learnOrders evaluates what the journey says, before its first step.
func (s *session) learnOrders(ctx context.Context, scope *journeys.Scope) error {
	if s.tab.window.orders.Load() != nil {
		return nil
	}
	o, err := orders.New(ctx, scope, s.options.Journey)
	if err != nil {
		return err
	}
	return s.order(ctx, o)
}

// remock gives the answers that hold from a step on.
func (s *session) remock(ctx context.Context, scope *journeys.Scope, mocks []journeys.Mock) error {
	if mocks == nil {
		return nil
	}
	changed, err := s.tab.window.orders.Load().Mocking(ctx, scope, mocks)
	if err != nil {
		return err
	}
	return s.order(ctx, changed)
}

// order has all tabs follow the orders.
func (s *session) order(ctx context.Context, o *orders.Orders) error {
	w := s.tab.window
	before := w.orders.Swap(o)
	if o.Intercept() == before.Intercept() {
		return nil
	}
	for _, t := range w.tabs() {
		for _, line := range t.Sessions() {
			c := orders.None(!t.Lease.Shell)
			if o.Intercept() {
				c = orders.StopAll()
			}
			if err := line.Call(ctx, c.Method, c.Params, nil); err != nil && line == s.tab.Line {
				return err
			}
		}
		t.Lock()
		t.marking = o.Intercept()
		t.Unlock()
	}
	return nil
}
