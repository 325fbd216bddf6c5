package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser"
	"github.com/outrider-monitor/outrider/web"
)

// customer is Outrider itself, looking at its own pages.
func customer(t *testing.T, site string, observe func(probes.Progress)) func(j *journeys.Journey) probes.Result {
	t.Helper()
	driver, err := browser.New(browser.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := driver.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	runner := probes.NewRunner(probes.Options{Drivers: []probes.Driver{driver}, Location: "here", Timeout: time.Minute, StepTimeout: 10 * time.Second,
		Observe: observe, Env: func(name string) (string, bool) { return site, name == "SITE" }})
	return func(j *journeys.Journey) probes.Result {
		return runner.Run(t.Context(), j, probes.Request{Trigger: "test"})
	}
}

func passes(t *testing.T, r probes.Result) {
	t.Helper()
	if r.Outcome == probes.Passed {
		return
	}
	t.Errorf("%s is %s at %q: %v", r.Journey, r.Outcome, r.Step, r.Failure)
	if last := r.Last(); last != nil && last.Evidence != nil {
		t.Logf("expected %q, got %q; console %v", r.Failure.Expected, r.Failure.Got, last.Evidence.Console)
	}
}

func TestOutriderFindsItsOwnPagesWhole(t *testing.T) {
	w := broken(t)
	server := httptest.NewServer(w.handler)
	defer server.Close()
	src, err := os.ReadFile("testdata/looks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all, err := format.Parse("testdata/looks.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	run := customer(t, server.URL, nil)
	for n := range all {
		passes(t, run(&all[n]))
	}
}

const watching = `
journey: watching
timeout: 60s
steps:
  - goto: ${{ env.SITE }}/
    expect: text("css=h1") == "All three journeys work."
  - name: The news appear by themselves
    see: Checkout is broken.
    timeout: 20s
    expect:
      - title == "Checkout is broken · Outrider"
      - attr("css=link[rel=icon]", "href") contains "bad"
  - name: A page that cannot be refreshed says so
    see: Outrider cannot be reached.
    timeout: 20s
    expect: title startsWith "? "
  - name: And recovers
    gone: Outrider cannot be reached.
    timeout: 20s
`

func TestAnOpenPageShowsTheNewsOrSaysThatItIsOld(t *testing.T) {
	w := empty(t, func(o *web.Options) { o.Refresh = 300 * time.Millisecond })
	for _, r := range []probes.Result{browse(1, w.now.Add(-time.Second)), checkout(1, w.now.Add(-time.Second), false), track(1, w.now.Add(-time.Second))} {
		if err := w.add(r); err != nil {
			t.Fatal(err)
		}
	}
	var lost atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if lost.Load() {
			http.Error(rw, "gone", http.StatusBadGateway)
			return
		}
		w.handler.ServeHTTP(rw, r)
	}))
	defer server.Close()
	all, err := format.Parse("watching.yaml", []byte(watching))
	if err != nil {
		t.Fatal(err)
	}
	// Each step changes the world when it begins; the page has to find out by itself.
	begin := map[string]func(){
		"The news appear by themselves": func() {
			if err := w.add(checkout(2, w.now, true)); err != nil {
				t.Error(err)
			}
		},
		"A page that cannot be refreshed says so": func() { lost.Store(true) },
		"And recovers": func() { lost.Store(false) },
	}
	passes(t, customer(t, server.URL, func(p probes.Progress) {
		if change := begin[p.Step.Name]; change != nil && p.Result == nil {
			change()
		}
	})(&all[0]))
}
