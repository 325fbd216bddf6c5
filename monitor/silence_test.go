package monitor

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

func TestAJourneyWithoutResultsIsOurIncidentUntilItHasSomeAgain(t *testing.T) {
	w := newWorld(t)
	file := worldFiles(t, w, "menu")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, "heartbeat: {url: "+w.URL+"/alive, every: 1s}\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	m, stop := monitored(t, w, file, time.Second)
	defer stop()
	eventually(t, "a run", func() bool { return w.count("GET /menu") > 0 })
	eventually(t, "a heartbeat", func() bool { return w.count("GET /alive") > 0 })

	turn := m.turns.Of("menu")
	if !turn.Take(t.Context()) {
		t.Fatal("no turn")
	}
	m.silent(t.Context(), time.Now().Add(time.Second)) // Within what a run may take.
	if got := w.events(); got != "" {
		t.Errorf("told of silence too early: %s", got)
	}
	m.silent(t.Context(), time.Now().Add(time.Hour))
	eventually(t, "the monitor's page", func() bool { return w.events() == "opened outrider/test" })
	w.mu.Lock()
	summary := w.pages[0].Summary
	w.mu.Unlock()
	if !strings.Contains(summary, "no run has had a result since") || !strings.Contains(summary, "the last one has not ended") {
		t.Errorf("the page says %q", summary)
	}
	turn.Leave()
	eventually(t, "its end", func() bool { return w.events() == "opened outrider/test, closed outrider/test" })

	// The heart stops with the store, whatever else goes on.
	if err := m.store.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if m.store.Alive(ctx) == nil || m.courier.Alive(ctx) == nil {
		t.Error("a store that was closed, or a courier that cannot read it, says that it is alive")
	}
	before := w.count("GET /alive")
	m.beat()
	if after := w.count("GET /alive"); after > before+1 { // One may have been on its way.
		t.Errorf("%d beats without a store", after-before)
	}
}
