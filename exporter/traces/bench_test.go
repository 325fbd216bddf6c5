package traces_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
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

// benchElsewhere is the variable that makes this binary the target and the collector instead of testing: their CPU is not
// the monitor's.
const benchElsewhere = "OUTRIDER_BENCH_ELSEWHERE"

// answerElsewhere is what others do for the benchmark, until standard input ends.
func answerElsewhere() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				_, _ = io.Copy(io.Discard, r.Body)
				return
			}
			_, _ = io.WriteString(w, "fine")
		}))
	}()
	fmt.Println("http://" + l.Addr().String())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// elsewhere starts the target and the collector in a process of their own, and gives their address.
func elsewhere(b *testing.B) string {
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
	line := bufio.NewScanner(out)
	if !line.Scan() {
		b.Fatal("no address: ", line.Err())
	}
	return line.Text()
}

// BenchmarkTracedRun is an HTTP journey of three steps with tracing, all that is sent to a collector included, beside the
// same without, in turns: the runner's and the exporter's CPU alone, of the plainest HTTP there is, whose target and
// collector are another process. The ratio, the median of the turns, is to stay below 1.05. What tracing adds to the whole
// monitor, which does more for each run, monitor's BenchmarkTraced says.
func BenchmarkTracedRun(b *testing.B) {
	others := elsewhere(b)
	// With more processors than work, the runtime looks for work on the idle ones, sometimes more and sometimes less.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	js, err := format.Parse("b.yaml", []byte("journey: b\nsteps:\n  - get: "+others+"/a\n  - get: "+others+"/b\n  - get: "+others+"/c\n    expect: status == 200\n"))
	if err != nil {
		b.Fatal(err)
	}
	runner := func(o *spans.Options) *probes.Runner {
		return probes.NewRunner(probes.Options{Drivers: []probes.Driver{httpcall.New()}, Trace: o})
	}
	plain, traced := runner(nil), runner(&spans.Options{Ratio: 1})
	e, err := traces.New(traces.Options{Target: traces.Target{URL: others}, Service: "outrider", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	round := func(r *probes.Runner, e *traces.Exporter) float64 {
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
