package monitor

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The load that is measured: 5,000 journeys of one request each, every ten seconds, a new connection each time.
const (
	benchJourneys = 5000
	benchEvery    = 10 * time.Second
	benchFor      = 20 * time.Second
	benchMode     = "OUTRIDER_BENCH_MODE"
	benchTarget   = "OUTRIDER_BENCH_TARGET"
	// benchProfile, when set, is a folder that the whole monitor's profiles are written to.
	benchProfile = "OUTRIDER_BENCH_PROFILE"
)

// measured is what a child process says of itself.
type measured struct {
	Runs  int           `json:"runs"`
	CPU   time.Duration `json:"cpu"`
	P50   time.Duration `json:"p50"`
	P99   time.Duration `json:"p99"`
	Worst time.Duration `json:"worst"`
	// FirstAll is when the last journey had its first run.
	FirstAll time.Duration `json:"first_all"`
	RSS      int64         `json:"rss"`
	// Scrapes is how many there were beside.
	Scrapes int `json:"scrapes"`
}

// BenchmarkMonitor runs the whole monitor, from due to stored with the disk flushed, against bare net/http with
// httptrace at the same times, in turns. Each has one core and nothing else, so that the kernel's work for it counts
// too; the target has another. The Go runtime is as it comes for bare, and as serve sets it for the monitor. Every
// figure is the median of the turns.
func BenchmarkMonitor(b *testing.B) {
	if testing.Short() {
		b.Skip("takes minutes")
	}
	target, stop := child(b, "target", "")
	defer stop()
	address := target()
	var bare, ours []measured
	for b.Loop() {
		bare = append(bare, measure(b, "bare", address))
		ours = append(ours, measure(b, "monitor", address))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(bare, perThousand), "bare-cpu-ms/1000")
	b.ReportMetric(median(ours, perThousand), "cpu-ms/1000")
	b.ReportMetric(median(ours, perThousand)/median(bare, perThousand), "cpu-ratio")
	p50, p99 := late(func(m measured) time.Duration { return m.P50 }), late(func(m measured) time.Duration { return m.P99 })
	b.ReportMetric(median(bare, p99), "bare-late-p99-ms")
	b.ReportMetric(median(ours, p50), "late-p50-ms")
	b.ReportMetric(median(ours, p99), "late-p99-ms")
	b.ReportMetric(median(ours, late(func(m measured) time.Duration { return m.Worst })), "late-worst-ms")
	b.ReportMetric(median(ours, func(m measured) float64 { return m.FirstAll.Seconds() }), "first-runs-s")
	b.ReportMetric(median(ours, func(m measured) float64 { return float64(m.RSS) / 1e6 }), "rss-MB")
}

// late gives a lateness in milliseconds.
func late(of func(measured) time.Duration) func(measured) float64 {
	return func(m measured) float64 { return float64(of(m).Microseconds()) / 1000 }
}

func perThousand(m measured) float64 {
	return float64(m.CPU.Microseconds()) / float64(max(1, m.Runs))
}

// median is the figure in the middle.
func median(all []measured, figure func(measured) float64) float64 {
	var figures []float64
	for _, m := range all {
		figures = append(figures, figure(m))
	}
	slices.Sort(figures)
	return figures[len(figures)/2]
}

// child starts this test binary in another mode. line gives its next line; stop ends it.
func child(b *testing.B, mode, target string) (line func() string, stop func()) {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), benchMode+"="+mode, benchTarget+"="+target)
	cmd.Stderr = os.Stderr
	in, _ := cmd.StdinPipe()
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = startOnCore(b, cmd, mode != "target")
	}
	if err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	return func() string { lines.Scan(); return lines.Text() }, func() { in.Close(); cmd.Wait() }
}

func measure(b *testing.B, mode, target string) (m measured) {
	line, stop := child(b, mode, target)
	defer stop()
	if err := json.Unmarshal([]byte(line()), &m); err != nil || m.Runs == 0 {
		b.Fatalf("%s measured nothing: %v", mode, err)
	}
	return m
}

// benchChild is what a child process does instead of testing.
func benchChild(mode string) error {
	switch mode {
	case "target":
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		fmt.Println("http://" + l.Addr().String() + "/")
		go http.Serve(l, http.HandlerFunc(answerBench))
		io.Copy(io.Discard, os.Stdin)
		return nil
	case "bare":
		return tell(benchBare(os.Getenv(benchTarget)))
	}
	m, err := benchOurs(mode, os.Getenv(benchTarget))
	if err != nil {
		return err
	}
	return tell(m)
}

func tell(m measured) error { return json.NewEncoder(os.Stdout).Encode(m) }

// lateness collects when runs began.
type lateness struct {
	mu    sync.Mutex
	began time.Time
	late  []time.Duration
	first map[string]time.Duration
}

func (l *lateness) add(name string, due time.Time) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.late = append(l.late, max(0, now.Sub(due)))
	if _, known := l.first[name]; !known {
		l.first[name] = now.Sub(l.began)
	}
}

