package dashboards

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/exporter/rules"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/internal/promserver"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// busy is an exporter in which something of everything happens before each scrape.
func busy(t *testing.T) *httptest.Server {
	t.Helper()
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	e, err := exporter.New(reg, exporter.Options{Location: "london", PagesPending: func() int { return 1 },
		OldestPendingPage: func() time.Duration { return time.Minute }, BrowserMemory: func() int64 { return 1 << 20 }})
	if err != nil {
		t.Fatal(err)
	}
	j := journeys.Journey{Name: "checkout", Team: "payments", SLO: &journeys.SLO{Objective: 99.9, Window: 28 * 24 * time.Hour},
		Steps: []journeys.Step{{Name: "Ask", Action: &journeys.Request{Method: "GET"}}}}
	e.Configure([]journeys.Journey{j})
	e.ConfigurePagers([]string{"oncall"})
	e.ConfigReload(true, time.Now())
	serve := promhttp.HandlerFor(reg, promhttp.HandlerOpts{EnableOpenMetrics: true})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		happen(e, &j)
		serve.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

func happen(e *exporter.Exporter, j *journeys.Journey) {
	now := time.Now()
	good := probes.Result{RunID: "1", Journey: j.Name, StartedAt: now.Add(-time.Second), EndedAt: now, Outcome: probes.Passed,
		Attempts: []probes.Attempt{{Outcome: probes.Passed, Duration: time.Second, Steps: []probes.StepResult{{Name: "Ask", Verb: "get",
			Status: probes.StepPassed, Duration: time.Second, Drift: "second", HTTP: &probes.HTTPInfo{Resolve: time.Millisecond, CertificateExpiry: now.Add(time.Hour)}}}}}}
	bad, ours := good, good
	bad.Outcome, bad.Failure = probes.Failed, &probes.Failure{Reason: probes.Status}
	ours.Outcome, ours.Failure = probes.Error, &probes.Failure{Reason: probes.BrowserFault}
	for _, r := range []*probes.Result{&good, &bad, &ours} {
		e.Observe(j, r, incidents.State{LastPassedAt: now, Incident: &incidents.Incident{Severity: "critical"}})
	}
	e.NextRun(j.Name, now.Add(time.Minute))
	e.MissedRun(j.Name, exporter.Overlap)
	e.PageSettled("oncall", exporter.Accepted)
	e.BrowserStart(exporter.BrowserFirst)
	e.ScheduleLateness(time.Millisecond)
	e.QueueWait(time.Second)
}

func TestEveryPanelShowsSomethingOfARealPrometheus(t *testing.T) {
	text, err := rules.Generate([]rules.Journey{{Name: "checkout", Team: "payments", Severity: "critical", Every: time.Minute,
		Objective: 99.9, Window: 28 * 24 * time.Hour}}, rules.Options{Job: "outrider"})
	if err != nil {
		t.Fatal(err)
	}
	for kind, features := range map[string][]string{"classic histograms": nil, "native histograms": {"native-histograms"}} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			showsSomething(t, text, features)
		})
	}
}

func showsSomething(t *testing.T, rules []byte, features []string) {
	server := promserver.Start(t, fmt.Sprintf(`global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs: [{job_name: outrider, static_configs: [{targets: [%q]}]}]
`, strings.TrimPrefix(busy(t).URL, "http://")), map[string][]byte{"rules.yml": rules}, features...)
	chosen := strings.NewReplacer("$team", ".*", "$location", ".*", "$journey", "checkout", "$__range", "1m", "$__rate_interval", "1m")
	for _, name := range Names() {
		d, err := New(name, "https://outrider.example")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range d.Panels {
			for _, q := range p.Targets {
				query := chosen.Replace(q.Expr)
				if strings.Contains(query, "$") {
					t.Errorf("%s: %s: a variable that the dashboard does not have: %s", name, p.Title, query)
				}
				// What a week's rule has recorded is not there after seconds; that it is asked for rightly is enough.
				slow := strings.Contains(query, "error_budget_left")
				value := server.Wait(t, query, func(v string) bool { return v != "" && v != "NaN" || slow })
				if !slow && (value == "" || value == "NaN") {
					t.Errorf("%s: %s shows nothing: %s", name, p.Title, query)
				}
			}
		}
	}
	if got := server.Wait(t, `journey:run_failure_ratio:increase5m{journey="checkout"}`, func(v string) bool { return v == "0.5" }); got != "0.5" {
		t.Errorf("half of the judged runs fail, the rules record %q", got)
	}
}

func TestPanelsStandBesideEachOtherAndHaveOneNumberEach(t *testing.T) {
	for _, name := range Names() {
		d, err := New(name, "")
		if err != nil {
			t.Fatal(err)
		}
		taken, ids := map[[2]int]string{}, map[int]bool{}
		for _, p := range d.Panels {
			if ids[p.ID] || p.Grid.X+p.Grid.W > 24 {
				t.Errorf("%s: %s has number %d and place %+v", name, p.Title, p.ID, p.Grid)
			}
			ids[p.ID] = true
			for x := p.Grid.X; x < p.Grid.X+p.Grid.W; x++ {
				for y := p.Grid.Y; y < p.Grid.Y+p.Grid.H; y++ {
					if other := taken[[2]int{x, y}]; other != "" {
						t.Fatalf("%s: %s lies on %s", name, p.Title, other)
					}
					taken[[2]int{x, y}] = p.Title
				}
			}
		}
		text, err := d.JSON()
		if err != nil || !json.Valid(text) {
			t.Errorf("%s is no JSON: %v", name, err)
		}
	}
}

func TestUnknownDashboardsAreRefused(t *testing.T) {
	if _, err := New("overvew", ""); err == nil {
		t.Error("a dashboard that does not exist was made")
	}
}
