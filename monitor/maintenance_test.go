package monitor

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// told asks the monitor for something with a JSON body and gives its answer.
func told(t *testing.T, m *Monitor, path, body string) map[string]any {
	t.Helper()
	resp, err := http.Post(m.URL()+path, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	var answer map[string]any
	if err == nil {
		err = json.Unmarshal(text, &answer)
	}
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s answers %d %s (%v)", path, resp.StatusCode, text, err)
	}
	return answer
}

func TestNothingRunsInASkippedWindowAndTheTruthIsJudgedAtItsEnd(t *testing.T) {
	w := newWorld(t)
	m, stop := monitored(t, w, worldFiles(t, w, "menu"), 0)
	defer stop()
	eventually(t, "a run", func() bool { return w.count("GET /menu") > 1 })
	id := told(t, m, "/api/v1/maintenance", `{"journeys": ["menu"], "mode": "skip", "for": "1h", "reason": "new tills"}`)["id"].(string)
	turn := m.turns.Of("menu")
	turn.place <- struct{}{} // what was on its way has ended
	turn.Leave()
	w.broken.Store(true)
	before := w.count("GET /menu")
	if code, body := ask(t, "GET", m.URL()+"/probe?journey=menu"); code != http.StatusServiceUnavailable || !strings.Contains(body, "maintenance") {
		t.Errorf("a probe answers %d %s", code, body)
	}
	eventually(t, "the metric", func() bool {
		_, metrics := ask(t, "GET", m.URL()+"/metrics")
		return strings.Contains(metrics, `journey_maintenance{journey="menu"`)
	})
	if after := w.count("GET /menu"); after != before || w.events() != "" {
		t.Errorf("%d runs in a window that skips them; told was %q", after-before, w.events())
	}
	told(t, m, "/api/v1/maintenance/"+id+"/end", "")
	eventually(t, "the page after it", func() bool { return w.events() == "opened outrider/test/menu" })
}

func TestWhatBreaksInAMutedWindowIsToldWhenItEnds(t *testing.T) {
	w := newWorld(t)
	m, stop := monitored(t, w, worldFiles(t, w, "menu"), 0)
	defer stop()
	id := told(t, m, "/api/v1/maintenance", `{"all": true, "mode": "mute", "for": "1h", "reason": "new tills"}`)["id"].(string)
	w.broken.Store(true)
	eventually(t, "an incident", func() bool { return m.store.State("menu").Incident != nil })
	before := w.count("GET /menu")
	eventually(t, "more runs", func() bool { return w.count("GET /menu") > before+3 })
	stop()
	if got := w.events(); got != "" {
		t.Fatalf("told in the window: %q", got)
	}
	m, stop = monitored(t, w, m.o.ConfigFile, 0) // the window outlives a restart
	defer stop()
	before = w.count("GET /menu")
	eventually(t, "runs after the restart", func() bool { return w.count("GET /menu") > before+3 })
	if got := w.events(); got != "" {
		t.Fatalf("told in the window, after a restart: %q", got)
	}
	if _, metrics := ask(t, "GET", m.URL()+"/metrics"); !strings.Contains(metrics, `journey_runs_total{journey="menu",location="here",outcome="failed",team="shop"} 0`) {
		t.Error("muted runs count for the objective")
	}
	told(t, m, "/api/v1/maintenance/"+id+"/end", "")
	eventually(t, "the page after it", func() bool { return w.events() == "opened outrider/test/menu" })
}

func TestADeployRunsItsJourneysAndIsNamedByTheIncident(t *testing.T) {
	w := newWorld(t)
	file := folder(t, "outrider.yaml", strings.Replace(worldConfig, "%s", w.URL, 1),
		"j/menu.yaml", "journey: menu\ntags: [cart]\nteam: shop\nevery: 1h\nsteps:\n  - {get: \"${{ env.SHOP }}/menu\", expect: status == 200}\n",
		"j/order.yaml", "journey: order\ntags: [till]\nteam: shop\nevery: 1h\nsteps:\n  - {get: \"${{ env.SHOP }}/order\", expect: status == 200}\n")
	m, stop := monitored(t, w, file, 0)
	defer stop()
	if got := told(t, m, "/api/v1/deploys", `{"service": "cart", "version": "1.4.1"}`); got["verdict"] != "passed" || w.count("GET /menu") != 1 || w.count("GET /order") != 0 {
		t.Errorf("the answer is %v; %d and %d runs", got, w.count("GET /menu"), w.count("GET /order"))
	}
	if got := told(t, m, "/api/v1/deploys", `{"service": "nobody", "version": "1"}`)["verdict"]; got != "untested" {
		t.Errorf("the verdict on what no journey uses is %v", got)
	}
	w.broken.Store(true)
	answer := told(t, m, "/api/v1/deploys", `{"service": "cart", "version": "1.4.2", "by": "Ada", "url": "https://ci.example/7"}`)
	if run := answer["runs"].([]any)[0].(map[string]any); answer["verdict"] != "failed" || run["outcome"] != "failed" || run["failing_since"] != nil {
		t.Errorf("the answer is %v", answer)
	}
	eventually(t, "the page", func() bool { return w.events() == "opened outrider/test/menu" })
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.pages[0].Incident
	if len(i.Deploys) != 3 || i.Deploys[0].Version != "1.4.2" || i.Deploys[1].Version != "1.4.1" || i.Deploys[2].Service != "nobody" {
		t.Errorf("the page names the deploys %+v", i.Deploys)
	}
	if !strings.Contains(w.pages[0].Summary, "after cart 1.4.2 was deployed") {
		t.Errorf("the summary is %q", w.pages[0].Summary)
	}
}
