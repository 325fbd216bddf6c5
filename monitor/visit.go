package monitor

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/probes"
)

// visit is the whole flow of one run. A crash between any two lines loses no page and opens no incident twice:
// all that a page stands on is committed at once, by the ledger.
func (m *Monitor) visit(ctx context.Context, p *plan, t *task, req probes.Request) (probes.Result, error) {
	if err := m.skipped(p, t); err != nil {
		return probes.Result{}, err
	}
	wait, leave, err := m.gate.Enter(ctx, t.browser)
	if err != nil {
		return probes.Result{}, err
	}
	if err := m.skipped(p, t); err != nil { // maintenance may have begun while we waited
		leave()
		return probes.Result{}, err
	}
	req.QueueWait, req.Confirm = wait, t.confirm
	result := m.ride(ctx, p, t, req, leave)
	m.mute(p, t, &result)

	if !m.record(ctx, t.Name, &result) {
		return result, errRemoved
	}
	m.numbers.QueueWait(wait)
	return result, nil
}

// record does what follows a run, and reports whether the journey is still configured.
func (m *Monitor) record(ctx context.Context, name string, result *probes.Result) bool {
	p, t := m.current(name)
	if t == nil {
		return false
	}
	if result.Trigger != silenceTrigger {
		m.silence.Heard(name, time.Now())
	}
	state := m.ledger.Record(context.WithoutCancel(ctx), p, t, *result) // judged and stored; wakes the courier

	m.numbers.Observe(t.Journey, result, state)
	m.publish(t, result)
	m.tell(t, result)
	m.published.Set(name, state.Published)
	m.doubt(t, &state)
	m.logRun(result)
	return true
}

// ride runs the journey and gives its place in the gate back, whatever happens.
func (m *Monitor) ride(ctx context.Context, p *plan, t *task, req probes.Request, leave func()) probes.Result {
	defer leave()
	began := time.Now()
	result := p.runner.Run(ctx, t.Journey, req)
	m.vigil.excuse(&result, began, time.Now())
	return result
}

// errRemoved says that nobody wants to know how a run ended: a reload has removed its journey meanwhile.
var errRemoved = errors.New("the journey was removed from the configuration")

// current is the journey as the configuration has it now, or nil.
func (m *Monitor) current(journey string) (*plan, *task) {
	p := m.plan.Load()
	return p, p.tasks[journey]
}

// due is what the schedule calls. A journey never overlaps itself.
func (m *Monitor) due(name string, at time.Time) {
	if name == heartbeatJob {
		m.beat()
		return
	}
	late := max(0, time.Since(at))
	p, t := m.current(name)
	if t == nil {
		return // removed by a reload a moment ago
	}
	m.numbers.ScheduleLateness(late)
	if next, ok := m.schedule.Next(name); ok {
		m.numbers.NextRun(name, next)
	}
	turn := m.turns.Of(name)
	if !turn.TryTake(false) {
		if turn.Extra() {
			return // a run that was asked for apart from the schedule is going on: it is as good as this one
		}
		m.numbers.MissedRun(name, exporter.Overlap)
		m.log.Warn("run skipped", "journey", name, "cause", "the run before is still going", "due", at)
		return
	}
	defer turn.Leave()
	switch _, err := m.visit(m.running, p, t, probes.Request{Trigger: "schedule", DueAt: at}); {
	case errors.Is(err, errMaintenance):
		m.log.Debug("run skipped", "journey", name, "cause", err, "due", at)
	case err != nil:
		m.log.Warn("run skipped", "journey", name, "cause", err, "due", at)
	}
}

// missed is what the schedule calls for slots that passed unseen.
func (m *Monitor) missed(name string, slots int) {
	for range slots {
		m.numbers.MissedRun(name, exporter.Skipped)
	}
	m.log.Warn("runs skipped", "journey", name, "runs", slots, "cause", "their time had passed before the monitor got to them")
}

// logRun writes the one line of a run.
func (m *Monitor) logRun(r *probes.Result) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("journey", r.Journey), slog.String("outcome", r.Outcome.String()),
		slog.Duration("duration", r.Duration()), slog.String("run", r.RunID), slog.String("trigger", r.Trigger),
	}
	if r.Muted {
		attrs = append(attrs, slog.Bool("muted", true))
	}
	if n := len(r.Attempts); n > 1 {
		attrs = append(attrs, slog.Int("attempts", n))
	}
	if r.QueueWait > 0 {
		attrs = append(attrs, slog.Duration("wait", r.QueueWait))
	}
	if r.TraceID != "" {
		attrs = append(attrs, slog.String("trace", r.TraceID))
	}
	if f := r.Failure; f != nil {
		attrs = append(attrs, slog.String("reason", string(f.Reason)), slog.String("step", r.Step), slog.String("message", f.Message))
	}
	switch r.Outcome {
	case probes.Failed:
		level = slog.LevelWarn
	case probes.Error:
		level = slog.LevelError
	}
	m.log.LogAttrs(context.Background(), level, "run", attrs...)
}
