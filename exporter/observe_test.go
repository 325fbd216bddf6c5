package exporter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func checkout() journeys.Journey {
	return journeys.Journey{Name: "checkout", Team: "payments", SLO: &journeys.SLO{Objective: 99.9},
		Alert: journeys.Alert{Severity: journeys.Severity{Otherwise: "critical"}},
		Steps: []journeys.Step{
			{Name: "Open the menu", Action: &journeys.Goto{}},
			{Name: "Ask the API", Action: &journeys.Request{Method: "GET"}},
		}}
}

func track() journeys.Journey {
	return journeys.Journey{Name: "track", Team: "logistics",
		Steps: []journeys.Step{{Name: "Ask", Action: &journeys.Request{Method: "GET"}}}}
}

func passed() probes.Result {
	return probes.Result{RunID: "1", TraceID: "0af7651916cd43dd8448eb211c80319c", Journey: "checkout", StartedAt: noon, EndedAt: noon.Add(3 * time.Second), Outcome: probes.Passed,
		Attempts: []probes.Attempt{{Number: 1, Duration: 2 * time.Second, Outcome: probes.Passed, Steps: []probes.StepResult{
			{Name: "Open the menu", Verb: "goto", Status: probes.StepPassed, Duration: time.Second, Drift: "second alternative"},
			{Name: "Ask the API", Verb: "get", Status: probes.StepSlow, Duration: 2 * time.Second, HTTP: &probes.HTTPInfo{
				Resolve: time.Millisecond, Processing: 20 * time.Millisecond, CertificateExpiry: noon.Add(time.Hour)}},
		}}}}
}

func failed() probes.Result {
	f := &probes.Failure{Reason: probes.Assertion, Message: "no order"}
	return probes.Result{RunID: "2", TraceID: "4bf92f3577b34da6a3ce929d0e0e4736", Journey: "checkout", EndedAt: noon.Add(time.Minute), Outcome: probes.Failed, Step: "Ask the API", Failure: f,
		Attempts: []probes.Attempt{{Number: 1, Outcome: probes.Failed, Failure: f}}}
}

func measured() *probes.PageNumbers {
	return &probes.PageNumbers{
		TTFB: 100 * time.Millisecond, LCP: 2 * time.Second, CLS: new(float64), Errors: 1,
		Own: probes.Traffic{Requests: 3, Bytes: 4000}, ThirdParty: probes.Traffic{Requests: 1, Bytes: 500},
	}
}

func broken() probes.Result {
	f := &probes.Failure{Reason: probes.BrowserFault, Message: "the browser died"}
	return probes.Result{RunID: "3", Journey: "checkout", EndedAt: noon.Add(2 * time.Minute), Failure: f}
}

func start(t *testing.T, configured ...journeys.Journey) (*exporter.Exporter, *prometheus.Registry) {
	t.Helper()
	reg := prometheus.NewPedanticRegistry()
	e, err := exporter.New(reg, exporter.Options{Location: "london", Version: "1.2.3", Revision: "abc",
		PagesPending:      func() int { return 2 },
		OldestPendingPage: func() time.Duration { return 90 * time.Second },
		BrowserMemory:     func() int64 { return 1 << 20 },
		Now:               func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	e.Configure(configured)
	return e, reg
}

// expect compares the named metrics with the lines.
func expect(t *testing.T, reg *prometheus.Registry, lines string, names ...string) {
	t.Helper()
	var b strings.Builder
	for _, m := range exporter.Catalogue() {
		for _, name := range names {
			if m.Name == name {
				b.WriteString("# HELP " + name + " " + m.Help + "\n# TYPE " + name + " " + string(m.Kind) + "\n")
			}
		}
		for line := range strings.Lines(lines) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, m.Name+"{") || strings.HasPrefix(line, m.Name+" ") {
				b.WriteString(line + "\n")
			}
		}
	}
	if err := testutil.GatherAndCompare(reg, strings.NewReader(b.String()), names...); err != nil {
		t.Error(err)
	}
}

