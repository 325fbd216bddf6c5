package monitor

import (
	"context"
	"slices"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// route gives who hears of an incident of a severity, and the ladder if nobody acknowledges it.
func (t *task) route(severity string) (pagers []string, ladder []incidents.Rung) {
	for _, r := range t.routes {
		if len(r.Severities) > 0 && !slices.Contains(r.Severities, severity) {
			continue
		}
		if r.Escalate == nil {
			return r.Pagers, t.ladder
		}
		return r.Pagers, r.Escalate
	}
	return t.pagers, t.ladder
}

// told are those who hear of an incident of a severity.
func (t *task) told(severity string) []string {
	pagers, _ := t.route(severity)
	return pagers
}

// severityOf is that of the incident that a judgement is about.
func severityOf(open *incidents.Incident, events []incidents.Event) string {
	switch {
	case open != nil:
		return open.Severity
	case len(events) > 0:
		return events[0].Incident.Severity
	}
	return ""
}

// stormRoute gives who hears of a storm: all who would hear of one of its journeys if it were as severe; and the ladder
// that is the quickest of theirs.
func (p *plan) stormRoute(storm *incidents.Incident) (pagers []string, ladder []incidents.Rung) {
	for _, name := range storm.Journeys {
		t := p.tasks[name]
		if t == nil {
			continue
		}
		to, rungs := t.route(storm.Severity)
		pagers = union(pagers, to)
		for n, rung := range rungs {
			if n == len(ladder) {
				ladder = append(ladder, incidents.Rung{After: rung.After})
			}
			ladder[n].After = min(ladder[n].After, rung.After)
			ladder[n].Pagers = union(ladder[n].Pagers, rung.Pagers)
		}
	}
	if len(pagers) == 0 { // its journeys have left the configuration
		pagers = p.config.Teams[storm.Team].Pagers
	}
	return pagers, ladder
}

// union is a new list of what is in either.
func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// sign gives the incident with the deployment under whose key it is told. It keeps the one that it had: another key would
// close nothing.
func (p *plan) sign(i incidents.Incident) incidents.Incident {
	i.Deployment = first(i.Deployment, p.composer.Deployment)
	return i
}

// ladderOf is the ladder of an open incident; nil for the monitor's own.
func (p *plan) ladderOf(i *incidents.Incident) (ladder []incidents.Rung) {
	if i.Team != "" {
		_, ladder = p.stormRoute(i)
	} else if t := p.tasks[i.Subject]; t != nil {
		_, ladder = t.route(i.Severity)
	}
	return ladder
}

// afterMaintenance is how long the rungs wait for the run that says how things stand after maintenance.
const afterMaintenance = 2 * time.Minute

// quiet reports whether an incident is about nothing but journeys in maintenance, or a moment after it.
func (p *plan) quiet(i *incidents.Incident, prev history.Prev, now time.Time) bool {
	names := i.Journeys
	if i.Team == "" {
		names = []string{i.Subject}
	}
	return !slices.ContainsFunc(names, func(name string) bool {
		t := p.tasks[name]
		return t != nil && p.window(t.Journey, prev.Windows, now) == nil && p.window(t.Journey, prev.Windows, now.Add(-afterMaintenance)) == nil
	})
}

// climb decides whether an open incident is escalated at a time, and pages those of the next rung. run is its last bad run, as
// far as it is known.
func (p *plan) climb(prev history.Prev, subject, id string, run probes.Result, now time.Time) (entry history.Entry, changed bool) {
	entry.State = prev.State
	before := &prev.State
	if subject == "" {
		before = &prev.Monitor
	}
	i := before.Find(id)
	if i == nil || p.quiet(i, prev, now) {
		return entry, false
	}
	state, events := incidents.Escalate(*before, id, p.ladderOf(i), now)
	if len(events) == 0 && state.Find(id).RungAt.Equal(i.RungAt) {
		return entry, false
	}
	for _, e := range events {
		to := e.Incident.Escalations[e.Rung-1].Pagers
		e.Incident = p.sign(e.Incident.Tell(to...))
		state = state.Told(e.Incident)
		page := p.compose(e)
		if t := p.tasks[subject]; t != nil {
			page = p.composer.Journey(t.Journey, e, lastBad(i, run))
		}
		entry.Events = append(entry.Events, e)
		entry.Pages = append(entry.Pages, address(page, to)...)
	}
	if subject == "" {
		entry.Monitor = &state
	} else {
		entry.State = state
	}
	return entry, true
}

// tendLadder escalates an open incident when it is time, and gives when it will be. What drives it is what is on the disk
// and the clock alone: no run need come, and a restart changes nothing.
func (m *Monitor) tendLadder(ctx context.Context, p *plan, i incidents.Incident, now time.Time) (next time.Time) {
	ladder := p.ladderOf(&i)
	if len(ladder) == 0 {
		return time.Time{}
	}
	snapshot := m.snapshot(i.Subject)
	if _, changed := p.climb(snapshot, i.Subject, i.ID, probes.Result{}, now); changed {
		run, _ := m.store.Run(ctx, i.RunID)
		var pages []paging.Outgoing
		err := m.store.Update(ctx, i.Subject, func(prev history.Prev) history.Entry {
			entry, _ := p.climb(prev, i.Subject, i.ID, run, now)
			pages = entry.Pages
			return entry
		})
		switch {
		case err != nil:
			m.log.Error("an escalation could not be stored; it is tried again", "incident", i.ID, "error", err)
		case len(pages) > 0:
			m.log.Info("escalated", "incident", i.ID, "journey", i.Subject, "pages", len(pages))
			m.courier.Wake()
		}
		snapshot = m.snapshot(i.Subject)
	}
	state := &snapshot.State
	if i.Subject == "" {
		state = &snapshot.Monitor
	}
	if next = state.NextRung(i.ID, ladder); next.Before(now) {
		return time.Time{} // it waits for something else: look again with the next round
	}
	return next
}

// snapshot is what an update of a journey would start from, to see whether one is needed.
func (m *Monitor) snapshot(subject string) history.Prev {
	return history.Prev{State: m.store.State(subject), Monitor: m.store.Monitor(), Others: m.store.State, Windows: m.store.Windows()}
}

// audience are those to whom the page of an event goes. pagers are those that the configuration names now. Whoever has heard
// of an incident hears that it has got worse, and of its end; to whom it was escalated hears the reminders.
func audience(e *incidents.Event, pagers []string) []string {
	switch e.Kind {
	case incidents.Closed:
		return e.Incident.Pagers
	case incidents.Escalated:
		return union(pagers, e.Incident.Pagers)
	case incidents.Reminded:
		return union(pagers, e.Incident.EscalatedTo())
	}
	return pagers
}
