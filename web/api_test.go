package web_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// ask reads an answer of the API.
func (w *world) ask(t testing.TB, path string, want int) map[string]any {
	t.Helper()
	rec := w.get(t, path)
	if rec.Code != want || rec.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("%s answers %d, %q:\n%s", path, rec.Code, rec.Header().Get("Content-Type"), rec.Body)
	}
	var answer map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestTheAPISaysWhatThePagesSay(t *testing.T) {
	w := broken(t)
	all := w.ask(t, "/api/v1/journeys", http.StatusOK)
	if all["deployment"] != "demo" || all["location"] != "london" {
		t.Errorf("it is %v from %v", all["deployment"], all["location"])
	}
	states := map[string]any{}
	for _, j := range all["journeys"].([]any) {
		j := j.(map[string]any)
		states[j["name"].(string)] = j["state"]
		if _, err := time.Parse(time.RFC3339, j["next_run_at"].(string)); err != nil {
			t.Error(err)
		}
		if j["last_run"].(map[string]any)["run_id"] == "" {
			t.Errorf("%v has no last run", j["name"])
		}
		if (j["incident"] != nil) != (j["name"] == "checkout") {
			t.Errorf("the incident of %v is %v", j["name"], j["incident"])
		}
	}
	for name, want := range map[string]string{"browse": "working", "checkout": "broken", "track-delivery": "working"} {
		if states[name] != want {
			t.Errorf("%s is %v, want %s", name, states[name], want)
		}
	}
}

func TestTheAPIListsRunsAndIncidents(t *testing.T) {
	w := broken(t)
	runs := w.ask(t, "/api/v1/journeys/checkout/runs?limit=3", http.StatusOK)["runs"].([]any)
	if len(runs) != 3 {
		t.Fatalf("%d runs, want 3", len(runs))
	}
	newest := runs[0].(map[string]any)
	for key, want := range map[string]any{"run_id": lastCheckout, "outcome": "failed", "reason": "locator", "step": "Place the order", "attempts": 2.0, "url": "/runs/" + lastCheckout} {
		if newest[key] != want {
			t.Errorf("%s is %v, want %v", key, newest[key], want)
		}
	}
	detail := w.ask(t, "/api/v1/runs/"+lastCheckout, http.StatusOK)
	if n := len(detail["attempts"].([]any)); n != 2 || detail["outcome"] != "failed" {
		t.Errorf("the run has %d attempts and is %v", n, detail["outcome"])
	}
	incidents := w.ask(t, "/api/v1/incidents", http.StatusOK)["incidents"].([]any)
	if len(incidents) != 2 || incidents[0].(map[string]any)["open"] != true || incidents[1].(map[string]any)["open"] != false {
		t.Errorf("the incidents are %v", incidents)
	}
}

func TestTheAPISaysWhatItDoesNotKnow(t *testing.T) {
	w := empty(t)
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/api/v1/runs/unknown":                      {http.StatusNotFound, "not found"},
		"/api/v1/journeys/unknown/runs":             {http.StatusNotFound, "not found"},
		"/api/v1/nothing":                           {http.StatusNotFound, "/api/v1/journeys"},
		"/api/":                                     {http.StatusNotFound, "/api/v1/journeys"},
		"/api/v1/journeys/checkout/runs?limit=x":    {http.StatusBadRequest, "1 to 1000"},
		"/api/v1/journeys/checkout/runs?limit=0":    {http.StatusBadRequest, "1 to 1000"},
		"/api/v1/incidents?limit=1001":              {http.StatusBadRequest, "1 to 1000"},
		"/api/v1/journeys/checkout/runs?limit=1000": {http.StatusOK, ""},
		"/api/v1/incidents":                         {http.StatusOK, ""},
	} {
		answer := w.ask(t, path, want.status)
		if text, _ := answer["error"].(string); !strings.Contains(text, want.text) {
			t.Errorf("%s says %q, want %q in it", path, text, want.text)
		}
	}
	if runs := w.ask(t, "/api/v1/journeys/checkout/runs", http.StatusOK)["runs"]; len(runs.([]any)) != 0 {
		t.Errorf("the runs are %v, want an empty list", runs)
	}
}
