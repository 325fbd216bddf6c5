package monitor

import (
	"context"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// runNow waits for the journey's turn and runs it. When ctx ends first, a run that has begun goes on and is stored.
func (m *Monitor) runNow(ctx context.Context, p *plan, t *task, trigger string) (probes.Result, error) {
	asked := time.Now()
	turn := m.turns.Of(t.Name)
	if !turn.Take(ctx) {
		return probes.Result{}, fmt.Errorf("journey %q was still running when the time was up", t.Name)
	}
	if !m.schedule.enter() {
		turn.Leave()
		return probes.Result{}, fmt.Errorf("the monitor is stopping")
	}
	type outcome struct {
		result probes.Result
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		defer m.schedule.running.Done()
		defer turn.Leave()
		defer func() {
			if what := recover(); what != nil { // no schedule above us catches it
				m.panicked(t.Name, what)
				done <- outcome{err: fmt.Errorf("handling the run of %q failed", t.Name)}
			}
		}()
		result, err := m.visit(m.running, p, t, probes.Request{Trigger: trigger, DueAt: asked})
		done <- outcome{result, err}
	}()
	select {
	case o := <-done:
		return o.result, o.err
	case <-ctx.Done():
		return probes.Result{}, fmt.Errorf("journey %q did not end in time; it goes on and will be stored", t.Name)
	}
}
