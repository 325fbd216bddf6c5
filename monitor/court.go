package monitor

import (
	"slices"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// court is one judgement on its way to become an entry: what was judged, and who is to be told.
type court struct {
	*plan
	task  *task
	run   *probes.Result
	prev  history.Prev
	entry history.Entry

	state  incidents.State
	events []incidents.Event
	// own is the monitor's own state; changed says that it is to be stored.
	own     incidents.State
	changed bool
	// released says that the page of an incident goes out that was held before.
	released bool
}

// blame names what was deployed just before an incident that opens.
func (c *court) blame() {
	c.state = incidents.Blame(c.state, c.events, c.prev.Deploys, c.task.Tags)
}

// withhold keeps the page of an incident back that something explains, and lets it go when nothing does any more.
func (c *court) withhold() {
	i := c.state.Incident
	opened := len(c.events) > 0 && c.events[0].Kind == incidents.Opened
	if i == nil || !opened && !i.Held() {
		return
	}
	before := i.Held()
	by := incidents.GoodRun
	if i.RunID == c.run.RunID {
		by = incidents.BadRun
	}
	c.decide(by, c.run.Muted, c.run.EndedAt)
	c.released = before && !c.state.Incident.Held()
	for n := range c.events {
		c.events[n].Incident = *c.state.Incident
	}
}

// decide holds the incident or lets it go. What is to be told now may do so as part of a storm, whatever held it before:
// all that maintenance hid is seen at its end.
func (c *court) decide(by incidents.Witness, muted bool, at time.Time) {
	reason := c.reason(c.task, &c.state, &c.own, muted, c.prev, at)
	next := incidents.Withhold(c.state, reason, by, at)
	if i := next.Incident; !i.Held() {
		c.own, reason = incidents.JoinStorm(c.own, c.config.Storm, c.task.Team, i, c.run, at)
		c.changed = true
		if reason != nil {
			next = incidents.Withhold(c.state, reason, by, at)
		}
	}
	c.state = next
}

// tell adds the events and the pages.
func (c *court) tell() {
	compose := func(e incidents.Event) paging.Page { return c.composer.Journey(c.task.Journey, e, *c.run) }
	switch i := c.state.Incident; {
	case i != nil && i.Held():
		c.announce(&c.entry, &c.state, c.events, nil, nil, compose)
		if i.Hold.Cause == incidents.HeldByStorm && i.RunID == c.run.RunID && !c.run.Muted {
			var worse []incidents.Event
			c.own, worse = incidents.RaiseStorm(c.own, i.Hold.By, i.Severity, c.run.EndedAt, c.run.RunID)
			c.changed = c.changed || len(worse) > 0
			c.announceStorms(worse)
			c.welcome(i.Hold.By)
			c.tellStorms(c.run.EndedAt)
		}
	case c.released: // one page: that it is open
		c.announce(&c.entry, &c.state, c.events, nil, nil, compose)
		c.announce(&c.entry, &c.state, nil, c.task.told(i.Severity), c.run, compose)
	default:
		c.announce(&c.entry, &c.state, c.events, c.task.told(severityOf(i, c.events)), c.run, compose)
	}
	c.leaveStorm(c.run.EndedAt, c.run.RunID)
}

// leaveStorm takes a journey whose incident has ended out of the storm that held its page.
func (c *court) leaveStorm(at time.Time, runID string) {
	for _, e := range c.events {
		if h := e.Incident.Hold; e.Kind == incidents.Closed && h != nil && h.Cause == incidents.HeldByStorm {
			var events []incidents.Event
			c.own, events = incidents.LeaveStorm(c.own, h.By, e.Incident, at, runID)
			c.changed = true
			c.announceStorms(events)
		}
	}
}

// tellStorms tells what is due about storms.
func (c *court) tellStorms(at time.Time) {
	var events []incidents.Event
	c.own, events = incidents.TellStorms(c.own, max(0, c.config.Defaults.Alert.Remind), at)
	c.changed = c.changed || len(events) > 0
	c.announceStorms(events)
}

func (c *court) announceStorms(events []incidents.Event) {
	for _, e := range events {
		to := e.Incident.Pagers
		if e.Kind != incidents.Closed {
			pagers, _ := c.stormRoute(&e.Incident)
			to = audience(&e, pagers)
			e.Incident = c.sign(e.Incident.Tell(to...))
			c.own = c.own.Told(e.Incident)
		}
		c.entry.Events = append(c.entry.Events, e)
		c.entry.Pages = append(c.entry.Pages, address(c.composer.Storm(e), to)...)
	}
}

// welcome tells those of a storm that people know of who hear of journeys in it, but have not heard of it.
func (c *court) welcome(id string) {
	storm := c.own.Find(id)
	if storm == nil || storm.Held() {
		return
	}
	pagers, _ := c.stormRoute(storm)
	newcomers := slices.DeleteFunc(slices.Clone(pagers), func(name string) bool { return slices.Contains(storm.Pagers, name) })
	if len(newcomers) == 0 {
		return
	}
	told := storm.Tell(newcomers...)
	c.own, c.changed = c.own.Told(told), true
	e := incidents.Event{Kind: incidents.Opened, At: c.run.EndedAt, RunID: c.run.RunID, Incident: told}
	c.entry.Pages = append(c.entry.Pages, address(c.composer.Storm(e), newcomers)...)
}

// reason is why nobody should be told of the open incident of a journey at a time, or nil.
func (p *plan) reason(t *task, s, own *incidents.State, muted bool, prev history.Prev, at time.Time) *incidents.Hold {
	i := s.Incident
	// Before maintenance: the storm counts this journey among its own until its incident ends.
	if h := i.Hold; h != nil && h.Cause == incidents.HeldByStorm {
		if storm, raging := own.Storm.Teams[t.Team]; raging && storm.ID == h.By && slices.Contains(storm.Journeys, t.Name) {
			return h
		}
	}
	if muted {
		return &incidents.Hold{Cause: incidents.HeldByMaintenance}
	}
	for _, name := range t.Alert.DependsOn {
		if d := prev.Of(name); p.has(name) && d.Explains(i.Severity) {
			return &incidents.Hold{Cause: incidents.HeldByDependency, By: name}
		}
	}
	if i.Hold != nil && (i.Hold.Cause != incidents.HeldByDoubt || !at.Before(i.Hold.Until)) {
		return nil // doubt delays a page once
	}
	for _, name := range t.Alert.DependsOn {
		d := prev.Of(name)
		if p.has(name) && d.Doubted() && !journeys.Worse(i.Severity, p.tasks[name].policy.SeverityAt(at)) {
			return &incidents.Hold{Cause: incidents.HeldByDoubt, By: name}
		}
	}
	return nil
}

// affected are the broken journeys that depend on a journey.
func (p *plan) affected(journey string, prev history.Prev) []string {
	var names []string
	for _, name := range p.dependents[journey] {
		if s := prev.Of(name); s.Incident != nil && !s.Incident.Degraded {
			names = append(names, name)
		}
	}
	return names
}

// dependents finds, for each journey, all that depend on it, sorted. A configuration without circles was checked.
func dependents(all []journeys.Journey) map[string][]string {
	on := map[string][]string{}
	for i := range all {
		on[all[i].Name] = all[i].Alert.DependsOn
	}
	found := map[string][]string{}
	var walk func(name, dependent string)
	walk = func(name, dependent string) {
		for _, above := range on[name] {
			if !slices.Contains(found[above], dependent) {
				found[above] = append(found[above], dependent)
				walk(above, dependent)
			}
		}
	}
	for name := range on {
		walk(name, name)
	}
	for _, names := range found {
		slices.Sort(names)
	}
	return found
}
