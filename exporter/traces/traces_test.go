package traces_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/outrider-monitor/outrider/exporter/traces"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// shop is a target that notes who asked and in which trace.
type shop struct {
	URL  string
	mu   sync.Mutex
	seen []string // METHOD path traceparent
}

func newShop(t *testing.T, elsewhere string) *shop {
	s := &shop{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.seen = append(s.seen, r.Method+" "+r.URL.Path+" "+r.Header.Get("Traceparent"))
		s.mu.Unlock()
		switch r.URL.Path {
		case "/old":
			http.Redirect(w, r, "/menu", http.StatusFound)
		case "/away":
			http.Redirect(w, r, elsewhere+"/there", http.StatusFound)
		case "/pay":
			http.Error(w, "no money", http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// parents are the traceparents of a path, in the order in which they came.
func (s *shop) parents(path string) (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range s.seen {
		if f := strings.Split(line, " "); f[1] == path {
			all = append(all, f[2])
		}
	}
	return all
}

func parse(t *testing.T, text string) *journeys.Journey {
	t.Helper()
	js, err := format.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return &js[0]
}

func ride(t *testing.T, j *journeys.Journey, o *spans.Options, confirm int) probes.Result {
	t.Helper()
	r := probes.NewRunner(probes.Options{Drivers: []probes.Driver{httpcall.New()}, Location: "london", Trace: o,
		Env: func(name string) (string, bool) { return "hunter2-very-secret", name == "CARD" }})
	return r.Run(t.Context(), j, probes.Request{Trigger: "schedule", Confirm: confirm})
}

// tree writes spans by their names, children below their parents, in the order of their beginning.
func tree(t *testing.T, all []*tracev1.Span) string {
	t.Helper()
	children := map[string][]*tracev1.Span{}
	known := map[string]*tracev1.Span{}
	for _, s := range all {
		if known[string(s.GetSpanId())] != nil {
			t.Errorf("two spans have the id %x", s.GetSpanId())
		}
		known[string(s.GetSpanId())] = s
		children[string(s.GetParentSpanId())] = append(children[string(s.GetParentSpanId())], s)
	}
	var b strings.Builder
	var write func(parent string, depth int)
	write = func(parent string, depth int) {
		for _, s := range children[parent] {
			if p := known[parent]; p != nil && (s.GetStartTimeUnixNano() < p.GetStartTimeUnixNano() || s.GetEndTimeUnixNano() > p.GetEndTimeUnixNano()+uint64(time.Millisecond)) {
				t.Errorf("%s is not within %s", s.GetName(), p.GetName())
			}
			status := ""
			if s.GetStatus().GetCode() == tracev1.Status_STATUS_CODE_ERROR {
				status = " !"
			}
			fmt.Fprintf(&b, "%s%s %s%s\n", strings.Repeat("  ", depth), strings.TrimPrefix(s.GetKind().String(), "SPAN_KIND_"), s.GetName(), status)
			write(string(s.GetSpanId()), depth+1)
		}
	}
	write("", 0)
	if strings.Count(b.String(), "\n") != len(all) {
		t.Errorf("%d of %d spans hang in no tree", len(all)-strings.Count(b.String(), "\n"), len(all))
	}
	return b.String()
}

// The way that matters: what the target was told is the very span under which its own spans are found.
func TestAFailedRunIsOneTraceThatTheTargetWasToldOf(t *testing.T) {
	other := newShop(t, "")
	s := newShop(t, strings.Replace(other.URL, "127.0.0.1", "localhost", 1))
	j := parse(t, `
journey: checkout
team: payments
runbook: https://runbooks.example/checkout
secrets: {card: {env: CARD}}
steps:
  - name: Menu
    get: `+s.URL+`/old?q=${{ secrets.card }}
  - get: `+s.URL+`/own
    headers: {traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01}
  - get: `+s.URL+`/away
  - group: Order
    steps:
      - name: Pay
        post: `+s.URL+`/pay
        form: {card: "${{ secrets.card }}"}
  - name: Never
    get: `+s.URL+`/never
`)
	r := ride(t, j, &spans.Options{Ratio: 0}, 1)
	if r.Outcome != probes.Failed || len(r.TraceID) != 32 {
		t.Fatalf("the run is %s, its trace %q: %v", r.Outcome, r.TraceID, r.Failure)
	}
	rec := newReceiver(t)
	count := &tally{}
	e := newExporter(t, traces.Target{Protocol: traces.HTTP, URL: rec.URL, Headers: map[string]string{"Authorization": "Bearer abc"}, Gzip: true}, count.add)
	e.Observe(j, &r)
	if err := flush(t, e); err != nil {
		t.Fatal(err)
	}
	all := rec.spans()
	attempt := func(n int) string {
		return fmt.Sprintf("  INTERNAL attempt %d !\n    INTERNAL Menu\n      CLIENT GET\n      CLIENT GET\n    INTERNAL GET %s/own\n      CLIENT GET\n    INTERNAL GET %s/away\n"+
			"      CLIENT GET\n      CLIENT GET\n    INTERNAL Order !\n      INTERNAL Pay !\n        CLIENT POST !\n", n, s.URL, s.URL)
	}
	if got, want := tree(t, all), "INTERNAL checkout !\n"+attempt(1)+attempt(2); got != want {
		t.Errorf("the trace is\n%s\nwant\n%s", got, want)
	}
	if count.of(traces.Accepted) != len(all) || rec.headers[0].Get("Authorization") != "Bearer abc" {
		t.Errorf("%v of %d are counted, the headers are %v", count.all, len(all), rec.headers[0])
	}
	for _, path := range []string{"/old", "/menu", "/away", "/pay"} {
		for n, parent := range s.parents(path) {
			at := slices.IndexFunc(all, func(s *tracev1.Span) bool { return strings.Contains(parent, hex.EncodeToString(s.GetSpanId())) })
			if at < 0 || !strings.HasPrefix(parent, "00-"+r.TraceID+"-") || !strings.HasSuffix(plain(all[at].GetAttributes())["url.full"].(string), path) && path != "/old" {
				t.Fatalf("%s was told %q, which is no span of that request", path, parent)
			}
			// The sampler wanted nothing; the attempt that confirms a failure is recorded all the same.
			if want := fmt.Sprintf("-0%d", n); !strings.HasSuffix(parent, want) {
				t.Errorf("%s was told %q in attempt %d, want the flag %s", path, parent, n+1, want)
			}
		}
	}
	if got := append(other.parents("/there"), s.parents("/own")...); !slices.Equal(got, []string{"", "", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}) {
		t.Errorf("another host, and one to whom the author tells a trace of his own, were told %q", got)
	}
	for _, span := range all {
		if text := span.String(); strings.Contains(text, "hunter2") {
			t.Errorf("the secret is in %s", text)
		}
		if hex.EncodeToString(span.GetTraceId()) != r.TraceID {
			t.Errorf("%s is in the trace %x", span.GetName(), span.GetTraceId())
		}
	}
	checkAttributes(t, rec, all, s.URL)
}

func checkAttributes(t *testing.T, rec *receiver, all []*tracev1.Span, target string) {
	t.Helper()
	want := map[string]any{"service.name": "outrider", "service.version": "1.2", "deployment.environment.name": "test", "outrider.location": "london", "team.cost": "42"}
	resource := rec.resource()
	for key, value := range want {
		if resource[key] != value {
			t.Errorf("the resource's %s is %v, want %v", key, resource[key], value)
		}
	}
	root := plain(all[0].GetAttributes())
	for key, value := range map[string]any{"outrider.run.outcome": "failed", "outrider.reason": "status", "error.type": "status", "outrider.team": "payments", "outrider.step.name": "Pay"} {
		if root[key] != value {
			t.Errorf("the run's %s is %v, want %v", key, root[key], value)
		}
	}
	if url, _ := root["outrider.run.url"].(string); !strings.HasPrefix(url, "https://outrider.example/runs/") {
		t.Errorf("the run's page is %q", url)
	}
	pay := all[slices.IndexFunc(all, func(s *tracev1.Span) bool { return plain(s.GetAttributes())["http.request.method"] == "POST" })]
	got := plain(pay.GetAttributes())
	for key, value := range map[string]any{
		"url.full": target + "/pay", "http.response.status_code": int64(503), "error.type": "503", "server.address": "127.0.0.1",
		"network.peer.address": "127.0.0.1", "network.protocol.version": "1.1", "user_agent.synthetic.type": "test",
	} {
		if got[key] != value {
			t.Errorf("the request's %s is %v, want %v", key, got[key], value)
		}
	}
	if got["server.port"] == nil || got["server.port"] != got["network.peer.port"] {
		t.Errorf("the ports are %v and %v", got["server.port"], got["network.peer.port"])
	}
	own := all[slices.IndexFunc(all, func(s *tracev1.Span) bool { return len(s.GetLinks()) > 0 })]
	if link := own.GetLinks()[0]; hex.EncodeToString(link.GetTraceId()) != "0af7651916cd43dd8448eb211c80319c" || hex.EncodeToString(link.GetSpanId()) != "b7ad6b7169203331" {
		t.Errorf("the author's own trace is linked to as %s", link)
	}
}

func TestOnlyTheHostsThatAreNamedAreTold(t *testing.T) {
	s := newShop(t, "")
	for hosts, told := range map[string]bool{"": true, "127.0.0.1": true, "shop.example": false, "0.0.1": true, "1": true} {
		o := &spans.Options{Ratio: 1}
		if hosts != "" {
			o.Hosts = []string{hosts}
		}
		s.seen = nil
		r := ride(t, parse(t, "journey: a\nsteps:\n  - get: "+s.URL+"/menu\n"), o, 0)
		if got := s.parents("/menu"); (got[0] != "") != told || r.TraceID == "" {
			t.Errorf("with hosts %q the target was told %q", hosts, got)
		}
	}
	s.seen = nil
	if r := ride(t, parse(t, "journey: a\nsteps:\n  - get: "+s.URL+"/menu\n"), nil, 0); r.TraceID != "" || s.parents("/menu")[0] != "" || r.Attempts[0].Requests != nil {
		t.Errorf("without tracing the run has the trace %q, and told %q", r.TraceID, s.parents("/menu"))
	}
	if r := ride(t, parse(t, "journey: a\nsteps:\n  - get: "+s.URL+"/menu\n"), &spans.Options{}, 0); r.TraceID != "" {
		t.Error("a good run that was not sampled leaves a trace")
	}
}

func TestGRPCCarriesTheSame(t *testing.T) {
	for _, gzip := range []bool{false, true} {
		rec := newGRPCReceiver(t)
		count := &tally{}
		e := newExporter(t, traces.Target{Protocol: traces.GRPC, URL: rec.URL, Headers: map[string]string{"x-tenant": "shop"}, Gzip: gzip}, count.add)
		s := newShop(t, "")
		j := parse(t, "journey: browse\nsteps:\n  - get: "+s.URL+"/menu\n")
		r := ride(t, j, &spans.Options{Ratio: 1}, 0)
		e.Observe(j, &r)
		if err := flush(t, e); err != nil {
			t.Fatal(err)
		}
		if got := tree(t, rec.spans()); got != "INTERNAL browse\n  INTERNAL attempt 1\n    INTERNAL GET "+s.URL+"/menu\n      CLIENT GET\n" {
			t.Errorf("packed %t, the trace is\n%s", gzip, got)
		}
		if rec.headers[0].Get("X-Tenant") != "shop" || count.of(traces.Accepted) != 3 || count.of(traces.Refused) != 1 {
			t.Errorf("packed %t, the headers are %v and counted %v", gzip, rec.headers[0], count.all)
		}
	}
}

func TestWhatIsRefusedIsCountedAndWhatIsBusyIsTriedAgain(t *testing.T) {
	r := probes.Result{RunID: "run", TraceID: strings.Repeat("ab", 16), Journey: "a"}
	for status, want := range map[int]traces.Settled{400: traces.Refused, 401: traces.Refused, 404: traces.Refused, 302: traces.Refused, 429: traces.Dropped, 503: traces.Dropped} {
		rec := newReceiver(t)
		rec.answer = func(w http.ResponseWriter) bool { http.Error(w, "Bearer abc is not good", status); return true }
		count := &tally{}
		var log strings.Builder
		e, err := traces.New(traces.Options{Target: traces.Target{URL: rec.URL, Headers: map[string]string{"Authorization": "Bearer abc"}}, Service: "outrider",
			Log: slog.New(slog.NewTextHandler(&log, nil)), Count: count.add})
		if err != nil {
			t.Fatal(err)
		}
		e.Observe(nil, &r)
		if err := flush(t, e); err == nil || strings.Contains(err.Error()+log.String(), "abc") {
			t.Errorf("status %d gives %v, logged %s", status, err, log.String())
		}
		if count.of(want) != 1 || count.of(traces.Accepted) != 0 {
			t.Errorf("after status %d counted %v, want %s", status, count.all, want)
		}
	}
}

func TestNothingWaitsForACollectorThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, count := traces.NewHanging(slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); _ = e.Run(ctx) }()
		r := probes.Result{RunID: "run", TraceID: strings.Repeat("ab", 16), Journey: "a", Failure: &probes.Failure{Reason: probes.Status, Message: strings.Repeat("x", 2000)}}
		r.Attempts = []probes.Attempt{{Number: 1, Failure: r.Failure, Steps: []probes.StepResult{{Name: "s", Status: probes.StepFailed, Failure: r.Failure}}}}
		began, seen := time.Now(), 0
		for range 6 * 3600 {
			e.Observe(nil, &r)
			seen += 3
			time.Sleep(time.Second)
		}
		if took := time.Since(began); took != 6*time.Hour {
			t.Errorf("observing took %s beyond the second in between", took-6*time.Hour)
		}
		synctest.Wait()
		if held := e.Held(); held > traces.MostWaiting {
			t.Errorf("%d bytes wait, want %d at most", held, traces.MostWaiting)
		}
		if tries := e.Tries(); tries > 6*60*2 {
			t.Errorf("%d requests in six hours, want pauses between them", tries)
		}
		stop()
		<-done
		if got := count(traces.Dropped); got != seen {
			t.Errorf("%d spans are counted as dropped, want all %d", got, seen)
		}
	})
}
