package monitor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/web"
)

// forced is the failed run that a drill pretends. It is judged like a real one, by the journey's own policy but for the number
// of runs, and stored nowhere.
func forced(t *task, location string, by string, at time.Time) probes.Result {
	r := probes.Result{RunID: uuid.Must(uuid.NewV7()).String(), Journey: t.Name, Location: location, Trigger: "drill",
		StartedAt: at, EndedAt: at, Outcome: probes.Failed}
	for s := range t.AllSteps() {
		r.Step = s.Name
		break
	}
	asked := ""
	if by != "" {
		asked = ", asked for by " + by
	}
	r.Failure = &probes.Failure{Reason: probes.Assertion, Message: "this is a drill" + asked + ": nothing is broken", Expected: "that you are reached", Got: "a drill"}
	return r
}

// pretend is the incident that the forced run opens.
func (p *plan) pretend(t *task, r probes.Result, severity string) incidents.Incident {
	policy := t.policy
	policy.OpenAfter, policy.Of, policy.For, policy.Flapping.Count = 1, 0, 0, 0
	if severity != "" {
		policy.Severity, policy.Hours = severity, nil
	}
	state, _ := incidents.Judge(incidents.State{Subject: t.Name}, policy, r)
	i := *state.Incident
	i.ID, i.Drill = "drill_"+r.RunID, true
	return p.sign(i)
}

// Drill implements [web.Actions]: it lets an incident of a journey open and close that is none, and waits until those who
// are to hear of both have, or refuse to, or the time is up. The journey's own state, runs and numbers stay as they are.
func (m *Monitor) Drill(ctx context.Context, journey string, ask web.DrillRequest) (web.Drill, error) {
	p, t := m.current(journey)
	if t == nil {
		names, _ := p.config.namesAndTags()
		return web.Drill{}, &web.Refusal{Words: fmt.Sprintf("there is no journey called %q", journey), Hint: document.DidYouMean(journey, names)}
	}
	began := time.Now().UTC()
	r := forced(t, p.config.Location, ask.By, began)
	i := p.pretend(t, r, ask.Severity)
	pagers, ladder := t.route(i.Severity)
	i = i.Tell(pagers...)
	d := web.Drill{ID: i.ID, Journey: t.Name, Severity: i.Severity, OpenedAt: began}
	for _, rung := range ladder {
		d.Ladder = append(d.Ladder, web.DrillRung{After: rung.After.Seconds(), Pagers: rung.Pagers})
	}
	until := time.Now().Add(time.Minute)
	if at, ok := ctx.Deadline(); ok {
		until = at.Add(10 * time.Second)
	}
	open := incidents.Event{Kind: incidents.Opened, At: began, RunID: r.RunID, Incident: i}
	if err := m.storeDrill(ctx, p, t, open, pagers, until); err != nil {
		return d, fmt.Errorf("storing the drill: %w", err)
	}
	m.log.Info("a drill begins", "journey", t.Name, "drill", i.ID, "severity", i.Severity, "by", ask.By, "pagers", pagers)
	if ask.Escalate { // At once: a pager that hangs keeps nobody else from hearing of a real one either.
		m.escalateDrill(ctx, p, t, &i, ladder, until)
	}
	m.heard(ctx, i.ID)
	// Its end is owed, whoever has gone away meanwhile.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	if err := m.endDrill(last, i.ID); err != nil {
		return d, fmt.Errorf("storing the end of the drill; it is tried again: %w", err)
	}
	d.Heard = m.heard(ctx, i.ID)
	legs, err := m.store.Deliveries(last, i.ID)
	if err != nil {
		return d, fmt.Errorf("reading what became of the drill's pages: %w", err)
	}
	for _, l := range legs {
		d.Legs = append(d.Legs, web.DrillLegOf(l))
	}
	m.log.Info("the drill is over", "journey", t.Name, "drill", i.ID, "heard", d.Heard)
	return d, nil
}

// storeDrill stores a drill as it is now, with the pages of what has happened.
func (m *Monitor) storeDrill(ctx context.Context, p *plan, t *task, e incidents.Event, to []string, until time.Time) error {
	page := p.composer.Journey(t.Journey, e, probes.Result{})
	err := m.store.Update(ctx, "", func(prev history.Prev) history.Entry {
		own := incidents.OpenDrill(prev.Monitor, incidents.Drill{Incident: e.Incident, Until: until})
		return history.Entry{Monitor: &own, Pages: address(page, to)}
	})
	m.courier.Wake()
	return err
}

// escalateDrill climbs the whole ladder, without the waits.
func (m *Monitor) escalateDrill(ctx context.Context, p *plan, t *task, i *incidents.Incident, ladder []incidents.Rung, until time.Time) {
	for n, rung := range ladder {
		now := time.Now().UTC()
		next := i.Tell(rung.Pagers...)
		next.Escalations = append(slices.Clone(i.Escalations), incidents.Escalation{At: now, Since: i.OpenedAt, Pagers: rung.Pagers})
		e := incidents.Event{Kind: incidents.Escalated, At: now, Rung: n + 1, Incident: next}
		if err := m.storeDrill(ctx, p, t, e, rung.Pagers, until); err != nil {
			m.log.Error("a rung of the drill could not be stored", "drill", i.ID, "error", err)
			return
		}
		*i = next
	}
}

// endDrill closes a drill for those who heard of it.
func (m *Monitor) endDrill(ctx context.Context, id string) error {
	p := m.plan.Load()
	err := m.store.Update(ctx, "", func(prev history.Prev) history.Entry {
		own, events := incidents.CloseDrill(prev.Monitor, id, time.Now().UTC())
		entry := history.Entry{Monitor: &own}
		for _, e := range events {
			entry.Pages = append(entry.Pages, address(p.compose(e), e.Incident.Pagers)...)
		}
		return entry
	})
	m.courier.Wake()
	return err
}

// heard waits until no page of a drill is on its way any more, and reports whether all were accepted by those they were
// meant for.
func (m *Monitor) heard(ctx context.Context, id string) bool {
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		legs, err := m.store.Deliveries(ctx, id)
		if err != nil {
			return false
		}
		waiting := slices.ContainsFunc(legs, func(l history.DeliveryRecord) bool { return l.Outcome == "" })
		if !waiting && len(legs) > 0 {
			return !slices.ContainsFunc(legs, func(l history.DeliveryRecord) bool {
				return l.RelayOf == "" && l.Outcome != string(paging.Accepted)
			})
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return false
		}
	}
}

// tendDrills ends the drills that nobody ends any more: the monitor was killed while one was going on. It gives when it has to
// look again.
func (m *Monitor) tendDrills(ctx context.Context, now time.Time) (next time.Time) {
	own := m.store.Monitor()
	for _, id := range own.DrillsOver(now) {
		if err := m.endDrill(ctx, id); err != nil {
			m.log.Error("a drill could not be ended; it is tried again", "drill", id, "error", err)
			continue
		}
		m.log.Warn("a drill was ended that nobody ended", "drill", id, "journey", own.Drills[id].Incident.Subject)
	}
	own = m.store.Monitor()
	for _, d := range own.Drills {
		if d.Until.After(now) && (next.IsZero() || d.Until.Before(next)) {
			next = d.Until
		}
	}
	return next
}
