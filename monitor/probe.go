package monitor

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/probes"
)

// The time a probe may take: what Prometheus says, less a moment for the answer to travel.
const (
	probeTimeout = 2 * time.Minute
	probeMargin  = 500 * time.Millisecond
)

// answerProbe runs a configured journey now, as a whole visit: it is stored and judged like any other run. It
// takes no target: what may be requested is in the configuration alone.
func (m *Monitor) answerProbe(w http.ResponseWriter, r *http.Request) {
	p := m.plan.Load()
	name := r.URL.Query().Get("journey")
	t := p.tasks[name]
	switch {
	case r.Header.Get("Sec-Fetch-Site") != "" && r.Header.Get("Sec-Fetch-Site") != "none" && r.Header.Get("Sec-Fetch-Site") != "same-origin":
		http.Error(w, "a probe cannot be asked for by another site's page", http.StatusForbidden)
		return
	case r.URL.Query().Has("target") || r.URL.Query().Has("module"):
		http.Error(w, "want ?journey=NAME: targets and modules are in the journey", http.StatusBadRequest)
		return
	case t == nil:
		http.Error(w, fmt.Sprintf("there is no journey %q\n%s", name, document.DidYouMean(name, sortedKeys(p.tasks))), http.StatusNotFound)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), scrapeTimeout(r))
	defer cancel()
	result, err := m.runNow(ctx, p, t, "probe")
	if err == nil && result.Outcome == probes.Error {
		err = fmt.Errorf("the journey could not be judged: %w", result.Failure)
	}
	if err != nil {
		// No probe_success at all: a verdict on the target would be invented.
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(probeSamples{&result})
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}).ServeHTTP(w, r)
}

func scrapeTimeout(r *http.Request) time.Duration {
	seconds, err := strconv.ParseFloat(r.Header.Get("X-Prometheus-Scrape-Timeout-Seconds"), 64)
	if err != nil || seconds <= 0 || seconds > probeTimeout.Seconds() {
		return probeTimeout
	}
	timeout := time.Duration(seconds * float64(time.Second))
	return max(timeout-probeMargin, timeout/2)
}

// probeSamples are a run in blackbox_exporter's names.
type probeSamples struct{ r *probes.Result }

// Describe sends nothing: the collector is unchecked, and used once.
func (s probeSamples) Describe(chan<- *prometheus.Desc) {}

// Collect gives the last HTTP exchange's numbers beside those of the run.
func (s probeSamples) Collect(ch chan<- prometheus.Metric) {
	gauge := func(name, help string, value float64, labels ...string) {
		var names, values []string
		for i := 0; i < len(labels); i += 2 {
			names, values = append(names, labels[i]), append(values, labels[i+1])
		}
		ch <- prometheus.MustNewConstMetric(prometheus.NewDesc(name, help, names, nil), prometheus.GaugeValue, value, values...)
	}
	success := 0.0
	if s.r.Outcome.Good() {
		success = 1
	}
	gauge("probe_success", "Displays whether or not the probe was a success", success)
	gauge("probe_duration_seconds", "Returns how long the probe took to complete in seconds", s.r.Duration().Seconds())
	http := lastExchange(s.r)
	if http == nil {
		return
	}
	gauge("probe_dns_lookup_time_seconds", "Returns the time taken for probe dns lookup in seconds", http.Resolve.Seconds())
	ssl := 0.0
	if !http.CertificateExpiry.IsZero() {
		ssl = 1
		gauge("probe_ssl_earliest_cert_expiry", "Returns last SSL chain expiry in unixtime", float64(http.CertificateExpiry.Unix()))
	}
	if http.Status == 0 {
		return // a step that does not speak HTTP
	}
	gauge("probe_http_status_code", "Response HTTP status code", float64(http.Status))
	gauge("probe_http_redirects", "The number of redirects", float64(http.Redirects))
	gauge("probe_http_uncompressed_body_length", "Length of uncompressed response body", float64(http.BodyBytes))
	for phase, took := range map[string]time.Duration{"resolve": http.Resolve, "connect": http.Connect, "tls": http.TLS, "processing": http.Processing, "transfer": http.Transfer} {
		gauge("probe_http_duration_seconds", "Duration of http request by phase, summed over all redirects", took.Seconds(), "phase", phase)
	}
	gauge("probe_http_ssl", "Indicates if SSL was used for the final redirect", ssl)
}

func lastExchange(r *probes.Result) *probes.HTTPInfo {
	last := r.Last()
	if last == nil {
		return nil
	}
	for i := len(last.Steps) - 1; i >= 0; i-- {
		if step := &last.Steps[i]; step.HTTP != nil && !step.Finally {
			return step.HTTP
		}
	}
	return nil
}
