package exporter_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// discard is a response that nobody keeps.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header {
	if d.header == nil {
		d.header = http.Header{}
	}
	return d.header
}
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkObserve is what one run costs: two steps, one of them HTTP.
func BenchmarkObserve(b *testing.B) {
	e, err := exporter.New(prometheus.NewRegistry(), exporter.Options{Location: "london"})
	if err != nil {
		b.Fatal(err)
	}
	j, r := checkout(), passed()
	e.Configure([]journeys.Journey{j})
	b.ReportAllocs()
	for b.Loop() {
		e.Observe(&j, &r, incidents.State{})
	}
}

// BenchmarkScrape is one scrape of 1,000 journeys of six steps, each of which has run, as the monitor serves it and as
// Prometheus asks for it: with gzip and without. The aim is 100 ms of CPU, the collection of garbage included.
func BenchmarkScrape(b *testing.B) {
	web := catalogueOf(b, 1000)
	for _, format := range formats() {
		for _, encoding := range []string{"identity", "gzip"} {
			name, _, _ := strings.Cut(format, ";")
			b.Run(name[strings.LastIndexAny(name, "/.")+1:]+"/"+encoding, func(b *testing.B) {
				req := httptest.NewRequest(http.MethodGet, "/metrics", nil)
				req.Header.Set("Accept", format)
				req.Header.Set("Accept-Encoding", encoding)
				b.ReportAllocs()
				before := cpu()
				for b.Loop() {
					web.ServeHTTP(&discard{}, req)
				}
				b.ReportMetric(float64((cpu()-before).Microseconds())/1000/float64(b.N), "cpu-ms/scrape")
			})
		}
	}
}

// formats are those that Prometheus asks for.
func formats() []string {
	return []string{"application/openmetrics-text;version=1.0.0", "text/plain;version=0.0.4",
		"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"}
}

// catalogueOf serves the metrics of so many journeys of six steps, each of which has run.
func catalogueOf(b *testing.B, n int) http.Handler {
	b.Helper()
	e, err := exporter.New(nil, exporter.Options{Location: "london"})
	if err != nil {
		b.Fatal(err)
	}
	var all []journeys.Journey
	for i := range n {
		j := journeys.Journey{Name: fmt.Sprintf("journey-%d", i), Team: "payments"}
		for s := range 6 {
			j.Steps = append(j.Steps, journeys.Step{Name: fmt.Sprintf("Step %d", s), Action: &journeys.Request{Method: "GET"}})
		}
		all = append(all, j)
	}
	e.Configure(all)
	for i := range all {
		r := passed()
		r.Journey, r.Attempts[0].Steps = all[i].Name, nil
		for s := range 6 {
			r.Attempts[0].Steps = append(r.Attempts[0].Steps, probes.StepResult{Name: fmt.Sprintf("Step %d", s), Status: probes.StepPassed,
				Duration: time.Duration(s+1) * 10 * time.Millisecond, HTTP: &probes.HTTPInfo{Resolve: 1, Connect: 1, TLS: 1, Processing: 1, Transfer: 1}})
		}
		e.Observe(&all[i], &r, incidents.State{})
	}
	web, err := e.Handler(prometheus.NewRegistry())
	if err != nil {
		b.Fatal(err)
	}
	return web
}
