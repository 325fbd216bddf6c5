package web_test

import (
	_ "embed"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/internal/leakcheck"
	"github.com/outrider-monitor/outrider/internal/turns"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/web"
)

// TestMain also shows the pages to whoever works on them: OUTRIDER_WEB_LOOK=127.0.0.1:9481 go test ./web
func TestMain(m *testing.M) {
	if addr := os.Getenv("OUTRIDER_WEB_LOOK"); addr != "" {
		look(addr)
		return
	}
	turns.Take()
	leakcheck.Main(m)
}

//go:embed testdata/shop.jpeg
var shopPicture []byte

// world is a monitor's history with the three example journeys.
type world struct {
	store   *history.Store
	watched web.Watched
	now     time.Time
	handler http.Handler
}

const interval = 30 * time.Second

var policy = incidents.Policy{OpenAfter: 1, CloseAfter: 1, Severity: "critical", Remind: 30 * time.Minute}

// newWorld has the journeys of the examples, and no runs yet.
func newWorld(dir string, o ...func(*web.Options)) (*world, error) {
	w := &world{now: time.Now().UTC().Truncate(time.Second)}
	w.watched = web.Watched{Deployment: "demo", Location: "london"}
	files, err := filepath.Glob("../examples/journeys/*.yaml")
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no example journeys: %w", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all, err := format.Parse(file, src)
		if err != nil {
			return nil, err
		}
		for n := range all {
			w.watched.Journeys = append(w.watched.Journeys, web.Journey{Journey: &all[n], Schedule: all[n].Schedule, Policy: policy, Confirm: 1,
				Timeout: all[n].Timeout, Next: w.now.Add(90*time.Second + time.Duration(3+7*n)*time.Second), Pagers: []string{"demo-receiver", "payments-oncall"},
				Reproduce: "outrider run examples/journeys/" + filepath.Base(file) + " --config examples/outrider.yaml"})
		}
	}
	if w.store, err = history.Open(dir, history.Options{Gather: -1}); err != nil {
		return nil, err
	}
	options := web.Options{Store: w.store, Watched: func() web.Watched { return w.watched }, Version: "1.0.0",
		ExternalURL: "https://outrider.example", Now: func() time.Time { return w.now }}
	for _, change := range o {
		change(&options)
	}
	if w.handler, err = web.New(options); err != nil {
		return nil, err
	}
	return w, nil
}

func empty(t testing.TB, o ...func(*web.Options)) *world {
	t.Helper()
	w, err := newWorld(t.TempDir(), o...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.store.Close() })
	return w
}

// broken is a monitor in the middle of a bad evening: checkout is broken, and one pager does not answer.
func broken(t testing.TB, o ...func(*web.Options)) *world {
	t.Helper()
	w := empty(t, o...)
	if err := w.evening(); err != nil {
		t.Fatal(err)
	}
	return w
}

// add stores a run as the monitor does.
func (w *world) add(r probes.Result) error {
	var j *journeys.Journey
	for n := range w.watched.Journeys {
		if w.watched.Journeys[n].Name == r.Journey {
			j = w.watched.Journeys[n].Journey
		}
	}
	if j == nil {
		j = &journeys.Journey{Name: r.Journey}
	}
	composer := paging.Composer{Deployment: "demo", ExternalURL: "https://outrider.example", ConfigFile: "examples/outrider.yaml"}
	return w.store.Update(tContext(), r.Journey, func(prev history.Prev) history.Entry {
		state, events := incidents.Judge(prev.State, policy, r)
		own, ownEvents := incidents.JudgeMonitor(prev.Monitor, state, incidents.Policy{OpenAfter: 2, CloseAfter: 2, Severity: "error"}, r)
		e := history.Entry{Result: r, State: state, Monitor: &own, Events: append(events, ownEvents...)}
		for _, event := range events {
			for _, pager := range []string{"demo-receiver", "payments-oncall"} {
				e.Pages = append(e.Pages, paging.Outgoing{Pager: pager, Page: composer.Journey(j, event, r)})
			}
		}
		for _, event := range ownEvents {
			e.Pages = append(e.Pages, paging.Outgoing{Pager: "demo-receiver", Page: composer.Monitor(event, r)})
		}
		return e
	})
}

// settle lets one pager accept everything, and the other answer 503.
func (w *world) settle() error {
	for _, pager := range []string{"demo-receiver", "payments-oncall"} {
		for {
			heads, err := w.store.Heads(tContext(), pager, 1)
			if err != nil || len(heads) == 0 {
				if err != nil {
					return err
				}
				break
			}
			s := paging.Settlement{Seq: heads[0].Seq, Outcome: paging.Accepted, At: heads[0].CreatedAt.Add(420 * time.Millisecond)}
			last := pager == "payments-oncall" && heads[0].Page.Incident.ClosedAt == nil && heads[0].Page.Incident.Severity == "critical" && w.open(heads[0].Page.Incident.ID)
			if last {
				s.Outcome, s.Until, s.Cause = paging.Postponed, w.now.Add(40*time.Second), "events.pagerduty.example answered 503 Service Unavailable"
			}
			if err := w.store.Settle(tContext(), s); err != nil {
				return err
			}
			if last {
				break
			}
		}
	}
	return nil
}

func (w *world) open(id string) bool {
	for _, i := range w.store.OpenIncidents() {
		if i.ID == id {
			return true
		}
	}
	return false
}

// evening writes an hour of runs.
func (w *world) evening() error {
	const runs = 60
	// The store's own clock is the real one: what it wrote lies a while back when somebody looks.
	w.now = w.now.Add(90 * time.Second)
	journeys := []func(n int, at time.Time) probes.Result{
		browse, track, func(n int, at time.Time) probes.Result { return checkout(n, at, n >= runs-9 || n == 14 || n == 15) },
	}
	var together errgroup.Group // They share the flushes of the disk.
	for k, one := range journeys {
		together.Go(func() error {
			for n := range runs {
				if err := w.add(one(n, w.now.Add(-time.Duration(runs-n)*interval).Add(time.Duration(11+2*k)*time.Second))); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := together.Wait(); err != nil {
		return err
	}
	return w.settle()
}

func (w *world) get(t testing.TB, path string) *httptest.ResponseRecorder {
	t.Helper()
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
	return rec
}

// look serves what the tests see, until it is stopped.
func look(addr string) {
	dir, err := os.MkdirTemp("", "outrider-web-look")
	if err == nil {
		defer os.RemoveAll(dir)
		var w *world
		if w, err = newWorld(dir, func(o *web.Options) { o.Actions = &actions{} }); err == nil {
			if os.Getenv("OUTRIDER_WEB_LOOK_EMPTY") == "" {
				err = w.evening()
			}
			if err == nil {
				err = http.ListenAndServe(addr, w.handler)
			}
		}
	}
	fmt.Fprintln(os.Stderr, err)
}
