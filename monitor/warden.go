package monitor

import (
	"context"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// warden lets go what is held when its time has come and no run of its own decides it: a page whose dependency has
// mended, a storm that has gathered. What is held is in the stored states, so a restart takes it up.
type warden struct {
	m    *Monitor
	wake chan struct{}
	// inside are the journeys that were in maintenance at the last look; nil: nobody has looked yet.
	inside map[string]bool
}

// stirring reports whether an entry is news for the warden: only what is held, or has ended, is.
func stirring(e *history.Entry) bool {
	return e.State.Incident != nil && e.State.Incident.Held() || len(e.Events) > 0
}

// Wake makes the warden look again. It never blocks.
func (w *warden) Wake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// rounds is how long the warden waits at most: what depends on the configuration or on other journeys is seen then.
const rounds = 30 * time.Second

// Run looks after what is held until ctx ends.
func (w *warden) Run(ctx context.Context) error {
	for {
		now := time.Now()
		wait := min(rounds, max(10*time.Millisecond, w.tend(ctx, now.UTC()).Sub(now)))
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-w.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// tend lets go what is due, and gives the time when something may be due next.
func (w *warden) tend(ctx context.Context, now time.Time) (next time.Time) {
	m := w.m
	next = now.Add(rounds)
	sooner := func(at time.Time) {
		if !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	p := m.plan.Load()
	sooner(w.tendMaintenance(ctx, p, now))
	sooner(m.tendDrills(ctx, now))
	own := m.store.Monitor()
	if due := own.StormDue(); !due.IsZero() && !due.After(now) {
		m.tendStorms(ctx, p, now)
		own = m.store.Monitor()
	}
	sooner(own.StormDue())
	for _, i := range m.store.OpenIncidents() {
		sooner(m.tendLadder(ctx, p, i, now))
		if t := p.tasks[i.Subject]; t != nil && i.Held() {
			m.tendHeld(ctx, p, t, now)
			if state := m.store.State(t.Name); state.Incident != nil && state.Incident.Held() {
				sooner(state.Incident.Hold.Until)
			}
		}
	}
	own = m.store.Monitor() // what is not held any more may have begun a storm
	sooner(own.StormDue())
	return next
}

func (m *Monitor) tendStorms(ctx context.Context, p *plan, now time.Time) {
	var told int
	err := m.store.Update(ctx, "", func(prev history.Prev) history.Entry {
		c := &court{plan: p, prev: prev, own: prev.Monitor}
		c.tellStorms(now)
		c.entry.Monitor = &c.own
		told = len(c.entry.Pages)
		return c.entry
	})
	if err != nil {
		m.log.Error("a storm's page could not be stored; it is tried again", "error", err)
	}
	if told > 0 {
		m.courier.Wake()
	}
}

// tendHeld decides anew about one incident that is held.
func (m *Monitor) tendHeld(ctx context.Context, p *plan, t *task, now time.Time) {
	snapshot := m.snapshot(t.Name)
	if _, changed := p.reconsider(snapshot, t, probes.Result{}, now); !changed {
		return
	}
	// Evidence for the page, if it comes to that. A run that is not kept any more has none.
	var run probes.Result
	if i := snapshot.State.Incident; i != nil {
		run, _ = m.store.Run(ctx, i.RunID)
	}
	var entry history.Entry
	err := m.store.Update(ctx, t.Name, func(prev history.Prev) history.Entry {
		entry, _ = p.reconsider(prev, t, run, now)
		return entry
	})
	if err != nil {
		m.log.Error("what is held could not be decided; it is tried again", "journey", t.Name, "error", err)
		return
	}
	m.courier.Wake()
	if i := entry.State.Incident; i != nil && i.Held() && !i.Hold.Until.IsZero() {
		m.schedule.Soon(t.Name, 0) // the truth: a run of its own
	}
}

// lastBad is the last bad run of an incident: run, if it is that one, or what the incident says of it.
func lastBad(i *incidents.Incident, run probes.Result) probes.Result {
	if run.RunID == i.RunID {
		return run
	}
	last := probes.Result{RunID: i.RunID}
	if len(i.Locations) > 0 {
		last.Location = i.Locations[0]
	}
	return last
}

// reconsider decides whether an incident is held any longer, without a run. run is the last bad one, as far as it is
// known. changed is false if everything stays as it is.
func (p *plan) reconsider(prev history.Prev, t *task, run probes.Result, now time.Time) (entry history.Entry, changed bool) {
	entry.State = prev.State
	i := prev.State.Incident
	if i == nil || !i.Held() {
		return entry, false
	}
	run = lastBad(i, run)
	run.EndedAt = now
	c := &court{plan: p, task: t, run: &run, prev: prev, state: prev.State, own: prev.Monitor, entry: entry}
	c.decide(incidents.Clock, p.window(t.Journey, prev.Windows, now) != nil, now)
	if *c.state.Incident.Hold == *i.Hold {
		return entry, false
	}
	compose := func(e incidents.Event) paging.Page { return p.composer.Journey(t.Journey, e, run) }
	switch told := c.state.Incident; {
	case !told.Held():
		c.announce(&c.entry, &c.state, nil, t.told(told.Severity), &run, compose)
	case told.Hold.Cause == incidents.HeldByStorm:
		c.welcome(told.Hold.By)
	}
	c.entry.State = c.state
	if c.changed {
		c.entry.Monitor = &c.own
	}
	return c.entry, true
}
