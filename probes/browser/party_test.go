package browser

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

// widgets serves pages that need something of another site.
func widgets(t *testing.T, z *zoo) {
	t.Helper()
	z.misbehave(t)
	for name, body := range map[string]string{
		"chat":   `<script src="OTHER/status/503"></script><script>openChat()</script>`,
		"frame":  `<iframe title="Card payment" src="OTHER/status/503" width="300" height="60"></iframe>`,
		"throws": `<script src="OTHER/throws.js"></script>`,
		"both":   `<script src="OTHER/status/503"></script><script>fetch('/status/500')</script>`,
		"image":  `<img src="OTHER/status/503">`,
		"whole":  ``,
	} {
		z.mux.HandleFunc("/widget/"+name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, "<!doctype html><title>Shop</title><h1>Shop</h1>%s", strings.ReplaceAll(body, "OTHER", z.other()))
		})
	}
	z.mux.HandleFunc("/throws.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `throw new Error("the widget broke")`)
	})
	z.mux.HandleFunc("/leave", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, z.other()+"/status/503", http.StatusFound)
	})
}

func TestAFailureThatOnlyAThirdPartyCausedIsNamedSo(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	widgets(t, z)
	other := strings.TrimPrefix(z.other(), "http://")
	for _, c := range []struct {
		page, step, keys string
		words            string // in the message, with the host before it; empty: no third party is named
	}{
		{"chat", "see: Chat with us", "", "GET OTHER/status/503 "},
		{"frame", "fill: {label: Card number, frame: {title: Card payment}}\n    with: '4242'", "", "GET OTHER/status/503 answered 503"},
		{"throws", "see: Chat with us", "", "its script failed: Uncaught Error: the widget broke"},
		{"both", "see: Chat with us", "", ""},
		{"image", "see: Chat with us", "", ""},
		{"whole", "see: Chat with us", "", ""},
		{"chat", "see: Chat with us", "third_party: {own: [localhost]}\n", ""},
		{"chat", "see: Chat with us", "finally:\n  - get: OTHER/status/200\n", ""},
	} {
		t.Run(c.page+c.keys, func(t *testing.T) {
			t.Parallel()
			v := visit(t, z, c.keys+"steps:\n  - goto: ZOO/widget/"+c.page+"\n  - "+c.step)
			if err := v.step(secondsFive); err != nil {
				t.Fatal(err)
			}
			if err := v.s.Changed(t.Context()); err != nil { // until what the page fetches has been answered
				t.Fatal(err)
			}
			f, ok := v.step(secondsFive / 5).(*probes.Failure)
			if !ok {
				t.Fatalf("%s did not fail", c.page)
			}
			f = v.s.Diagnose(t.Context(), f)
			if c.words == "" {
				if len(f.ThirdParty) > 0 {
					t.Errorf("%s %s: a third party is named: %s", c.page, c.keys, f.Message)
				}
				return
			}
			want := "only a third party: " + other + ": " + strings.ReplaceAll(c.words, "OTHER", z.other())
			if len(f.ThirdParty) != 1 || f.ThirdParty[0] != other || !strings.Contains(f.Message, want) {
				t.Errorf("%s: got %q: %s, want %q", c.page, f.ThirdParty, f.Message, want)
			}
		})
	}
}

func TestAToleratedThirdPartyThatAlwaysFailsHidesNothing(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	widgets(t, z)
	var shut atomic.Bool
	z.mux.HandleFunc("/half-open", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<title>Shop</title><script src="%s/status/503"></script>`, z.other())
		if !shut.Load() {
			fmt.Fprint(w, "<h1>Open</h1>")
		}
	})
	j := parse(t, z, "third_party: {tolerate: localhost}\nsteps:\n  - goto: ZOO/half-open\n  - see: Open\n    timeout: 1s")
	var good *probes.Portrait
	runner := probes.NewRunner(probes.Options{
		Drivers: []probes.Driver{driver(t)}, LastGood: func(context.Context, string) *probes.Portrait { return good },
	})
	first := runner.Run(t.Context(), &j, probes.Request{})
	if good = first.Portrait; first.Outcome != probes.Passed || good == nil {
		t.Fatalf("the good run is %v: %+v", first.Outcome, first.Failure)
	}
	shut.Store(true)
	if r := runner.Run(t.Context(), &j, probes.Request{}); r.Outcome != probes.Failed || !strings.Contains(r.Failure.Message, "failed like that in the last good run too") {
		t.Errorf("it is %v: %+v", r.Outcome, r.Failure)
	}
}

func TestAToleratedThirdPartyEndsTheRunWithoutFailingIt(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	widgets(t, z)
	run := func(rule string) probes.Result {
		j := parse(t, z, rule+"\nsteps:\n  - goto: ZOO/widget/whole\n  - eval: document.body.innerHTML = '<a href=/leave>Pay</a>'\n  - click: Pay\n  - see: Thank you\n    timeout: 500ms\n  - see: Receipt\n  - see: Nothing\nfinally:\n  - goto: ZOO/widget/whole")
		runner := probes.NewRunner(probes.Options{Drivers: []probes.Driver{driver(t)}})
		return runner.Run(t.Context(), &j, probes.Request{Confirm: 0})
	}
	r := run("third_party: {tolerate: localhost}")
	if r.Outcome != probes.Degraded || len(r.Failure.ThirdParty) != 1 {
		t.Errorf("it is %v: %+v", r.Outcome, r.Failure)
	}
	statuses := map[string]probes.StepStatus{}
	for _, s := range r.Last().Steps {
		statuses[s.Name] = s.Status
		if s.Finally {
			statuses["finally"] = s.Status
		}
	}
	if statuses["See Receipt"] != probes.StepNotRun || statuses["finally"] != probes.StepPassed {
		t.Errorf("the steps after it: %v", statuses)
	}
	if r.Last().Evidence == nil {
		t.Error("there is no evidence of what the third party did")
	}
	if r := run("third_party: {tolerate: other.example}"); r.Outcome != probes.Failed {
		t.Errorf("another third party is tolerated: %v", r.Outcome)
	}
}
