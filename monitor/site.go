package monitor

import (
	"net/http"
	"time"

	"github.com/outrider-monitor/outrider/web"
)

// site makes the pages for people. What they show of the configuration is asked for at each request.
func (m *Monitor) site() (http.Handler, error) {
	return web.New(web.Options{
		Store: m.store, Watched: m.watched, Actions: m, ExternalURL: m.plan.Load().config.ExternalURL, Version: m.o.Version, Log: m.log,
	})
}

// watched is the configuration in use, as the pages want it.
func (m *Monitor) watched() web.Watched {
	p := m.plan.Load()
	c := p.config
	w := web.Watched{Deployment: c.Deployment, Location: c.Location, TraceURL: c.TraceURL, Journeys: make([]web.Journey, len(c.Journeys))}
	if problem := m.reloadProblem.Load(); problem != nil {
		w.ReloadProblem = *problem
	}
	ordered, now := m.store.Windows(), time.Now()
	for i := range c.Journeys {
		t := p.tasks[c.Journeys[i].Name]
		j := &w.Journeys[i]
		j.Journey, j.Policy, j.Confirm = t.Journey, t.policy, t.confirm
		j.Pagers, j.Ladder = t.route(t.policy.SeverityAt(now))
		j.Schedule = t.Schedule
		if t.timing.Cron == "" {
			j.Schedule.Every = t.timing.Every
		}
		j.Timeout = first(t.Timeout, c.Defaults.Timeout)
		j.Next, j.Previous = m.schedule.Around(t.Name)
		j.Reproduce = t.reproduce
		j.Maintenance = p.window(t.Journey, ordered, now)
	}
	return w
}
