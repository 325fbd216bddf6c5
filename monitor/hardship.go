package monitor

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/probes"
)

// hardship is a trouble of the monitor's own that concerns no journey: CloudWatch takes nothing. It tells the monitor's
// pagers of its beginning and its end, through the outbox as all pages. What is open is in a file, so that a restart knows
// what is still to be closed; the file is written after the pages, whose ids are the same if they are composed again.
type hardship struct {
	m    *Monitor
	part string
	file string
	// news is the latest that was heard and not taken up yet.
	news     chan news
	incident *incidents.Incident
}

// news is why there is trouble; without a failure there is none. Retired says that this is because nobody does any more what
// the trouble was with.
type news struct {
	failure *probes.Failure
	retired bool
}

// newHardship knows what an earlier run of the monitor has left open.
func newHardship(m *Monitor, part, dir string) *hardship {
	h := &hardship{m: m, part: part, file: filepath.Join(dir, part+".incident.json"), news: make(chan news, 1)}
	if text, err := os.ReadFile(h.file); err == nil {
		var i incidents.Incident
		if json.Unmarshal(text, &i) == nil && i.ID != "" {
			h.incident = &i
		}
	}
	return h
}

// Hear takes the latest news: why there is trouble, or nil. It returns at once; only the last news counts.
func (h *hardship) Hear(f *probes.Failure) { h.take(news{failure: f}) }

// Retire takes the news that there is no such part any more, and so no trouble with it.
func (h *hardship) Retire() { h.take(news{retired: true}) }

func (h *hardship) take(n news) {
	for {
		select {
		case h.news <- n:
			return
		default:
		}
		select {
		case <-h.news:
		default:
		}
	}
}

// again is how long to wait before pages that could not be stored are tried again.
const again = 5 * time.Second

// Run tells what it hears, until ctx ends.
func (h *hardship) Run(ctx context.Context) error {
	retry := time.NewTimer(again)
	defer retry.Stop()
	var pending news
	waits := false
	for {
		select {
		case <-ctx.Done():
			// What the publisher's last words were is still to be told: it ends before us.
			select {
			case pending = <-h.news:
				waits = true
			default:
			}
			if waits {
				h.settle(context.WithoutCancel(ctx), pending, time.Now().UTC())
			}
			return nil
		case pending = <-h.news:
			waits = true
		case <-retry.C:
		}
		if waits && h.settle(ctx, pending, time.Now().UTC()) {
			waits = false
		}
		retry.Reset(again)
	}
}

// settle brings what people were told in step with what is so, and reports whether it could.
func (h *hardship) settle(ctx context.Context, n news, now time.Time) bool {
	var e incidents.Event
	f := n.failure
	switch {
	case f != nil && h.incident == nil:
		h.incident = &incidents.Incident{ID: h.part + "_" + now.Format("20060102T150405"), Severity: "critical",
			Since: now.Add(-cloudPatience), OpenedAt: now, FailedRuns: 1, Failure: f}
		e = incidents.Event{Kind: incidents.Opened, At: now}
	case f != nil && len(h.incident.Pagers) == 0: // could not be stored yet
		h.incident.Failure = f
		e = incidents.Event{Kind: incidents.Opened, At: h.incident.OpenedAt}
	case f == nil && h.incident != nil:
		if h.incident.ClosedAt.IsZero() {
			h.incident.ClosedAt, h.incident.Retired = now, n.retired
		}
		e = incidents.Event{Kind: incidents.Closed, At: h.incident.ClosedAt}
	default:
		return true
	}
	e.Incident = *h.incident
	if err := h.tell(ctx, e); err != nil {
		h.m.log.Error("a page about the monitor could not be stored", "about", h.part, "error", err)
		return false
	}
	return true
}

// tell stores the pages, and then what is open.
func (h *hardship) tell(ctx context.Context, e incidents.Event) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	p := h.m.plan.Load()
	to := p.config.MonitorPagers
	if e.Kind == incidents.Closed {
		to = e.Incident.Pagers
	}
	page := p.composer.Part(h.part, e)
	err := h.m.store.Update(ctx, "", func(history.Prev) history.Entry { return history.Entry{Pages: address(page, to)} })
	if err != nil {
		return err
	}
	h.m.courier.Wake()
	level, word := slog.LevelError, "the monitor is in trouble"
	if e.Kind == incidents.Closed {
		level, word, h.incident = slog.LevelInfo, "the monitor's trouble is over", nil
	} else {
		told := e.Incident.Tell(to...)
		h.incident = &told
	}
	h.m.log.Log(ctx, level, word, "about", h.part, "told", to)
	h.keep()
	return nil
}

// keep writes down what is open. If that fails, a restart does not know of it; people know already.
func (h *hardship) keep() {
	if h.incident == nil {
		_ = os.Remove(h.file)
		return
	}
	text, err := json.Marshal(h.incident)
	if err == nil {
		err = os.WriteFile(h.file, text, 0o600)
	}
	if err != nil {
		h.m.log.Warn("what is open could not be written down", "file", h.file, "error", err)
	}
}
