package exporter_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/internal/promserver"
	"github.com/outrider-monitor/outrider/journeys"
)

// scraped serves an exporter that has seen something of everything.
func scraped(t *testing.T) *httptest.Server {
	t.Helper()
	e, reg := start(t, checkout(), track())
	e.ConfigurePagers([]string{"oncall"})
	j, good, bad := checkout(), passed(), failed()
	good.Attempts[0].Steps[0].Page = measured()
	e.Observe(&j, &good, incidents.State{LastPassedAt: noon})
	e.Observe(&j, &bad, incidents.State{LastPassedAt: noon, Incident: &incidents.Incident{Severity: "critical"}})
	e.NextRun("checkout", noon.Add(time.Hour))
	e.Maintenance("checkout", true)
	e.MissedRun("checkout", exporter.Overlap)
	e.PageSettled("oncall", exporter.Accepted)
	e.BrowserStart(exporter.BrowserFirst)
	e.ScheduleLateness(time.Millisecond)
	e.QueueWait(time.Second)
	e.ConfigReload(true, noon)
	e.CloudWatchDatapoints("accepted", 3)
	e.TraceSpans("accepted", 3)
	server := httptest.NewServer(promhttp.HandlerFor(reg, promhttp.HandlerOpts{EnableOpenMetrics: true, EnableOpenMetricsTextCreatedSamples: true}))
	t.Cleanup(server.Close)
	return server
}

func TestPromtoolFindsNothingToComplainAbout(t *testing.T) {
	answer, err := http.Get(scraped(t).URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range exporter.Catalogue() {
		if !strings.Contains(string(text), "\n"+m.Name) {
			t.Errorf("%s is in the catalogue and not exported", m.Name)
		}
	}
	cmd := exec.Command("promtool", "check", "metrics")
	cmd.Stdin = strings.NewReader(string(text))
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

// What OpenMetrics has more than the classic format is there for Prometheus: with the way to the traces, by text and by
// protobuf, and when a counter began.
func TestPrometheusSeesExemplarsAndWhenCountersBegan(t *testing.T) {
	created := time.Now()
	j, good, bad := checkout(), passed(), failed()
	reg := prometheus.NewPedanticRegistry()
	e, err := exporter.New(reg, exporter.Options{Location: "london", Now: func() time.Time { return created }})
	if err != nil {
		t.Fatal(err)
	}
	e.Configure([]journeys.Journey{j})
	good.EndedAt, bad.EndedAt = created, created
	e.Observe(&j, &good, incidents.State{})
	e.Observe(&j, &bad, incidents.State{})
	web := httptest.NewServer(promhttp.HandlerFor(reg, promhttp.HandlerOpts{EnableOpenMetrics: true, EnableOpenMetricsTextCreatedSamples: true}))
	t.Cleanup(web.Close)
	for format, features := range map[string][]string{
		"text":     {"exemplar-storage"},
		"protobuf": {"exemplar-storage", "native-histograms"},
	} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			server := promserver.Start(t, fmt.Sprintf("global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n"+
				"  - {job_name: outrider, static_configs: [{targets: [%q]}]}\n", strings.TrimPrefix(web.URL, "http://")), nil, features...)
			seen := `journey_runs_total{outcome="failed"}`
			if got := server.Wait(t, seen, func(v string) bool { return v == "1" }); got != "1" {
				t.Errorf("%s: %s is %q", format, seen, got)
			}
			if format == "text" { // where these are samples of their own
				began := fmt.Sprintf(`abs(journey_runs_created{outcome="failed"} - %d) < bool 2`, created.Unix())
				if got := server.Wait(t, began, func(v string) bool { return v == "1" }); got != "1" {
					t.Errorf("%s is %q: nobody knows when the counter began", began, got)
				}
			}
			for query, want := range map[string]string{
				`journey_runs_total{outcome="failed"}`:                                     bad.TraceID,
				`journey_failures_total{reason="assertion"}`:                               bad.TraceID,
				`journey_runs_total{outcome="passed"}`:                                     good.TraceID,
				`{__name__=~"journey_run_duration_seconds(_bucket)?"}`:                     good.TraceID,
				`{__name__=~"journey_step_duration_seconds(_bucket)?",step="Ask the API"}`: good.TraceID,
			} {
				got, err := server.Exemplars(query)
				if err != nil || !slices.Contains(got, want) {
					t.Errorf("%s: the exemplars of %s are %q (%v), want %s", format, query, got, err, want)
				}
			}
		})
	}
}

func TestARealPrometheusScrapesWhatWeServe(t *testing.T) {
	target := strings.TrimPrefix(scraped(t).URL, "http://")
	server := promserver.Start(t, fmt.Sprintf("global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n"+
		"  - {job_name: outrider, static_configs: [{targets: [%q]}]}\n", target), nil, "native-histograms")
	for query, want := range map[string]string{
		`journey_runs_total{journey="checkout",outcome="failed"}`:                        "1",
		`journey_success{journey="checkout",team="payments",location="london"}`:          "0",
		`journey_failures_total{journey="checkout",reason="assertion"}`:                  "1",
		`journey_incident_open{journey="checkout",severity="critical"}`:                  "1",
		`histogram_count(journey_step_duration_seconds{step="Open the menu"})`:           "1",
		`outrider_pages_total{pager="oncall",outcome="accepted"}`:                        "1",
		`outrider_missed_runs_total{journey="checkout",cause="overlap"}`:                 "1",
		`count(journey_http_phase_seconds{journey="checkout",step="Ask the API"})`:       "5",
		`outrider_oldest_pending_page_seconds`:                                           "90",
		`scalar(up{job="outrider"}) + scalar(outrider_config_last_reload_successful)`:    "2",
		`sum(journey_runs_total{outcome=~"passed|degraded"}) / sum(journey_runs_total)`:  "0.5",
		`journey_next_run_timestamp_seconds > journey_last_success_timestamp_seconds`:    "1795352400",
		`journey_tls_certificate_expiry_timestamp_seconds{step="Ask the API"} / 1000000`: "1795.3524",
	} {
		if got := server.Wait(t, query, func(v string) bool { return v == want }); got != want {
			t.Errorf("%s is %q, want %q", query, got, want)
		}
	}
}
