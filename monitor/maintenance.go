package monitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents/maintenance"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/web"
)

// errMaintenance is why a run does not take place.
var errMaintenance = errors.New("it is in maintenance")

// skipped says why a journey must not run now, if there is a reason.
func (m *Monitor) skipped(p *plan, t *task) error {
	if w := p.window(t.Journey, m.store.Windows(), time.Now()); w != nil && w.Mode == maintenance.Halt {
		m.silence.Heard(t.Name, time.Now()) // it is silent because it was told to be
		return fmt.Errorf("%w: %s, until %s", errMaintenance, w.Title(), w.Until.Format(time.RFC3339))
	}
	return nil
}

// mute marks a run that fell into a window, at its start or at its end: what it saw says nothing.
func (m *Monitor) mute(p *plan, t *task, r *probes.Result) {
	ordered := m.store.Windows()
	r.Muted = p.window(t.Journey, ordered, r.StartedAt) != nil || p.window(t.Journey, ordered, r.EndedAt) != nil
}

// StartMaintenance implements [web.Actions].
func (m *Monitor) StartMaintenance(ctx context.Context, w maintenance.Window) (maintenance.Window, error) {
	names, tags := m.plan.Load().config.namesAndTags()
	for _, asked := range []struct {
		what        string
		list, known []string
	}{{"journey called", w.Journeys, names}, {"journey with the tag", w.Tags, tags}} {
		for _, name := range asked.list {
			if !slices.Contains(asked.known, name) {
				return w, &web.Refusal{Words: fmt.Sprintf("there is no %s %q", asked.what, name), Hint: document.DidYouMean(name, asked.known)}
			}
		}
	}
	w.ID = "win_" + uuid.Must(uuid.NewV7()).String()
	if err := m.storeWindow(ctx, w); err != nil {
		return w, err
	}
	m.log.Info("maintenance begins", "window", w.ID, "mode", w.Mode, "journeys", w.Journeys, "tags", w.Tags, "from", w.From, "until", w.Until, "by", w.By, "reason", w.Reason)
	return w, nil
}

// EndMaintenance implements [web.Actions]. The windows of the configuration end by themselves alone.
func (m *Monitor) EndMaintenance(ctx context.Context, id string, at time.Time) (maintenance.Window, error) {
	for _, w := range m.store.Windows() {
		if w.ID != id {
			continue
		}
		if !w.Until.After(at) {
			return w, fmt.Errorf("window %q: %w", id, web.ErrEnded)
		}
		w.Until = at
		if err := m.storeWindow(ctx, w); err != nil {
			return w, err
		}
		m.log.Info("maintenance was ended", "window", w.ID)
		return w, nil
	}
	return maintenance.Window{}, fmt.Errorf("window %q: %w", id, history.ErrNotFound)
}

func (m *Monitor) storeWindow(ctx context.Context, w maintenance.Window) error {
	if err := m.store.Update(ctx, "", func(history.Prev) history.Entry { return history.Entry{Window: &w} }); err != nil {
		return fmt.Errorf("storing window %q: %w", w.ID, err)
	}
	m.warden.Wake()
	return nil
}

// Maintenance implements [web.Actions]: the windows that are open or will be, those of the configuration included, the
// first one first.
func (m *Monitor) Maintenance(at time.Time) []maintenance.Window {
	var all []maintenance.Window
	for _, w := range m.store.Windows() {
		if w.Until.After(at) {
			all = append(all, w)
		}
	}
	plans := m.plan.Load().config.Maintenance
	for n := range plans {
		w, found := plans[n].At(at)
		if !found {
			w, found = plans[n].Next(at)
		}
		if found {
			all = append(all, w)
		}
	}
	slices.SortStableFunc(all, func(a, b maintenance.Window) int { return a.From.Compare(b.From) })
	return all
}

// tendMaintenance notices which journeys come into maintenance and which leave it. What is open stays on the minds: it
// is told again when it outlives the window, in the state on the disk. A journey that leaves runs at once. It gives the
// time of the next change that is known of.
func (w *warden) tendMaintenance(ctx context.Context, p *plan, now time.Time) (next time.Time) {
	if w.inside == nil { // after a start: who was muted when he last ran may have left meanwhile
		w.inside = map[string]bool{}
		for name, state := range w.m.store.States() {
			w.inside[name] = state.Muted
		}
	}
	ordered := w.m.store.Windows()
	for _, o := range ordered {
		if o.From.After(now) && (next.IsZero() || o.From.Before(next)) {
			next = o.From
		}
	}
	for name, t := range p.tasks {
		window := p.window(t.Journey, ordered, now)
		if window != nil && (next.IsZero() || window.Until.Before(next)) {
			next = window.Until
		}
		was := w.inside[name]
		if window != nil || was {
			w.m.numbers.Maintenance(name, window != nil)
		}
		switch {
		case window != nil && !was:
			w.remember(ctx, name)
		case window == nil && was:
			w.m.schedule.Soon(name, 0)
		}
		w.inside[name] = window != nil
	}
	return next
}

// remember notes in the state of a journey with an open incident that maintenance has begun.
func (w *warden) remember(ctx context.Context, name string) {
	if s := w.m.store.State(name); s.Incident == nil || s.Muted {
		return
	}
	err := w.m.store.Update(ctx, name, func(prev history.Prev) history.Entry {
		prev.State.Muted = prev.State.Muted || prev.State.Incident != nil
		return history.Entry{State: prev.State}
	})
	if err != nil {
		w.m.log.Error("that maintenance began could not be stored", "journey", name, "error", err)
	}
}
