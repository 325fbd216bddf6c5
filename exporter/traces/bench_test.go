package traces_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/exporter/traces"
	"github.com/outrider-monitor/outrider/journeys"
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

// benchElsewhere is the variable that makes this binary the target and the collector instead of testing: their CPU is not
// the monitor's.
const benchElsewhere = "OUTRIDER_BENCH_ELSEWHERE"

// answerElsewhere is what others do for the benchmark, until standard input ends.
func answerElsewhere() error {
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			_, _ = io.Copy(io.Discard, r.Body)
			return
		}
		_, _ = io.WriteString(w, `{"status": "fine"}`)
	})
	plain, secure := httptest.NewServer(answer), httptest.NewTLSServer(answer)
	defer plain.Close()
	defer secure.Close()
	fmt.Println(plain.URL, secure.URL)
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// elsewhere starts the target and the collector in a process of their own, and gives their addresses, without TLS and with.
func elsewhere(b *testing.B) (plain, secure string) {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), benchElsewhere+"=yes")
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = in.Close(), cmd.Wait() })
	if _, err := fmt.Fscanln(out, &plain, &secure); err != nil {
		b.Fatal("no addresses: ", err)
	}
	return plain, secure
}

// BenchmarkTracedRun is an HTTP journey of three steps with tracing, all that is sent to a collector included, beside the
// same without, in turns: the runner's and the exporter's CPU alone, for target and collector are another process. The ratio,
// the median of the turns, is to stay below 1.05. bare has no TLS and no expectations, which nobody would run: it is the
// least that tracing can be compared with. What tracing adds to the whole monitor, which does more for each run, monitor's
// BenchmarkTraced says.
func BenchmarkTracedRun(b *testing.B) {
	plain, secure := elsewhere(b)
	const expected = "\n    expect: [status == 200, json.status == \"fine\"]"
	for _, c := range []struct{ name, target, more string }{
		{"bare", plain, ""}, {"http", plain, expected}, {"https", secure, "\n    tls: {insecure_skip_verify: true}" + expected},
	} {
		b.Run(c.name, func(b *testing.B) {
			text := "journey: b\nsteps:\n"
			for _, path := range []string{"a", "b", "c"} {
				text += "  - get: " + c.target + "/" + path + c.more + "\n"
			}
			js, err := format.Parse("b.yaml", []byte(text))
			if err != nil {
				b.Fatal(err)
			}
			compareTraced(b, &js[0], plain)
		})
	}
}

// compareTraced runs a journey with tracing and without.
func compareTraced(b *testing.B, j *journeys.Journey, collector string) {
	// With more processors than work, the runtime looks for work on the idle ones, sometimes more and sometimes less.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	runner := func(o *spans.Options) *probes.Runner {
		return probes.NewRunner(probes.Options{Drivers: []probes.Driver{httpcall.New()}, Trace: o})
	}
	plain, traced := runner(nil), runner(&spans.Options{Ratio: 1})
	e, err := traces.New(traces.Options{Target: traces.Target{URL: collector}, Service: "outrider", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	round := func(r *probes.Runner, e *traces.Exporter) float64 {
		before := cpu()
		for range 100 {
			result := r.Run(b.Context(), j, probes.Request{})
			if e != nil {
				e.Observe(j, &result)
			}
			if result.Outcome != probes.Passed {
				b.Fatal(result.Failure)
			}
		}
		if e != nil && !e.SendNow(b.Context()) {
			b.Fatal("the collector has not taken all")
		}
		return float64((cpu() - before).Nanoseconds()) / 100 / 1000
	}
	round(plain, nil)
	round(traced, e)
	var off, on, ratio []float64
	for b.Loop() {
		// Each is first as often as second.
		a, t, u, c := round(plain, nil), round(traced, e), round(traced, e), round(plain, nil)
		off, on, ratio = append(off, (a+c)/2), append(on, (t+u)/2), append(ratio, (t+u)/(a+c))
	}
	b.ReportMetric(middle(off), "cpu-us/off")
	b.ReportMetric(middle(on), "cpu-us/on")
	b.ReportMetric(middle(ratio), "ratio")
}

// middle is the median.
func middle(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
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
