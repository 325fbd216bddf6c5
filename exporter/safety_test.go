package exporter_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// TestNothingThatATargetSaidBecomesASeries fills every text of a result, as if redaction had failed.
func TestNothingThatATargetSaidBecomesASeries(t *testing.T) {
	const secret = "s3cr3t-4111111111111111"
	e, reg := start(t, checkout())
	before, err := testutil.GatherAndCount(reg, "journey_failures_total", "journey_runs_total", "outrider_missed_runs_total",
		"outrider_browser_starts_total", "outrider_pages_total")
	if err != nil {
		t.Fatal(err)
	}
	f := &probes.Failure{Reason: secret, Message: secret, Expected: secret, Got: secret}
	r := probes.Result{RunID: secret, Journey: secret, Team: secret, Location: secret, Trigger: secret, EndedAt: noon,
		Outcome: probes.Failed, Step: secret, Failure: f, Published: map[string]any{secret: secret},
		Attempts: []probes.Attempt{{Step: secret, Failure: f, Evidence: &probes.Evidence{PageURL: secret, PageText: secret},
			Steps: []probes.StepResult{
				{Name: secret, Verb: secret, Status: probes.StepPassed, Drift: secret, HTTP: &probes.HTTPInfo{URL: secret}},
				{Name: "Ask the API", Verb: secret, Status: probes.StepPassed, Drift: secret, Artifact: secret, HTTP: &probes.HTTPInfo{
					Method: secret, URL: secret, Proto: secret, RemoteAddr: secret}},
			}}}}
	j := checkout()
	e.Observe(&j, &r, incidents.State{Subject: secret, LastRunID: secret, Published: map[string]any{secret: secret},
		Incident: &incidents.Incident{ID: secret, Severity: "critical", Step: secret, Failure: f, Locations: []string{secret}}})
	e.MissedRun("checkout", secret)
	e.MissedRun(secret, exporter.Down)
	e.BrowserStart(secret)
	e.PageSettled(secret, exporter.Accepted)
	e.NextRun(secret, noon)
	e.Restore(secret, incidents.State{LastPassedAt: noon})
	stranger := journeys.Journey{Name: secret}
	e.Observe(&stranger, &r, incidents.State{})

	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if strings.Contains(family.String(), secret) {
			t.Errorf("%s tells a secret: %s", family.GetName(), family)
		}
	}
	after, err := testutil.GatherAndCount(reg, "journey_failures_total", "journey_runs_total", "outrider_missed_runs_total",
		"outrider_browser_starts_total", "outrider_pages_total")
	if err != nil || after != before {
		t.Errorf("%d series, want %d as before the run (%v)", after, before, err)
	}
	expect(t, reg, `journey_locator_drift_total{journey="checkout",location="london",team="payments"} 2`, "journey_locator_drift_total")
}

func TestAReasonOutsideTheClosedSetIsCountedAsOurOwn(t *testing.T) {
	e, reg := start(t, checkout())
	j, r := checkout(), failed()
	r.Failure = &probes.Failure{Reason: "never heard of"}
	e.Observe(&j, &r, incidents.State{})
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "journey_failures_total" {
			continue
		}
		for _, m := range family.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetValue() == string(probes.Internal) && m.GetCounter().GetValue() == 1 {
					return
				}
			}
		}
	}
	t.Error("the run is counted under no reason")
}

// TestAnotherTeamStartsCountingAnewAndTheStateStays also holds that one journey never has two teams at once.
func TestAnotherTeamStartsCountingAnewAndTheStateStays(t *testing.T) {
	e, reg := start(t, checkout())
	j, r := checkout(), failed()
	e.Observe(&j, &r, incidents.State{LastPassedAt: noon, Incident: &incidents.Incident{Severity: "critical"}})
	e.MissedRun("checkout", exporter.Overlap)
	j.Team = "dinner"
	e.Configure([]journeys.Journey{j})
	expect(t, reg, `
		journey_success{journey="checkout",location="london",team="dinner"} 0
		journey_last_success_timestamp_seconds{journey="checkout",location="london",team="dinner"} 1795348800
		journey_incident_open{journey="checkout",location="london",severity="critical",team="dinner"} 1
		journey_runs_total{journey="checkout",location="london",outcome="degraded",team="dinner"} 0
		journey_runs_total{journey="checkout",location="london",outcome="error",team="dinner"} 0
		journey_runs_total{journey="checkout",location="london",outcome="failed",team="dinner"} 0
		journey_runs_total{journey="checkout",location="london",outcome="passed",team="dinner"} 0
		outrider_missed_runs_total{cause="down",journey="checkout"} 0
		outrider_missed_runs_total{cause="overlap",journey="checkout"} 1
		outrider_missed_runs_total{cause="skipped",journey="checkout"} 0`,
		"journey_success", "journey_last_success_timestamp_seconds", "journey_incident_open", "journey_runs_total", "outrider_missed_runs_total")
}

// TestRunsScrapesAndReloadsMayCoincide is for the race detector.
func TestRunsScrapesAndReloadsMayCoincide(t *testing.T) {
	e, reg := start(t, checkout(), track())
	j, r := checkout(), passed()
	web, err := e.Handler(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	const rounds = 50
	var all sync.WaitGroup
	for _, act := range []func(){
		func() { e.Observe(&j, &r, incidents.State{LastPassedAt: noon}) },
		func() { e.Configure([]journeys.Journey{checkout(), track()}); e.ConfigurePagers([]string{"oncall"}) },
		func() { e.Configure([]journeys.Journey{checkout()}) },
		func() {
			e.NextRun("track", noon)
			e.MissedRun("track", exporter.Overlap)
			e.PageSettled("oncall", exporter.Accepted)
		},
		func() { e.BrowserStart(exporter.BrowserFirst); e.QueueWait(time.Second); e.ConfigReload(true, noon) },
		func() {
			if _, err := reg.Gather(); err != nil {
				t.Error(err)
			}
		},
		func() {
			for _, format := range formats() {
				w, req := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/metrics", nil)
				req.Header.Set("Accept", format)
				web.ServeHTTP(w, req)
				if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "checkout") {
					t.Errorf("a scrape is answered with %d and\n%s", w.Code, w.Body)
				}
			}
		},
	} {
		all.Go(func() {
			for range rounds {
				act()
			}
		})
	}
	all.Wait()
	if n := samples(t, reg, "journey_run_duration_seconds"); n != rounds {
		t.Errorf("%d runs are counted, want %d: none may be lost in a reload", n, rounds)
	}
}
