package browser

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
)

// measured does all steps and gives the numbers of each, in order.
func (v *visitor) measured() []*probes.PageNumbers {
	v.t.Helper()
	v.pass()
	numbers := v.s.Numbers(v.t.Context())
	all := make([]*probes.PageNumbers, len(v.j.Steps))
	for i := range v.j.Steps {
		all[i] = numbers[v.j.Steps[i].Name]
	}
	return all
}

func heavy(z *zoo) {
	z.mux.HandleFunc("/heavy", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write([]byte(strings.Repeat("heavy ", 10_000)))
	})
}

func TestAPageIsMeasuredOnceItStandsStill(t *testing.T) {
	z := newZoo(t)
	heavy(z)
	v := visit(t, z, "  - goto: ZOO/vitals.html")
	v.pass()
	n := v.s.Settled(t.Context())
	if n == nil || n.URL != z.URL+"/vitals.html" {
		t.Fatalf("the numbers are %+v", n)
	}
	if n.TTFB <= 0 || n.FCP < n.TTFB || n.LCP < 300*time.Millisecond || n.CLS == nil || *n.CLS < 0.05 {
		t.Errorf("ttfb %v, fcp %v, lcp %v, cls %v: what came after the load event is missing", n.TTFB, n.FCP, n.LCP, n.CLS)
	}
	// The document, and what it fetched from its own host and from the other.
	if n.Own.Requests < 2 || n.Own.Bytes < 60_000 || n.ThirdParty.Requests != 1 || n.ThirdParty.Bytes < 60_000 {
		t.Errorf("own %+v, third party %+v", n.Own, n.ThirdParty)
	}
	if len(n.Hosts) != 2 || n.Hosts[0].Host == n.Hosts[1].Host || n.Hosts[0].ThirdParty == n.Hosts[1].ThirdParty {
		t.Errorf("the hosts are %+v", n.Hosts)
	}
}

func TestEachStepIsMeasuredByItself(t *testing.T) {
	z := newZoo(t)
	heavy(z)
	steps := strings.NewReplacer(
		"PAINTED", "eval: |\n      new Promise((r) => new PerformanceObserver((l) => l.getEntries().some((e) => e.startTime > 250) && r(1)).observe({type: 'largest-contentful-paint', buffered: true}))",
		"ANSWERED", "eval: |\n      new Promise((r) => new PerformanceObserver((l) => l.getEntries().some((e) => e.duration > 99) && r(1)).observe({type: 'event', buffered: true}))",
	).Replace(`
  - goto: ZOO/vitals.html
  - PAINTED
  - click: Ask
  - ANSWERED
  - goto: ZOO/vitals.html?again
  - PAINTED
  - click: Ask
  - ANSWERED
  - goto: ZOO/errors.html
  - goto: ZOO/vitals.html
  - click: Throw
  - goto: OTHER/elsewhere.html
`)
	all := visit(t, z, steps).measured()
	for _, i := range []int{0, 4} {
		if n := all[i]; n == nil || n.LCP < 300*time.Millisecond || n.CLS == nil {
			t.Errorf("page %d has lost its vitals when it was left: %+v", i, n)
		}
	}
	for _, i := range []int{2, 6} {
		if n := all[i]; n == nil || n.INP < 100*time.Millisecond {
			t.Errorf("the page's answer to click %d took %+v", i, n)
		}
	}
	if n := all[10]; n == nil || n.Errors != 1 {
		t.Errorf("the script's error is not counted: %+v", n)
	}
	if n := all[11]; n == nil || !strings.HasSuffix(n.URL, "/elsewhere.html") || n.TTFB <= 0 || n.ThirdParty.Requests != 0 {
		t.Errorf("the second page has %+v: a site that the journey opens is its own", n)
	}
}

func TestABudgetIsJudgedByTheWholePage(t *testing.T) {
	z := newZoo(t)
	heavy(z)
	budget := func(b string) probes.Result {
		src := "journey: zoo\nsteps:\n  - goto: " + z.URL + "/vitals.html\n    budget: " + b + "\n  - see: Some text\n"
		js, err := format.Parse("zoo.yaml", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		runner := probes.NewRunner(probes.Options{Drivers: []probes.Driver{driver(t)}})
		return runner.Run(t.Context(), &js[0], probes.Request{})
	}
	r := budget("{time: 5s, lcp: 250ms, cls: 0.01, inp: 50ms, bytes: 100KB, third_party_requests: 0, errors: 0, requests: 50}")
	if r.Outcome != probes.Degraded || r.Failure.Reason != probes.Slow {
		t.Fatalf("it is %v: %v", r.Outcome, r.Failure)
	}
	for _, want := range []string{
		"largest contentful paint after ", "more than its budget of 250ms", "cumulative layout shift of ",
		" KB over the network, more than its budget of 100 KB", "1 third-party request, more than its budget of 0",
	} {
		if !strings.Contains(r.Failure.Message, want) {
			t.Errorf("the message does not say %q: %s", want, r.Failure.Message)
		}
	}
	if strings.Contains(r.Failure.Message, "script error") || strings.Contains(r.Failure.Message, "interaction") || strings.Contains(r.Failure.Message, "took") {
		t.Errorf("the message speaks of what is within the budget: %s", r.Failure.Message)
	}
	if d := r.Last().Steps[0].Duration; d > 2*time.Second {
		t.Errorf("the wait for the page to stand still counts for the step: %v", d)
	}
	if r = budget("{ttfb: 5s, fcp: 5s, lcp: 5s, cls: 5, bytes: 1MB, requests: 50, third_party_bytes: 100KB, errors: 0}"); r.Outcome != probes.Passed {
		t.Errorf("a page within its budget is %v: %v", r.Outcome, r.Failure)
	}
}
