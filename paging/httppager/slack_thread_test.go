package httppager_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/paging/httppager"
	"github.com/outrider-monitor/outrider/probes"
)

// slackLives is a monitor that pages a workspace and is restarted: nothing but the folder is left of each life.
type slackLives struct {
	t       *testing.T
	dir     string
	options httppager.SlackOptions
	store   *history.Store
	courier *paging.Courier
	settled chan paging.Outcome
	end     func()

	composer paging.Composer
	journey  *journeys.Journey
	event    incidents.Event
}

func newSlackLives(t *testing.T) (*slackLives, *workspace) {
	t.Helper()
	w := &workspace{t: t, next: map[string][]string{}}
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	at := time.Now().UTC().Truncate(time.Second)
	l := &slackLives{t: t, dir: t.TempDir(), options: httppager.SlackOptions{Token: slackToken, Channel: "#ops", API: server.URL + "/api"},
		settled: make(chan paging.Outcome, 1000), composer: paging.Composer{Deployment: "test", ExternalURL: "https://outrider.example"},
		journey: &journeys.Journey{Name: "checkout", Title: "A customer buys dinner", Team: "payments", Runbook: "https://runbooks.example/checkout"},
		event: incidents.Event{At: at, RunID: "run", Incident: incidents.Incident{ID: "inc_1", Subject: "checkout", Severity: "error", Since: at, OpenedAt: at,
			Failure: &probes.Failure{Reason: probes.Status, Message: "500"}, Step: "Pay"}}}
	l.start()
	t.Cleanup(func() { l.end() })
	return l, w
}

func (l *slackLives) start() {
	l.t.Helper()
	p, err := httppager.NewSlack(l.options)
	if err != nil {
		l.t.Fatal(err)
	}
	if l.store, err = history.Open(l.dir, history.Options{Gather: -1}); err != nil {
		l.t.Fatal(err)
	}
	store := l.store
	l.courier = paging.NewCourier(paging.CourierOptions{Outbox: store, OnSettled: func(_ string, o paging.Outcome) { l.settled <- o }},
		paging.Directory{Pagers: map[string]paging.Pager{"slack": p}})
	courier := l.courier
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = courier.Run(ctx) })
	l.end = sync.OnceFunc(func() { cancel(); wg.Wait(); p.Close(); store.Close() })
}

func (l *slackLives) restart() { l.end(); l.start() }

// tell pages what happens to the incident, and waits until the page is settled with the outcome.
func (l *slackLives) tell(kind incidents.EventKind, want paging.Outcome) {
	l.t.Helper()
	l.event.Kind, l.event.At, l.event.RunID = kind, l.event.At.Add(time.Minute), l.event.RunID+"x"
	page := l.composer.Journey(l.journey, l.event, probes.Result{})
	err := l.store.Update(context.Background(), "", func(history.Prev) history.Entry {
		return history.Entry{Pages: []paging.Outgoing{{Pager: "slack", Page: page}}}
	})
	if err != nil {
		l.t.Fatal(err)
	}
	l.courier.Wake()
	l.until(want)
}

func (l *slackLives) until(want paging.Outcome) {
	l.t.Helper()
	late := time.After(30 * time.Second)
	for {
		select {
		case got := <-l.settled:
			if got == want {
				return
			}
		case <-late:
			l.t.Fatalf("no page was %s", want)
		}
	}
}

// An incident is one message in the channel, which says how it stands, and a thread below it; restarts change nothing.
func TestAnIncidentIsOneSlackThreadWhateverIsRestarted(t *testing.T) {
	l, w := newSlackLives(t)
	l.tell(incidents.Opened, paging.Accepted)
	l.restart()
	l.tell(incidents.Reminded, paging.Accepted)
	l.event.Incident.Severity = "critical"
	l.tell(incidents.Escalated, paging.Accepted)
	l.restart()
	l.event.Incident.Acknowledged = &incidents.Acknowledgement{At: l.event.At, By: "Ada"}
	l.tell(incidents.Acknowledged, paging.Accepted)
	blocks := w.root().Blocks
	if head := w.root().Head; !strings.HasPrefix(head, ":eyes: *") || !strings.Contains(head, "Ada") {
		t.Errorf("acknowledged, the first message says %q", head)
	}
	l.event.Incident.ClosedAt = l.event.At.Add(time.Minute)
	// The end is told once, and at once, though Slack has no time for the rest; nor is it forgotten.
	w.fail("chat.update", "429", "internal_error")
	w.fail("chat.postMessage", "service_unavailable")
	l.tell(incidents.Closed, paging.Postponed)
	l.until(paging.Postponed)
	if _, thread := w.shown(); thread[len(thread)-1] != ":large_green_circle:" {
		t.Errorf("below it stands %q, want the end though the first message cannot be changed yet", thread)
	}
	l.restart()
	l.until(paging.Accepted)

	channel, thread := w.shown()
	if want := []string{":large_green_circle:"}; !slices.Equal(channel, want) {
		t.Errorf("the channel shows %q, want %q", channel, want)
	}
	if want := []string{":red_circle: seen by all", ":red_circle: seen by all", ":eyes:", ":large_green_circle:"}; !slices.Equal(thread, want) {
		t.Errorf("below it stands %q, want %q", thread, want)
	}
	root := w.root()
	if !strings.Contains(root.Head, "works again") || root.Blocks != blocks || blocks < 2 {
		t.Errorf("the first message says %q with %d blocks, want its end and what broke, %d blocks", root.Head, root.Blocks, blocks)
	}

	// A page that is old is not tried again for the sake of a colour.
	l.event.Incident.ID, l.event.Incident.ClosedAt, l.event.Incident.Acknowledged = "inc_2", time.Time{}, nil
	l.event.At = time.Now().Add(-time.Hour)
	l.tell(incidents.Opened, paging.Accepted)
	w.fail("chat.update", "internal_error")
	l.event.Incident.ClosedAt = l.event.At.Add(time.Minute)
	l.tell(incidents.Closed, paging.Accepted)
	if channel, _ = w.shown(); len(channel) != 2 {
		t.Errorf("the channel shows %q, want the next incident too", channel)
	}
}

// Whatever becomes of the first message, those that follow arrive.
func TestWhatFollowsArrivesThoughTheThreadIsGone(t *testing.T) {
	for name, spoil := range map[string]func(w *workspace){
		"deleted":              func(w *workspace) { w.remove() },
		"not to be replied to": func(w *workspace) { w.fail("chat.postMessage", "cannot_reply_to_message") },
		"not to be changed":    func(w *workspace) { w.fail("chat.update", "edit_window_closed") },
		"in a channel we left": func(w *workspace) {
			w.fail("chat.update", "channel_not_found")
			w.fail("chat.postMessage", "not_in_channel")
		},
	} {
		l, w := newSlackLives(t)
		l.tell(incidents.Opened, paging.Accepted)
		spoil(w)
		l.event.Incident.ClosedAt = l.event.At.Add(time.Minute)
		l.tell(incidents.Closed, paging.Accepted)
		channel, thread := w.shown()
		if n := len(channel) + len(thread); n != 2 {
			t.Errorf("%s: the channel shows %q and the thread %q, want the end, once", name, channel, thread)
		}
	}
}
