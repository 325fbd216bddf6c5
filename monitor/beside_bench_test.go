package monitor

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// BenchmarkTraced is what tracing every run adds to the whole monitor's CPU, all that is sent included: to stay below a
// twentieth. The collector is in the target's process. BenchmarkMonitor says how the two are measured.
func BenchmarkTraced(b *testing.B) {
	plain, traced := besides(b, "traced")
	b.ReportMetric(median(plain, perThousand), "cpu-ms/1000")
	b.ReportMetric(median(traced, perThousand)/median(plain, perThousand), "cpu-ratio")
}

// BenchmarkScraped is what scrapes do to the lateness of runs: one a second of all 5,000 journeys, and back to back. They share
// one core with the runs: what the ratio shows beyond that of the CPU would be a lock that a run waits for, or a scrape that
// keeps Go from asking the kernel what has arrived, which exporter's BenchmarkBeside measures alone.
func BenchmarkScraped(b *testing.B) {
	for _, mode := range []string{"scraped", "besieged"} {
		b.Run(mode, func(b *testing.B) {
			plain, scraped := besides(b, mode)
			p50, p99 := late(func(m measured) time.Duration { return m.P50 }), late(func(m measured) time.Duration { return m.P99 })
			b.ReportMetric(median(plain, p99), "late-p99-ms")
			b.ReportMetric(median(scraped, p50)/median(plain, p50), "late-p50-ratio")
			b.ReportMetric(median(scraped, p99)/median(plain, p99), "late-p99-ratio")
			b.ReportMetric(median(scraped, func(m measured) float64 { return float64(m.Scrapes) }), "scrapes")
			b.ReportMetric(median(scraped, func(m measured) float64 { return float64(m.Runs) })/median(plain, func(m measured) float64 { return float64(m.Runs) }), "runs-ratio")
		})
	}
}

// besides measures the monitor without and with what a mode adds, in turns.
func besides(b *testing.B, mode string) (plain, with []measured) {
	b.Helper()
	if testing.Short() {
		b.Skip("takes minutes")
	}
	target, stop := child(b, "target", "")
	defer stop()
	address := target()
	for b.Loop() {
		plain = append(plain, measure(b, "monitor", address))
		with = append(with, measure(b, mode, address))
	}
	b.ReportMetric(0, "ns/op")
	return plain, with
}

// answerBench is the target, and the collector of traces.
func answerBench(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		_, _ = io.Copy(io.Discard, r.Body)
		return
	}
	_, _ = io.WriteString(w, `{"status": "fine"}`)
}

// scrapeBench scrapes until ctx ends, if the mode is one of scrapes, and says how often it did.
func scrapeBench(ctx context.Context, mode string, metrics http.Handler) (n int) {
	pause, wanted := map[string]time.Duration{"scraped": time.Second, "besieged": 0}[mode]
	if !wanted {
		<-ctx.Done()
		return 0
	}
	req := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	req.Header.Set("Accept", "application/openmetrics-text;version=1.0.0")
	req.Header.Set("Accept-Encoding", "gzip")
	for ctx.Err() == nil {
		metrics.ServeHTTP(&unread{header: http.Header{}}, req)
		n++
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
	return n
}

// unread is an answer that nobody keeps.
type unread struct{ header http.Header }

func (u *unread) Header() http.Header         { return u.header }
func (u *unread) Write(b []byte) (int, error) { return len(b), nil }
func (u *unread) WriteHeader(int)             {}
