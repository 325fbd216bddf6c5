package monitor

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// patience is how long the store may refuse before people are told.
const patience = 30 * time.Second

// unanswered is how long a pager may not answer before the fallback pagers hear of it, afterRefusal how long one that has
// refused is left alone.
const (
	unanswered   = 5 * time.Minute
	afterRefusal = 5 * time.Minute
)

// distress is the one way to people that does not lead through the store: it tells the monitor's pagers that the
// store refuses, and that it works again. It is used by one goroutine.
type distress struct {
	log *slog.Logger
	// pagers gives those that are to be told, the fallback pagers, and how pages are composed, at this moment.
	pagers func() (pagers, others map[string]paging.Pager, c paging.Composer)

	since    time.Time
	incident *incidents.Incident
	// last is what is to be told; told is when each pager accepted it, began are those who know that it began.
	last  incidents.Event
	told  map[string]time.Time
	began map[string]bool
	// later is when one who has refused is asked again.
	later map[string]time.Time
	// failing are the journeys that were named.
	failing []string
}

// Calm reports whether nobody waits to be told anything.
func (d *distress) Calm() bool { return d.since.IsZero() && d.incident == nil }

// Tell says how the store is: how many runs wait for it, why, and which journeys fail by these, of which nobody else is told
// meanwhile. It is called again and again.
func (d *distress) Tell(ctx context.Context, waiting int, failing []string, refusal error) {
	now := time.Now()
	if waiting > 0 {
		if d.since.IsZero() {
			d.since = now
		}
		if now.Sub(d.since) < patience {
			return
		}
		if d.incident == nil || !d.incident.ClosedAt.IsZero() {
			d.open(now)
		}
		if more := slices.ContainsFunc(failing, func(name string) bool { return !slices.Contains(d.failing, name) }); more && len(d.began) > 0 {
			d.say(incidents.Reminded, now)
		}
		d.failing = union(d.failing, failing)
		d.incident.Failure = &probes.Failure{Reason: probes.Resources, Message: fmt.Sprintf(
			"runs cannot be stored (%v); %d wait in memory, and no incident opens or closes meanwhile%s", refusal, waiting, fail(failing))}
		d.send(ctx, now)
		return
	}
	d.since = time.Time{}
	if d.incident == nil {
		return
	}
	if d.incident.ClosedAt.IsZero() {
		d.incident.ClosedAt = now.UTC()
		d.say(incidents.Closed, now)
	}
	if d.send(ctx, now) {
		d.incident = nil
	}
}

func (d *distress) open(now time.Time) {
	d.began, d.failing = map[string]bool{}, nil
	d.say(incidents.Opened, now)
	d.incident = &incidents.Incident{
		ID: "store_" + now.UTC().Format("20060102T150405"), Severity: "critical",
		Since: d.since.UTC(), OpenedAt: now.UTC(), FailedRuns: 1,
	}
}

// say begins to tell something new.
func (d *distress) say(kind incidents.EventKind, now time.Time) {
	d.last, d.told, d.later = incidents.Event{Kind: kind, At: now.UTC()}, map[string]time.Time{}, map[string]time.Time{}
}

// fail names those that fail.
func fail(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return ". By these runs " + strings.Join(names, ", ") + " would have been paged"
}

// send tells those that have not accepted the last event yet, and reports whether all have who are to hear of it. The fallback
// pagers hear of it too if one refuses or has not answered for long, and then of its end.
func (d *distress) send(ctx context.Context, now time.Time) bool {
	pagers, others, composer := d.pagers()
	done, missed := d.tell(ctx, pagers, composer, now)
	for name := range others {
		missed = missed || d.began[name]
	}
	if missed {
		heard, _ := d.tell(ctx, others, composer, now)
		done = done && heard
	}
	return done
}

// tell tells some pagers. missed says that one of them has not heard, and that others should.
func (d *distress) tell(ctx context.Context, pagers map[string]paging.Pager, composer paging.Composer, now time.Time) (done, missed bool) {
	done = true
	for name, pager := range pagers {
		over := d.last.Kind == incidents.Closed
		if !d.due(name, pager, now) || over && !d.began[name] && len(d.began) > 0 {
			continue
		}
		e := d.last
		if e.Incident = *d.incident; e.Kind == incidents.Reminded && !d.began[name] {
			e.Kind = incidents.Opened
		}
		page := composer.Store(e)
		sending, cancel := context.WithTimeout(ctx, 10*time.Second)
		err := pager.Send(sending, page)
		cancel()
		if err == nil {
			d.told[name], d.began[name] = now, true
			continue
		}
		d.log.Error("a pager could not be told about the store", "pager", name, "event", e.Kind, "error", err)
		refused := paging.Permanent(err)
		if refused {
			d.later[name] = now.Add(afterRefusal)
		}
		done = done && over && refused // it will not hear of the end, whatever we do
		missed = missed || refused || now.Sub(d.last.At) >= unanswered
	}
	return done, missed
}

// due reports whether a pager is to be told: it was not yet, or it forgets what it is not told again.
func (d *distress) due(name string, pager paging.Pager, now time.Time) bool {
	at, told := d.told[name]
	if now.Before(d.later[name]) {
		return false
	}
	forgets, ok := pager.(paging.Renewer)
	return !told || ok && now.Sub(at) >= forgets.RenewEvery()
}