func (l *lateness) measured(cpu time.Duration) measured {
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.Sort(l.late)
	n := len(l.late)
	m := measured{Runs: n, CPU: cpu, P50: l.late[n/2], P99: l.late[n*99/100], Worst: l.late[n-1], RSS: resident()}
	for _, at := range l.first {
		m.FirstAll = max(m.FirstAll, at)
	}
	if len(l.first) < benchJourneys {
		m.FirstAll = time.Hour
	}
	return m
}

// benchBare is the least that a check can be: a goroutine for each target, a new connection, the phases traced.
func benchBare(target string) measured {
	transport := &http.Transport{DisableKeepAlives: true}
	l := &lateness{began: time.Now(), first: map[string]time.Duration{}}
	before := cpuTime()
	for i := range benchJourneys {
		name := fmt.Sprintf("journey-%d", i)
		due := firstSlot(name, benchEvery, l.began)
		go func() {
			for ; ; due = due.Add(benchEvery) {
				time.Sleep(time.Until(due))
				l.add(name, due)
				bareCheck(transport, target)
			}
		}()
	}
	time.Sleep(benchFor)
	return l.measured(cpuTime() - before)
}

func bareCheck(transport *http.Transport, target string) {
	var marks [7]time.Time
	mark := func(i int) { marks[i] = time.Now() }
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) { mark(0) }, DNSDone: func(httptrace.DNSDoneInfo) { mark(1) },
		ConnectStart: func(string, string) { mark(2) }, ConnectDone: func(string, string, error) { mark(3) },
		TLSHandshakeStart: func() { mark(4) }, TLSHandshakeDone: func(tls.ConnectionState, error) { mark(5) },
		GotFirstResponseByte: func() { mark(6) },
	})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		panic(err)
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 10<<20))
	if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(body), "fine") {
		panic(fmt.Sprint(resp.Status, err))
	}
}

// benchOurs is the whole monitor, with its store in a folder beside us (not in memory), and what a mode adds to it.
func benchOurs(mode, target string) (measured, error) {
	dir, err := os.MkdirTemp(".", "bench-")
	if err != nil {
		return measured{}, err
	}
	defer os.RemoveAll(dir)
	config := "journeys: [journeys.yaml]\ndata: data\nlisten: 127.0.0.1:0\nteams: {all: {pagers: [none]}}\n" +
		"pagers: {none: {webhook: {url: 'http://127.0.0.1:1/'}}}\n"
	if mode == "traced" {
		config += "traces: {endpoint: " + target + "}\n"
	}
	var js strings.Builder
	for i := range benchJourneys {
		fmt.Fprintf(&js, "---\njourney: journey-%d\ntitle: A customer asks\nteam: all\nevery: %s\ntimeout: 5s\nsteps:\n"+
			"  - name: Ask\n    get: %s\n    expect: [status == 200, json.status == \"fine\"]\n", i, benchEvery, target)
	}
	for name, text := range map[string]string{"outrider.yaml": config, "journeys.yaml": js.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return measured{}, err
		}
	}
	Tune(os.LookupEnv)
	log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return measured{}, err
	}
	defer log.Close()
	m, err := New(Options{ConfigFile: filepath.Join(dir, "outrider.yaml"), Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		return measured{}, err
	}
	profiled, err := benchProfiled(os.Getenv(benchProfile))
	if err != nil {
		return measured{}, err
	}
	l := &lateness{began: time.Now(), first: map[string]time.Duration{}}
	m.schedule.fire = func(name string, due time.Time) { l.add(name, due); m.due(name, due) }
	before := cpuTime()
	ctx, stop := context.WithTimeout(context.Background(), benchFor)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	scrapes := scrapeBench(ctx, mode, m.metrics)
	result := l.measured(cpuTime() - before)
	result.Scrapes = scrapes
	return result, errors.Join(profiled(), <-done)
}

// benchProfiled begins to profile, unless dir is empty; finish writes what there is to see.
func benchProfiled(dir string) (finish func() error, err error) {
	if dir == "" {
		return func() error { return nil }, nil
	}
	cpu, err := os.Create(filepath.Join(dir, "cpu.pprof"))
	if err != nil {
		return nil, err
	}
	return func() error {
		pprof.StopCPUProfile()
		heap, err := os.Create(filepath.Join(dir, "heap.pprof"))
		if err != nil {
			return err
		}
		rollup, _ := os.ReadFile("/proc/self/smaps_rollup")
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		fmt.Fprintf(os.Stderr, "%s%d bytes of stacks, %d goroutines, heap: %d in use, %d idle, %d released, next collection at %d, %d collections\n",
			rollup, stats.StackInuse, runtime.NumGoroutine(), stats.HeapInuse, stats.HeapIdle, stats.HeapReleased, stats.NextGC, stats.NumGC)
		return errors.Join(pprof.WriteHeapProfile(heap), heap.Close(), cpu.Close())
	}, pprof.StartCPUProfile(cpu)
}

func cpuTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// resident is the resident memory of this process.
func resident() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, _ := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
