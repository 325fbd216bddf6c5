package browser

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

// shopping is a page that shows something else each time, and breaks when it is told to.
func shopping(z *zoo, broken *atomic.Bool) {
	var visits atomic.Int64
	z.mux.HandleFunc("/basket", func(w http.ResponseWriter, _ *http.Request) {
		n := visits.Add(1)
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<!doctype html><title>Basket</title><h1>Basket %d</h1><p>Order BB-%d of 12:%02d</p><script>fetch('/api/%d/prices')</script>", n, n*7919, n, n)
		if broken.Load() {
			fmt.Fprint(w, `<p>Our kitchen is closed</p><script>console.error("no prices for", 42); fetch("/api/refused")</script>`)
			return
		}
		fmt.Fprint(w, `<button onclick="document.body.innerHTML = '<h1>Thank you</h1>'; fetch('/api/order')">Place order</button>`)
	})
	z.mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "refused") {
			w.WriteHeader(http.StatusForbidden)
		}
		fmt.Fprint(w, "{}")
	})
}

func TestAFailureIsComparedWithTheLastGoodRun(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	var broken atomic.Bool
	shopping(z, &broken)
	j := parse(t, z, `
  - goto: ZOO/basket
  - click: Place order
    timeout: 1s
  - see: Thank you
`)
	var good *probes.Portrait
	runner := probes.NewRunner(probes.Options{
		Drivers:  []probes.Driver{driver(t)},
		LastGood: func(context.Context, string) *probes.Portrait { return good },
	})
	r := runner.Run(t.Context(), &j, probes.Request{})
	if good = r.Portrait; good == nil || len(good.Steps) != 3 {
		t.Fatalf("the good run is %v %v, its portrait %+v", r.Outcome, r.Failure, good)
	}
	if r := runner.Run(t.Context(), &j, probes.Request{}); r.Outcome != probes.Passed || r.Portrait != nil {
		t.Errorf("a second run is %v, with the portrait %+v", r.Outcome, r.Portrait)
	}
	broken.Store(true)
	r = runner.Run(t.Context(), &j, probes.Request{})
	if r.Portrait != nil || r.Last().Evidence == nil || r.Last().Evidence.Compared == nil {
		t.Fatalf("nothing is compared: %+v", r.Failure)
	}
	d := r.Last().Evidence.Compared
	host := strings.TrimPrefix(z.URL, "http://")
	for what, c := range map[string]struct{ got, want []string }{
		"new in the console": {d.Console, []string{`error: no prices for #`}},
		"new requests":       {d.Requests, []string{"GET " + host + "/api/refused → 403"}},
		"missing requests":   {d.Missing, []string{"GET " + host + "/api/order"}},
		"gone from the page": {d.Gone, []string{`button "Place order"`}},
		"new on the page":    {d.Appeared, []string{`text "Our kitchen is closed"`}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %q, want %q", what, c.got, c.want)
		}
	}
}
