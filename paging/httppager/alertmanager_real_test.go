package httppager_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/internal/loopback"
	"github.com/outrider-monitor/outrider/internal/receivers"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/paging/httppager"
	"github.com/outrider-monitor/outrider/probes"
)

// heard takes an Alertmanager's notifications.
type heard struct {
	mu  sync.Mutex
	all map[string]int
}

func (h *heard) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var n struct {
		Alerts []struct {
			Status string
			Labels map[string]string
		}
	}
	if json.NewDecoder(r.Body).Decode(&n) != nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, a := range n.Alerts {
		h.all[a.Status+" "+a.Labels["severity"]]++
	}
}

func (h *heard) count(what string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all[what]
}

// life is one life of the store and the courier; end kills neither, but leaves nothing in memory to the next.
func life(t *testing.T, dir string, p paging.Pager) (s *history.Store, c *paging.Courier, end func()) {
	t.Helper()
	s, err := history.Open(dir, history.Options{Gather: -1})
	if err != nil {
		t.Fatal(err)
	}
	c = paging.NewCourier(paging.CourierOptions{Outbox: s}, paging.Directory{Pagers: map[string]paging.Pager{"am": p}})
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = c.Run(ctx) })
	return s, c, sync.OnceFunc(func() { cancel(); wg.Wait(); s.Close() })
}

// An incident is open at a real Alertmanager as long as it is open with us, whatever is restarted, at a replica that was
// down when it opened too; and no longer.
func TestAnIncidentStandsAtEveryRealAlertmanagerUntilItEnds(t *testing.T) {
	told := &heard{all: map[string]int{}}
	hook := httptest.NewServer(told)
	defer hook.Close()
	a, b := receivers.Alertmanager{Address: loopback.FreeAddress(t)}, receivers.Alertmanager{Address: loopback.FreeAddress(t)}
	a.Start(t, hook.URL)
	a.Until(t, "the first replica starts", func([]receivers.AlertHeld) bool { return true })
	make := func() *httppager.Alertmanager {
		p, err := httppager.NewAlertmanager(httppager.AlertmanagerOptions{URLs: []string{"http://" + a.Address, "http://" + b.Address + "/"}, Resend: 500 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	dir, pager := t.TempDir(), make()
	s, courier, end := life(t, dir, pager)
	defer func() { end(); pager.Close() }()

	now := time.Now().UTC()
	checkout := &journeys.Journey{Name: "checkout", Title: "A customer buys dinner", Team: "payments", Tags: []string{"core"}, Runbook: "https://runbooks.example/checkout"}
	composer := paging.Composer{Deployment: "test", ExternalURL: "https://outrider.example"}
	e := incidents.Event{Kind: incidents.Opened, At: now, RunID: "run1", Incident: incidents.Incident{ID: "inc_1", Subject: "checkout", Severity: "warning",
		Since: now.Add(-time.Minute), OpenedAt: now, Locations: []string{"london"}, Failure: &probes.Failure{Reason: probes.Status, Message: "500"}}}
	happen := func(kind incidents.EventKind) {
		e.Kind, e.At, e.RunID = kind, time.Now().UTC(), e.RunID+"x"
		err := s.Update(context.Background(), "", func(history.Prev) history.Entry {
			return history.Entry{Events: []incidents.Event{e}, Pages: []paging.Outgoing{{Pager: "am", Page: composer.Journey(checkout, e, probes.Result{})}}}
		})
		if err != nil {
			t.Fatal(err)
		}
		courier.Wake()
	}
	one := func(severity string) func([]receivers.AlertHeld) bool {
		return func(held []receivers.AlertHeld) bool { return len(held) == 1 && held[0].Labels["severity"] == severity }
	}
	happen(incidents.Opened)
	held := a.Until(t, "opened", one("warning"))[0]
	for name, want := range map[string]string{"alertname": "JourneyBroken", "journey": "checkout", "team": "payments", "location": "london",
		"deployment": "test", "tags": "core", "dedup_key": "outrider/test/checkout"} {
		if held.Labels[name] != want {
			t.Errorf("label %s is %q, want %q", name, held.Labels[name], want)
		}
	}
	if held.Annotations["runbook_url"] != checkout.Runbook || held.Annotations["summary"] == "" || held.GeneratorURL != "https://outrider.example/incidents/inc_1" {
		t.Errorf("annotations %v, generator %q", held.Annotations, held.GeneratorURL)
	}

	b.Start(t, hook.URL)
	b.Until(t, "the replica that was down is told", one("warning"))

	end()
	pager.Close()
	pager = make()
	s, courier, end = life(t, dir, pager)
	last := a.Active()[0].EndsAt
	a.Until(t, "renewed after a restart", func(held []receivers.AlertHeld) bool { return one("warning")(held) && held[0].EndsAt.After(last) })

	e.Incident.Severity = "critical"
	happen(incidents.Escalated)
	a.Until(t, "escalated", one("critical"))
	b.Until(t, "escalated", one("critical"))

	e.Incident.ClosedAt = time.Now().UTC()
	happen(incidents.Closed)
	none := func(held []receivers.AlertHeld) bool { return len(held) == 0 }
	a.Until(t, "closed", none)
	b.Until(t, "closed", none)
	deadline := time.After(30 * time.Second)
	for told.count("resolved critical") < 2 { // one from each replica
		select {
		case <-deadline:
			t.Fatalf("the end was not told on: %v", told.all)
		case <-time.After(50 * time.Millisecond):
		}
	}
	if n := told.count("firing critical"); n != 2 {
		t.Errorf("the two replicas told %d times of the critical alert", n)
	}
}
