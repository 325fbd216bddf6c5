package monitor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/web"
)

// Acknowledge implements [web.Actions]: whoever was told of the incident is told that somebody looks after it.
func (m *Monitor) Acknowledge(ctx context.Context, id string, a incidents.Acknowledgement) error {
	subject, err := m.openIncident(ctx, id)
	if err != nil {
		return err
	}
	p := m.plan.Load()
	found := false
	err = m.store.Update(ctx, subject, func(prev history.Prev) history.Entry {
		var entry history.Entry
		entry, found = p.acknowledge(prev, subject, id, a)
		return entry
	})
	if err != nil {
		return fmt.Errorf("acknowledging incident %q: %w", id, err)
	}
	m.courier.Wake()
	if !found {
		return fmt.Errorf("incident %q: %w", id, web.ErrEnded)
	}
	m.log.Info("acknowledged", "incident", id, "by", a.By, "via", a.Via)
	return nil
}

// unacknowledge takes an acknowledgement back.
func (m *Monitor) unacknowledge(ctx context.Context, subject, id string) error {
	err := m.store.Update(ctx, subject, func(prev history.Prev) history.Entry {
		now := time.Now().UTC()
		entry := history.Entry{State: incidents.Unacknowledge(prev.State, id, now)}
		if subject == "" {
			own := incidents.Unacknowledge(prev.Monitor, id, now)
			entry.Monitor = &own
		}
		return entry
	})
	m.warden.Wake()
	return err
}

// openIncident gives the subject of an open incident.
func (m *Monitor) openIncident(ctx context.Context, id string) (subject string, err error) {
	for _, i := range m.store.OpenIncidents() {
		if i.ID == id {
			return i.Subject, nil
		}
	}
	if _, err := m.store.Incident(ctx, id); err != nil {
		return "", err
	}
	return "", fmt.Errorf("incident %q: %w", id, web.ErrEnded)
}

// acknowledge decides what an acknowledgement leaves behind. found is false if the incident has ended meanwhile.
func (p *plan) acknowledge(prev history.Prev, subject, id string, a incidents.Acknowledgement) (entry history.Entry, found bool) {
	before := &prev.State
	if subject == "" {
		before = &prev.Monitor
	}
	state, events := incidents.Acknowledge(*before, id, a)
	found = state.Find(id) != nil
	entry.State = prev.State
	for _, e := range events {
		// Where it was said it is known.
		to := slices.DeleteFunc(slices.Clone(e.Incident.Pagers), func(pager string) bool { return pager == a.Via })
		p.announce(&entry, &state, []incidents.Event{e}, to, nil, p.compose)
	}
	if subject == "" {
		entry.Monitor = &state
	} else {
		entry.State = state
	}
	return entry, found
}

// compose makes the page about an event that no run brought about.
func (p *plan) compose(e incidents.Event) paging.Page {
	i := &e.Incident
	switch t := p.tasks[i.Subject]; {
	case i.Team != "":
		return p.composer.Storm(e)
	case i.Subject == "":
		return p.composer.Monitor(e, probes.Result{})
	case t == nil:
		return p.composer.Retired(e, "")
	default:
		return p.composer.Journey(t.Journey, e, probes.Result{})
	}
}
