package monitor

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// patience is how long the store may refuse before people are told.
const patience = 30 * time.Second

// distress is the one way to people that does not lead through the store: it tells the monitor's pagers that the
// store refuses, and that it works again. It is used by one goroutine.
type distress struct {
	log *slog.Logger
	// pagers gives those that are to be told, and how pages are composed, at this moment.
	pagers func() (map[string]paging.Pager, paging.Composer)

	since    time.Time
	incident *incidents.Incident
	// told is when each pager accepted the last event.
	told map[string]time.Time
}

// Calm reports whether nobody waits to be told anything.
func (d *distress) Calm() bool { return d.since.IsZero() && d.incident == nil }

// Tell says how the store is: how many runs wait for it, and why. It is called again and again.
func (d *distress) Tell(ctx context.Context, waiting int, refusal error) {
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
		d.incident.Failure = &probes.Failure{Reason: probes.Resources,
			Message: fmt.Sprintf("runs cannot be stored (%v); %d wait in memory, and no incident opens or closes meanwhile", refusal, waiting)}
		d.send(ctx, incidents.Opened, now)
		return
	}
	d.since = time.Time{}
	if d.incident == nil {
		return
	}
	if d.incident.ClosedAt.IsZero() {
		d.incident.ClosedAt = now.UTC()
		d.told = map[string]time.Time{}
	}
	if d.send(ctx, incidents.Closed, now) {
		d.incident = nil
	}
}

func (d *distress) open(now time.Time) {
	d.told = map[string]time.Time{}
	d.incident = &incidents.Incident{
		ID: "store_" + now.UTC().Format("20060102T150405"), Severity: "critical",
		Since: d.since.UTC(), OpenedAt: now.UTC(), FailedRuns: 1,
	}
}

// send tells those that have not accepted the event yet, and reports whether all have.
func (d *distress) send(ctx context.Context, kind incidents.EventKind, now time.Time) bool {
	pagers, composer := d.pagers()
	page := composer.Store(incidents.Event{Kind: kind, At: now.UTC(), Incident: *d.incident})
	all := true
	for name, pager := range pagers {
		if !d.due(name, pager, now) {
			continue
		}
		sending, cancel := context.WithTimeout(ctx, 10*time.Second)
		err := pager.Send(sending, page)
		cancel()
		if err != nil {
			all = false
			d.log.Error("a pager could not be told about the store", "pager", name, "event", kind, "error", err)
			continue
		}
		d.told[name] = now
	}
	return all
}

// due reports whether a pager is to be told: it was not yet, or it forgets what it is not told again.
func (d *distress) due(name string, pager paging.Pager, now time.Time) bool {
	at, told := d.told[name]
	forgets, ok := pager.(paging.Renewer)
	return !told || ok && now.Sub(at) >= forgets.RenewEvery()
}
