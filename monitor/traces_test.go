package monitor

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/outrider-monitor/outrider/paging"
)

// collected is a collector that keeps what it was sent as it came.
type collected struct {
	*httptest.Server
	mu   sync.Mutex
	body strings.Builder
	auth string
}

func newCollected(t *testing.T) *collected {
	c := &collected{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.body.Write(text)
		c.auth = r.Method + " " + r.URL.Path + " " + r.Header.Get("Authorization")
	}))
	t.Cleanup(c.Close)
	return c
}

// has reports whether a trace has come, by the field that its id is in.
func (c *collected) has(trace string) bool {
	id := make([]byte, 16)
	fmt.Sscanf(trace, "%x", &id)
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Contains(c.body.String(), string(protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), id)))
}

// The trace of a failed run is where people look: in the page, on the run's page, in the API, at the metric; and at the
// collector, when the monitor has stopped.
func TestTheTraceOfAFailedRunIsWhereverTheRunIs(t *testing.T) {
	w, c := newWorld(t), newCollected(t)
	w.broken.Store(true)
	file := worldFiles(t, w, "menu")
	add(t, file, fmt.Sprintf("traces:\n  endpoint: %s\n  headers: {Authorization: {env: HOOK}}\n  trace_url: https://tempo.example/trace/{trace_id}\n", c.URL))
	m, stop := monitored(t, w, file, time.Second)
	defer stop()
	eventually(t, "a page", func() bool { return len(w.heard()) > 0 })
	page := w.heard()[0]
	id := page.Evidence.TraceID
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(id) {
		t.Fatalf("the page's trace is %q", id)
	}
	link := "https://tempo.example/trace/" + id
	if last := page.Links[len(page.Links)-1]; !strings.Contains(fmt.Sprint(page.Links), "{Trace "+link+"}") {
		t.Errorf("the page's links end with %v", last)
	}
	for path, want := range map[string]string{
		"/api/v1/runs/" + page.Evidence.RunID:   `"trace_url": "` + link,
		"/runs/" + page.Evidence.RunID:          `href="` + link + `"`,
		"/api/v1/incidents/" + page.Incident.ID: `"trace_id": "`,
	} {
		if status, text := ask(t, http.MethodGet, m.URL()+path); status != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%s: %d, and no %s in\n%s", path, status, want, text)
		}
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, m.URL()+"/metrics", nil)
	req.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if !regexp.MustCompile(`journey_runs_total\{[^}]*outcome="failed"[^}]*\} [0-9.]+ # \{trace_id="[0-9a-f]{32}"\}`).Match(text) {
		t.Error("the failed runs have no exemplar")
	}
	stop()
	if !c.has(id) || c.auth != "POST /v1/traces a secret" {
		t.Errorf("the trace %s came: %t; asked was %q", id, c.has(id), c.auth)
	}
}

func TestACollectorThatIsGoneIsInNobodysWay(t *testing.T) {
	w := newWorld(t)
	w.broken.Store(true)
	file := worldFiles(t, w, "menu")
	add(t, file, "traces: {endpoint: http://127.0.0.1:1, sample: 0}\n")
	m, stop := monitored(t, w, file, time.Second)
	eventually(t, "a page", func() bool { return len(w.heard()) > 0 })
	stop()
	families, done, err := m.numbers.Gather()
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	dropped := 0.0
	for _, f := range families {
		for _, metric := range f.GetMetric() {
			if f.GetName() == "outrider_trace_spans_total" && metric.GetLabel()[0].GetValue() == "dropped" {
				dropped = metric.GetCounter().GetValue()
			}
		}
	}
	if dropped == 0 {
		t.Error("spans that nobody has are not counted as dropped")
	}
}

