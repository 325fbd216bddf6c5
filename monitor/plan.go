package monitor

import (
	"context"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// runner is what a plan needs of probes.Runner.
type runner interface {
	Run(ctx context.Context, j *journeys.Journey, req probes.Request) probes.Result
}

// plan is a loaded configuration, ready to be run. It never changes: a reload makes a new one, and runs that are
// on their way finish with the one they began with.
type plan struct {
	config *Config
	runner runner
	tasks  map[string]*task
	// monitorPolicy and composer serve the judgement of every run.
	monitorPolicy incidents.Policy
	composer      paging.Composer
	// dependents are, for each journey, those that depend on it, directly or not, sorted.
	dependents map[string][]string
}

// task is a journey with all that the configuration says about it.
type task struct {
	*journeys.Journey
	timing  Timing
	policy  incidents.Policy
	confirm int
	// browser tells which of the gate's places its runs take.
	browser bool
	// pagers hear of it, unless one of routes, which are those of its team that its tags may take, takes its severity;
	// ladder is who else hears of what nobody acknowledges.
	pagers []string
	ladder []incidents.Rung
	routes []Route
	// reproduce is the command that runs it once on a terminal.
	reproduce string
}

func newPlan(c *Config, r runner, composer paging.Composer) *plan {
	p := &plan{config: c, runner: r, composer: composer, monitorPolicy: c.MonitorPolicy(), tasks: make(map[string]*task, len(c.Journeys))}
	for i := range c.Journeys {
		j := &c.Journeys[i]
		p.tasks[j.Name] = &task{
			Journey: j, timing: c.Timing(j), policy: c.Policy(j), confirm: c.Confirm(j),
			browser: j.UsesBrowser(), pagers: c.Teams[j.Team].Pagers, ladder: c.Teams[j.Team].Escalate, routes: c.Teams[j.Team].of(j),
			reproduce: composer.Journey(j, incidents.Event{}, probes.Result{}).Reproduce,
		}
	}
	p.dependents = dependents(c.Journeys)
	return p
}

func (p *plan) timings() map[string]Timing {
	timings := make(map[string]Timing, len(p.tasks))
	for name, t := range p.tasks {
		timings[name] = t.timing
	}
	if h := p.config.Heartbeat; h != nil {
		timings[heartbeatJob] = Timing{Every: h.Every}
	}
	return timings
}

func (p *plan) has(journey string) bool { return p.tasks[journey] != nil }
