package monitor

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/outrider-monitor/outrider/monitor/deadman"
	"github.com/outrider-monitor/outrider/probes"
)

// How often silent journeys are looked for, and how many are recorded at a time.
const (
	listenEvery = 10 * time.Second
	recorders   = 64
)

// silenceTrigger marks the results of journeys that had none. They open the monitor's incident at once: two slots
// have passed by then.
const silenceTrigger = "watchdog"

// listen looks for journeys that have had no result for two slots, until ctx ends. Whatever keeps them from it (the
// schedule, the gate, a run that never ends) is our trouble, and nobody else would notice.
func (m *Monitor) listen(ctx context.Context) error {
	tick := time.NewTicker(listenEvery)
	defer tick.Stop()
	before := time.Now()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now := time.Now()
		if now.Sub(before) > listenEvery+standstill {
			m.silence.Begin(now) // We stood still, and so did everything that could have been heard.
		}
		before = now
		m.silent(ctx, now)
	}
}

// silent records an error for each journey that has been silent for too long at now.
func (m *Monitor) silent(ctx context.Context, now time.Time) {
	p := m.plan.Load()
	all := make([]deadman.Journey, 0, len(p.tasks))
	for name, t := range p.tasks {
		next := func(at time.Time) time.Time { return m.schedule.After(name, at) }
		all = append(all, deadman.Journey{Name: name, Next: next, Allowance: p.longest(t)})
	}
	var recording sync.WaitGroup
	places := make(chan struct{}, recorders)
	for _, s := range m.silence.Silent(now, all) {
		places <- struct{}{}
		recording.Go(func() {
			defer func() { <-places }()
			m.recordSilence(ctx, p, p.tasks[s.Journey], s, now)
		})
	}
	recording.Wait()
}

// recordSilence stores that there is no result. It begins when the silence began, so that a run that ends at last is
// still judged.
func (m *Monitor) recordSilence(ctx context.Context, p *plan, t *task, s deadman.Silence, now time.Time) {
	why := "the schedule has not started any"
	if m.turns.Of(t.Name).Taken() {
		why = "the last one has not ended, or still waits for its turn"
	}
	r := probes.Result{
		RunID: uuid.Must(uuid.NewV7()).String(), Journey: t.Name, Team: t.Team, Location: p.config.Location, Trigger: silenceTrigger,
		DueAt: s.Since.UTC(), StartedAt: s.Since.UTC(), EndedAt: now.UTC(), Outcome: probes.Error,
		Failure: &probes.Failure{Reason: probes.Internal, Message: fmt.Sprintf("no run has had a result since %s, for two intervals: %s",
			s.Since.UTC().Format(time.RFC3339), why)},
	}
	m.record(ctx, t.Name, &r)
}

// longest is how long a run of the journey may take, its repeats, its end and its evidence included.
func (p *plan) longest(t *task) time.Duration {
	timeout := first(t.Timeout, p.config.Defaults.Timeout)
	return time.Duration(t.confirm+1)*(timeout+evidenceTime) + finallyTime
}
