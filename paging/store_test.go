package paging_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/paging/httppager"
)

// station is a courier on a real store, with the outcomes it reports.
type station struct {
	*history.Store
	courier  *paging.Courier
	outcomes chan string
}

func start(t testing.TB, d paging.Directory) *station {
	t.Helper()
	s, err := history.Open(t.TempDir(), history.Options{Gather: -1})
	if err != nil {
		t.Fatal(err)
	}
	st := &station{Store: s, outcomes: make(chan string, 10_000)}
	st.courier = paging.NewCourier(paging.CourierOptions{Outbox: s, OnSettled: func(pager string, o paging.Outcome) {
		st.outcomes <- pager + " " + string(o)
	}}, d)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = st.courier.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait(); s.Close() })
	return st
}

// page puts a page of an incident into the outbox.
func (s *station) page(t testing.TB, pager, event, incident string) {
	t.Helper()
	err := s.Update(context.Background(), "", func(history.Prev) history.Entry {
		return history.Entry{Pages: []paging.Outgoing{{Pager: pager, Page: paging.Page{Version: 1, ID: incident + event, Event: event,
			DedupKey: "outrider/test/" + incident, Incident: paging.Incident{ID: incident}}}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	s.courier.Wake()
}

// until waits for an outcome.
func (s *station) until(t testing.TB, want string) {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		select {
		case got := <-s.outcomes:
			if got == want {
				return
			}
		case <-late:
			t.Fatalf("no %q", want)
		}
	}
}

func webhook(t testing.TB, h http.HandlerFunc) *httppager.Webhook {
	t.Helper()
	server := httptest.NewServer(h)
	w, err := httppager.NewWebhook(httppager.WebhookOptions{URL: server.URL, Secret: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close(); server.CloseClientConnections(); server.Close() })
	return w
}

func TestWhoeverHeardOfAnIncidentHearsOfItsEnd(t *testing.T) {
	var refuse atomic.Bool
	refuse.Store(true)
	var mu sync.Mutex
	var told []string
	d := paging.Directory{Fallback: []string{"ops"}, Pagers: map[string]paging.Pager{
		"team": webhook(t, func(w http.ResponseWriter, _ *http.Request) {
			if refuse.Load() {
				w.WriteHeader(http.StatusUnauthorized)
			}
		}),
		"ops": sender(func(p paging.Page) { mu.Lock(); told = append(told, p.Event+" for "+p.Relay.Pager); mu.Unlock() }),
	}}
	s := start(t, d)
	s.page(t, "team", "opened", "inc_1")
	s.until(t, "ops accepted")
	refuse.Store(false)
	s.page(t, "team", "closed", "inc_1")
	s.until(t, "ops accepted")
	mu.Lock()
	defer mu.Unlock()
	if want := []string{"opened for team", "closed for team"}; !slices.Equal(told, want) {
		t.Errorf("the fallback pager was told %q, want %q", told, want)
	}
	records, err := s.Deliveries(t.Context(), "inc_1")
	if err != nil || len(records) != 4 || records[0].Outcome != "refused" || records[1].RelayOf != "team" || records[2].Outcome != "accepted" {
		t.Errorf("%v: %+v", err, records)
	}
	if waiting, _, _ := s.Backlog(t.Context()); waiting != 0 {
		t.Errorf("%d pages wait", waiting)
	}
}

// sender is a pager that always accepts.
type sender func(paging.Page)

func (f sender) Send(_ context.Context, p paging.Page) error { f(p); return nil }

func TestOrderHoldsOnTheRealOutbox(t *testing.T) {
	var mu sync.Mutex
	got := map[string][]string{}
	shaky := 0
	s := start(t, paging.Directory{Pagers: map[string]paging.Pager{"p": webhook(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if shaky++; shaky%7 == 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		id := r.Header.Get("webhook-id")
		got[id[:5]] = append(got[id[:5]], id[5:])
	})}})
	for _, event := range []string{"1opened", "2reminded", "3closed"} {
		for n := range 8 {
			s.page(t, "p", event, fmt.Sprintf("inc_%d", n))
		}
	}
	for accepted := 0; accepted < 24; accepted++ {
		s.until(t, "p accepted")
	}
	mu.Lock()
	defer mu.Unlock()
	for id, events := range got {
		if !slices.Equal(events, []string{"1opened", "2reminded", "3closed"}) {
			t.Errorf("%s: told %q", id, events)
		}
	}
}