func TestWhereTracesGoIsSaidByTheFileOrTheEnvironment(t *testing.T) {
	for name, one := range map[string]struct {
		file string
		env  map[string]string
		want string
	}{
		"nothing":      {"", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, "off"},
		"defaults":     {"traces: {}", nil, "http/protobuf http://localhost:4318/v1/traces 1 outrider"},
		"grpc":         {"traces: {protocol: grpc}", nil, "grpc http://localhost:4317 1 outrider"},
		"file":         {"traces: {endpoint: https://c.example/otlp, sample: 0.25, service: probes}", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://no", "OTEL_SERVICE_NAME": "no"}, "http/protobuf https://c.example/otlp/v1/traces 0.25 probes"},
		"environment":  {"traces: {}", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318/", "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.5", "OTEL_SERVICE_NAME": "night"}, "http/protobuf http://c:4318/v1/traces 0.5 night"},
		"traces alone": {"traces: {}", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://no", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c/in", "OTEL_EXPORTER_OTLP_HEADERS": "a=1,b=x%20y"}, "http/protobuf http://c/in 1 outrider a=1 b=x y"},
		"switched off": {"traces: {}", map[string]string{"OTEL_SDK_DISABLED": "true"}, "off"},
		"unknown":      {"traces: {}", map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}, "problem"},
		"no URL":       {"traces: {}", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4317"}, "problem"},
		"no secret":    {"traces: {headers: {a: {env: NONE}}}", nil, "problem"},
		"no file":      {"traces: {ca_file: none.pem}", nil, "problem"},
	} {
		file := folder(t, "outrider.yaml", "journeys: [j/]\n"+one.file+"\n", "j/a.yaml", "journey: a\nteam: t\nsteps:\n  - get: http://shop\n")
		text, _ := os.ReadFile(file)
		if err := os.WriteFile(file, append(text, "teams: {t: {pagers: [p]}}\npagers: {p: {webhook: {url: http://hook}}}\n"...), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(file)
		if err != nil {
			t.Fatal(name, err)
		}
		lookup := func(name string) (string, bool) { v, ok := one.env[name]; return v, ok }
		if got := collectorOf(c, lookup); got != one.want {
			t.Errorf("%s: %s, want %s", name, got, one.want)
		}
	}
}

func TestADoubtfulSettingOfTracesIsPointedTo(t *testing.T) {
	for text, want := range map[string]string{
		"{sample: 1.5}":                        "traces.sample: want a part from 0 to 1, got 1.5",
		"{sample: .nan}":                       "traces.sample: want a",
		"{endpoint: 'https://me:pw@c'}":        "traces.endpoint: a secret does not belong in this file",
		"{endpoint: 'collector:4317'}":         "traces.endpoint: want an http or https URL",
		"{protocol: http/json}":                "traces.protocol:",
		"{headers: {Authorization: Bearer}}":   "a secret does not belong in this file",
		"{headers: {host: {env: A}}}":          "host is not for you to set",
		"{hosts: ['https://shop.example/']}":   "want a host such as shop.example",
		"{hosts: []}":                          "no host",
		"{trace_url: 'https://tempo.example'}": "want {trace_id} where the trace's id belongs",
		"{trace_ur: x}":                        "trace_url",
	} {
		file := folder(t, "outrider.yaml", "journeys: [j/]\ntraces: "+text+"\n", "j/a.yaml", goodJourney)
		if _, err := Load(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func collectorOf(c *Config, lookup func(string) (string, bool)) string {
	e, err := c.NewTraces(lookup, "", slog.New(slog.DiscardHandler), nil)
	o := c.Tracing(lookup)
	if err != nil {
		return "problem"
	}
	if e == nil || o == nil {
		return "off"
	}
	t, _ := c.collector(lookup)
	text := fmt.Sprint(t.Protocol, " ", t.URL, " ", o.Ratio, " ", c.traceService(lookup))
	for _, name := range sortedKeys(t.Headers) {
		text += " " + name + "=" + t.Headers[name]
	}
	return text
}

// heard are the pages that came.
func (w *world) heard() []paging.Page {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.pages)
}

// add appends to a file.
func add(t *testing.T, file, more string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, append(text, more...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