func TestEveryOutcomeExistsBeforeTheFirstRunAndNoVerdictDoes(t *testing.T) {
	_, reg := start(t, checkout())
	expect(t, reg, `
		journey_runs_total{journey="checkout",location="london",outcome="degraded",team="payments"} 0
		journey_runs_total{journey="checkout",location="london",outcome="error",team="payments"} 0
		journey_runs_total{journey="checkout",location="london",outcome="failed",team="payments"} 0
		journey_runs_total{journey="checkout",location="london",outcome="passed",team="payments"} 0
		journey_slo_objective_ratio{journey="checkout",location="london",team="payments"} 0.999
		journey_incident_open{journey="checkout",location="london",severity="critical",team="payments"} 0`,
		"journey_runs_total", "journey_success", "journey_incident_open", "journey_slo_objective_ratio",
		"journey_last_run_timestamp_seconds")
}

func TestARunIsCountedWithItsStepsAndPhases(t *testing.T) {
	e, reg := start(t, checkout())
	j, r := checkout(), passed()
	e.Observe(&j, &r, incidents.State{LastPassedAt: noon})
	expect(t, reg, `
		journey_success{journey="checkout",location="london",team="payments"} 1
		journey_locator_drift_total{journey="checkout",location="london",team="payments"} 1
		journey_last_run_timestamp_seconds{journey="checkout",location="london",team="payments"} 1795348803
		journey_last_success_timestamp_seconds{journey="checkout",location="london",team="payments"} 1795348800
		journey_tls_certificate_expiry_timestamp_seconds{journey="checkout",location="london",step="Ask the API",team="payments"} 1795352400
		journey_http_phase_seconds{journey="checkout",location="london",phase="connect",step="Ask the API",team="payments"} 0
		journey_http_phase_seconds{journey="checkout",location="london",phase="processing",step="Ask the API",team="payments"} 0.02
		journey_http_phase_seconds{journey="checkout",location="london",phase="resolve",step="Ask the API",team="payments"} 0.001
		journey_http_phase_seconds{journey="checkout",location="london",phase="tls",step="Ask the API",team="payments"} 0
		journey_http_phase_seconds{journey="checkout",location="london",phase="transfer",step="Ask the API",team="payments"} 0`,
		"journey_success", "journey_locator_drift_total", "journey_last_run_timestamp_seconds", "journey_last_success_timestamp_seconds",
		"journey_tls_certificate_expiry_timestamp_seconds", "journey_http_phase_seconds")
	if n := samples(t, reg, "journey_run_duration_seconds"); n != 1 {
		t.Errorf("%d durations, want 1", n)
	}
	if n := samples(t, reg, "journey_step_duration_seconds"); n != 2 {
		t.Errorf("%d step durations, want 2", n)
	}
}

func TestAFailedRunTurnsSuccessToZeroAndItsDurationCountsNowhere(t *testing.T) {
	e, reg := start(t, checkout())
	j, r := checkout(), failed()
	e.Observe(&j, &r, incidents.State{Incident: &incidents.Incident{Severity: "warning"}})
	expect(t, reg, `
		journey_success{journey="checkout",location="london",team="payments"} 0
		journey_incident_open{journey="checkout",location="london",severity="warning",team="payments"} 1`,
		"journey_success", "journey_incident_open")
	if n := samples(t, reg, "journey_run_duration_seconds"); n != 0 {
		t.Errorf("%d durations, want 0", n)
	}
}

func TestAnErrorIsCountedAndChangesNoVerdict(t *testing.T) {
	e, reg := start(t, checkout())
	j, good, bad := checkout(), passed(), broken()
	e.Observe(&j, &good, incidents.State{LastPassedAt: noon})
	e.Observe(&j, &bad, incidents.State{LastPassedAt: noon})
	expect(t, reg, `
		journey_success{journey="checkout",location="london",team="payments"} 1
		journey_runs_total{journey="checkout",location="london",outcome="degraded",team="payments"} 0
		journey_runs_total{journey="checkout",location="london",outcome="error",team="payments"} 1
		journey_runs_total{journey="checkout",location="london",outcome="failed",team="payments"} 0
		journey_runs_total{journey="checkout",location="london",outcome="passed",team="payments"} 1`,
		"journey_success", "journey_runs_total")
}

