package traces_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/exporter/traces"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkTracedRun is an HTTP journey of three steps with tracing, all that is sent to a collector included, beside the
// same without, in turns. The target runs in this process too; its part is in both figures, the collector's and that of the
// header in one. What tracing adds to the whole monitor, which is to stay below a twentieth, monitor's BenchmarkTraced says.
func BenchmarkTracedRun(b *testing.B) {
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("fine")) }))
	defer shop.Close()
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer collector.Close()
	js, err := format.Parse("b.yaml", []byte("journey: b\nsteps:\n  - get: "+shop.URL+"/a\n  - get: "+shop.URL+"/b\n  - get: "+shop.URL+"/c\n    expect: status == 200\n"))
	if err != nil {
		b.Fatal(err)
	}
	runner := func(o *spans.Options) *probes.Runner {
		return probes.NewRunner(probes.Options{Drivers: []probes.Driver{httpcall.New()}, Trace: o})
	}
	plain, traced := runner(nil), runner(&spans.Options{Ratio: 1})
	e, err := traces.New(traces.Options{Target: traces.Target{URL: collector.URL}, Service: "outrider", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	round := func(r *probes.Runner, e *traces.Exporter) time.Duration {
		before := cpu()
		for range 100 {
			result := r.Run(b.Context(), &js[0], probes.Request{})
			if e != nil {
				e.Observe(&js[0], &result)
			}
			if result.Outcome != probes.Passed {
				b.Fatal(result.Failure)
			}
		}
		if e != nil {
			if err := e.Flush(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		return cpu() - before
	}
	round(plain, nil)
	round(traced, e)
	var off, on time.Duration
	n := 0
	for b.Loop() {
		off += round(plain, nil)
		on += round(traced, e)
		n += 100
	}
	b.ReportMetric(float64(off.Microseconds())/float64(n), "cpu-us/off")
	b.ReportMetric(float64(on.Microseconds())/float64(n), "cpu-us/on")
	b.ReportMetric(float64(on)/float64(off), "ratio")
}

// BenchmarkObserve is what the writing of a run of three steps costs.
func BenchmarkObserve(b *testing.B) {
	e, err := traces.New(traces.Options{Target: traces.Target{URL: "http://collector.invalid/v1/traces"}, Service: "outrider", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	r := probes.Result{RunID: "run", TraceID: "0af7651916cd43dd8448eb211c80319c", Journey: "a", StartedAt: time.Now(), EndedAt: time.Now()}
	a := probes.Attempt{Number: 1}
	for n := range 3 {
		at := time.Duration(n) * time.Millisecond
		a.Steps = append(a.Steps, probes.StepResult{Name: "step", Verb: "get", Status: probes.StepPassed, Offset: at, HTTP: &probes.HTTPInfo{Connect: 1, Processing: 1}})
		a.Requests = append(a.Requests, spans.Request{Span: spans.NewID(), Method: "GET", URL: "https://shop.example/menu", Kind: "http", Status: 200, Proto: "HTTP/2.0", RemoteAddr: "192.0.2.1:443", Offset: at})
	}
	r.Attempts = []probes.Attempt{a}
	b.ReportAllocs()
	for b.Loop() {
		e.Observe(nil, &r)
	}
}
