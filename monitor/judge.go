package monitor

import (
	"slices"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// judge decides what a run leaves behind. It is a function of its inputs: the store may call it again.
func (p *plan) judge(t *task, r *probes.Result, prev history.Prev) history.Entry {
	state, events := incidents.Judge(prev.State, t.policy, *r)
	own, ownEvents := incidents.JudgeMonitor(prev.Monitor, state, p.ownPolicy(r), *r)
	if len(events)+len(ownEvents) == 0 && state.Incident == nil && incidents.Same(prev.Monitor, own) {
		return history.Entry{Result: *r, State: state} // nearly every run: there is nothing to decide about whom to tell
	}
	c := &court{plan: p, task: t, run: r, prev: prev, state: state, events: events, own: own, changed: !incidents.Same(prev.Monitor, own)}
	c.entry.Result = *r
	c.blame()
	c.withhold()
	c.state, c.events = incidents.Affect(c.state, c.events, p.affected(t.Name, prev), r)
	c.tell()
	p.announce(&c.entry, &c.own, ownEvents, p.config.MonitorPagers, r, func(e incidents.Event) paging.Page { return p.composer.Monitor(e, *r) })
	c.entry.State = c.state
	if c.changed {
		c.entry.Monitor = &c.own
	}
	return c.entry
}

// announce adds the events to the entry, with a page for each pager that is to hear of them. pagers are those that
// the configuration names now. It may have named others when the incident opened: those that heard of the start hear
// of the end, and those that came later hear of the incident when the run r, nil if there is none, shows that it goes
// on.
func (p *plan) announce(entry *history.Entry, s *incidents.State, events []incidents.Event, pagers []string, r *probes.Result, compose func(incidents.Event) paging.Page) {
	newcomers := p.newcomers(s.Incident, events, pagers, r)
	for _, e := range events {
		to := audience(&e, pagers)
		e.Incident = p.sign(e.Incident)
		if e.Kind != incidents.Closed {
			e.Incident = e.Incident.Tell(pagers...)
			to = slices.DeleteFunc(slices.Clone(to), func(name string) bool { return slices.Contains(newcomers, name) })
		}
		entry.Events = append(entry.Events, e)
		entry.Pages = append(entry.Pages, address(compose(e), to)...)
	}
	open := s.Incident
	if open == nil || r == nil || open.RunID != r.RunID {
		return // nothing is open, or nothing shows that it still is
	}
	told := p.sign(open.Tell(pagers...))
	s.Incident = &told
	if len(newcomers) > 0 {
		news := incidents.Event{Kind: incidents.Opened, At: r.EndedAt, RunID: r.RunID, Incident: told}
		entry.Pages = append(entry.Pages, address(compose(news), newcomers)...)
	}
}

// newcomers are those of pagers who have not heard of the open incident and hear now that it is open, whatever else the
// run r, nil if there is none, brings about.
func (p *plan) newcomers(open *incidents.Incident, events []incidents.Event, pagers []string, r *probes.Result) []string {
	opened := len(events) > 0 && events[0].Kind == incidents.Opened
	if opened || open == nil || r == nil || open.RunID != r.RunID {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(pagers), func(name string) bool { return slices.Contains(open.Pagers, name) })
}

// address makes one page for each pager.
func address(page paging.Page, pagers []string) []paging.Outgoing {
	out := make([]paging.Outgoing, len(pagers))
	for i, name := range pagers {
		out[i] = paging.Outgoing{Pager: name, Page: page}
	}
	return out
}

// retire decides what is left of a journey that is configured no longer: its incident ends, and those who heard of
// it hear that.
func (p *plan) retire(prev history.Prev, now time.Time) history.Entry {
	state, events := incidents.Retire(prev.State, now)
	c := &court{plan: p, prev: prev, state: state, events: events, own: prev.Monitor}
	p.announce(&c.entry, &c.state, c.events, nil, nil, func(e incidents.Event) paging.Page { return p.composer.Retired(e, "") })
	c.leaveStorm(now, "")
	c.entry.State = c.state
	if c.changed {
		c.entry.Monitor = &c.own
	}
	return c.entry
}

// retireTroubles forgets the monitor's troubles with journeys that are configured no longer.
func (p *plan) retireTroubles(prev history.Prev, now time.Time) history.Entry {
	own, events := incidents.RetireTrouble(prev.Monitor, p.has, now)
	entry := history.Entry{}
	p.announce(&entry, &own, events, nil, nil, func(e incidents.Event) paging.Page { return p.composer.Monitor(e, probes.Result{}) })
	entry.Monitor = &own
	return entry
}
