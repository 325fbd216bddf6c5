package monitor

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/web"
)

// Deploy implements [web.Actions]: it records a deploy and, if asked to, runs the journeys that are tagged with the
// service, each once, as soon as its turn comes.
func (m *Monitor) Deploy(ctx context.Context, d incidents.Deploy, run bool) (incidents.Deploy, []web.DeployRun, error) {
	d.ID = "dep_" + uuid.Must(uuid.NewV7()).String()
	if err := m.store.Update(ctx, "", func(history.Prev) history.Entry { return history.Entry{Deploy: &d} }); err != nil {
		return d, nil, fmt.Errorf("storing the deploy of %q: %w", d.Service, err)
	}
	m.log.Info("deployed", "service", d.Service, "version", d.Version, "deploy", d.ID, "by", d.By)
	if !run {
		return d, nil, nil
	}
	p := m.plan.Load()
	var names []string
	for name, t := range p.tasks {
		if slices.Contains(t.Tags, d.Service) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	runs := make([]web.DeployRun, len(names))
	var all sync.WaitGroup
	for n, name := range names {
		all.Go(func() { runs[n] = m.verify(ctx, p, p.tasks[name]) })
	}
	all.Wait()
	return d, runs, nil
}

// verify runs one journey for a deploy.
func (m *Monitor) verify(ctx context.Context, p *plan, t *task) web.DeployRun {
	one := web.DeployRun{Journey: t.Name, Outcome: "error"}
	if s := m.store.State(t.Name); s.Incident != nil {
		one.FailingSince = since(s.Incident.Since)
	} else if s.Failed > 0 {
		one.FailingSince = since(s.FirstFailedAt)
	}
	result, err := m.runNow(ctx, p, t, "deploy")
	if err != nil {
		one.Message = err.Error()
		return one
	}
	one.Outcome, one.RunID, one.Step, one.Seconds = result.Outcome.String(), result.RunID, result.Step, result.Duration().Seconds()
	if f := result.Failure; f != nil {
		one.Reason, one.Message = f.Reason, f.Message
	}
	if result.Outcome.Good() {
		one.FailingSince = nil
	}
	return one
}

func since(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC()
	return &at
}
