package httpcall_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
)

// childEnv makes the test binary a server, so that a server's CPU is not measured with the client's.
const childEnv = "OUTRIDER_BENCHMARK_SERVER"

func serveForBenchmark() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	go func() {
		// The parent's end closes our input.
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	panic(http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		say(w, `{"status": "received", "eta_minutes": 20}`)
	})))
}

// startServer starts the child and gives its address.
func startServer(b *testing.B) string {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"=1", "GOMAXPROCS=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { stdin.Close(); _ = cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return "http://" + strings.TrimSpace(line) + "/"
}

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// bare is what has to be done at least: net/http with httptrace, a new connection for each request.
func bare(client *http.Client, url string) error {
	var at [8]time.Time
	mark := func(i int) { at[i] = time.Now() }
	trace := &httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) { mark(0) }, DNSDone: func(httptrace.DNSDoneInfo) { mark(1) },
		ConnectStart: func(string, string) { mark(2) }, ConnectDone: func(string, string, error) { mark(3) },
		TLSHandshakeStart: func() { mark(4) }, TLSHandshakeDone: func(tls.ConnectionState, error) { mark(5) },
		WroteRequest: func(httptrace.WroteRequestInfo) { mark(6) }, GotFirstResponseByte: func() { mark(7) },
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && (resp.StatusCode != http.StatusOK || len(body) == 0) {
		err = fmt.Errorf("status %d", resp.StatusCode)
	}
	return err
}

// contest runs both sides in turns, in many short rounds, so that whatever else the machine does meets both,
// and reports the CPU of each and the ratio. pause is the time between two requests' starts; 0 is flat out.
func contest(b *testing.B, pause time.Duration, bare, ours func() error) {
	b.Helper()
	const round = 50
	side := func(do func() error) time.Duration {
		before := cpu()
		next := time.Now()
		for range round {
			if err := do(); err != nil {
				b.Fatal(err)
			}
			if next = next.Add(pause); pause > 0 {
				time.Sleep(time.Until(next))
			}
		}
		return cpu() - before
	}
	side(bare)
	side(ours)
	var bareCPU, ourCPU time.Duration
	n := 0
	for b.Loop() {
		bareCPU += side(bare)
		ourCPU += side(ours)
		n += round
	}
	b.ReportMetric(float64(ourCPU.Microseconds())/float64(n), "cpu-us/journey")
	b.ReportMetric(float64(bareCPU.Microseconds())/float64(n), "cpu-us/bare")
	b.ReportMetric(float64(ourCPU)/float64(bareCPU), "ratio")
}

// BenchmarkOneRequestJourney compares a whole run of a journey of one request, without storage, to bare
// net/http. The target is a ratio of at most 1.3.
func BenchmarkOneRequestJourney(b *testing.B) {
	url := startServer(b)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	runner := probes.NewRunner(probes.Options{Drivers: []probes.Driver{httpcall.New()}})
	j := benchmarkJourney(b, url)
	ours := func() error {
		res := runner.Run(context.Background(), j, probes.Request{})
		if res.Outcome != probes.Passed {
			return res.Failure
		}
		return nil
	}
	once := func() error { return bare(client, url) }
	b.Run("flat out", func(b *testing.B) { contest(b, 0, once, ours) })
	b.Run("500 a second", func(b *testing.B) { contest(b, 2*time.Millisecond, once, ours) })
}

func benchmarkJourney(b *testing.B, url string) *journeys.Journey {
	b.Helper()
	list, err := journeys.Parse("order.yaml", []byte(`
journey: order
team: kitchen
vars: {shop: "`+url+`"}
steps:
  - name: Look at the order
    get: ${{ vars.shop }}
    expect:
      - status == 200
      - json.status in ["received", "cooking"]
      - json.eta_minutes < 60
`))
	if err != nil {
		b.Fatal(err)
	}
	return &list[0]
}