func TestARestartShowsWhatWasKnown(t *testing.T) {
	e, reg := start(t, checkout())
	e.Restore("checkout", incidents.State{LastOutcome: probes.Failed, LastRunAt: noon, LastPassedAt: noon.Add(-time.Hour),
		Incident: &incidents.Incident{Severity: "critical"}})
	expect(t, reg, `
		journey_success{journey="checkout",location="london",team="payments"} 0
		journey_last_run_timestamp_seconds{journey="checkout",location="london",team="payments"} 1795348800
		journey_last_success_timestamp_seconds{journey="checkout",location="london",team="payments"} 1795345200
		journey_incident_open{journey="checkout",location="london",severity="critical",team="payments"} 1`,
		"journey_success", "journey_last_run_timestamp_seconds", "journey_last_success_timestamp_seconds", "journey_incident_open")
}

func TestTheSeriesOfARemovedJourneyDisappearAndTheOthersKeepTheirCounts(t *testing.T) {
	e, reg := start(t, checkout(), track())
	j, r := checkout(), passed()
	e.Observe(&j, &r, incidents.State{})
	e.Configure([]journeys.Journey{checkout()})
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetValue() == "track" {
					t.Errorf("%s still speaks of track", f.GetName())
				}
				if f.GetName() == "journey_runs_total" && l.GetValue() == "passed" && m.GetCounter().GetValue() == 1 {
					seen++
				}
			}
		}
	}
	if seen != 1 {
		t.Error("checkout has lost its count")
	}
}

func TestAJourneyWithoutABrowserHasNoBrowserReasons(t *testing.T) {
	_, reg := start(t, track())
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "journey_failures_total" {
			continue
		}
		reasons := map[string]bool{}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "reason" {
					reasons[l.GetValue()] = true
				}
			}
		}
		if reasons["locator"] || reasons["browser"] || !reasons["status"] || !reasons["offline"] {
			t.Errorf("reasons %v", reasons)
		}
		return
	}
	t.Error("journey_failures_total is absent")
}

// samples counts the observations of all histograms of a name.
func samples(t *testing.T, reg *prometheus.Registry, name string) (n uint64) {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			for _, m := range f.GetMetric() {
				n += m.GetHistogram().GetSampleCount()
			}
		}
	}
	return n
}

func TestAPagesNumbersAreShownAndWhatWasNotMeasuredIsAbsent(t *testing.T) {
	e, reg := start(t, checkout())
	j, r := checkout(), passed()
	r.Attempts[0].Steps[0].Page = measured()
	e.Observe(&j, &r, incidents.State{LastPassedAt: noon})
	expect(t, reg, `
		journey_web_vital_seconds{journey="checkout",location="london",step="Open the menu",team="payments",vital="ttfb"} 0.1
		journey_web_vital_seconds{journey="checkout",location="london",step="Open the menu",team="payments",vital="lcp"} 2
		journey_web_vital_score{journey="checkout",location="london",step="Open the menu",team="payments",vital="cls"} 0
		journey_page_requests{journey="checkout",location="london",party="own",step="Open the menu",team="payments"} 3
		journey_page_requests{journey="checkout",location="london",party="third",step="Open the menu",team="payments"} 1
		journey_page_bytes{journey="checkout",location="london",party="own",step="Open the menu",team="payments"} 4000
		journey_page_bytes{journey="checkout",location="london",party="third",step="Open the menu",team="payments"} 500
		journey_page_errors{journey="checkout",location="london",step="Open the menu",team="payments"} 1`,
		"journey_web_vital_seconds", "journey_web_vital_score", "journey_page_requests", "journey_page_bytes", "journey_page_errors")
}
