package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/incidents/maintenance"
	"github.com/outrider-monitor/outrider/web"
)

// actions notes what was asked for.
type actions struct {
	forbidden bool
	done      []string
	windows   []maintenance.Window
	runs      []web.DeployRun
}

func (a *actions) Allowed(*http.Request) bool { return !a.forbidden }

func (a *actions) Maintenance(at time.Time) []maintenance.Window { return a.windows }

func (a *actions) StartMaintenance(_ context.Context, w maintenance.Window) (maintenance.Window, error) {
	w.ID = fmt.Sprintf("win_%d", len(a.windows))
	a.windows = append(a.windows, w)
	return w, nil
}

func (a *actions) EndMaintenance(_ context.Context, id string, at time.Time) (maintenance.Window, error) {
	for n, w := range a.windows {
		if w.ID == id {
			a.windows = slices.Delete(a.windows, n, n+1)
			return w, nil
		}
	}
	return maintenance.Window{}, history.ErrNotFound
}

func (a *actions) Deploy(_ context.Context, d incidents.Deploy, run bool) (incidents.Deploy, []web.DeployRun, error) {
	a.done = append(a.done, fmt.Sprintf("deploy %s %s by %s, run %v", d.Service, d.Version, d.By, run))
	return d, a.runs, nil
}

func (a *actions) Drill(_ context.Context, journey string, ask web.DrillRequest) (web.Drill, error) {
	return web.Drill{Journey: journey, Severity: ask.Severity}, nil
}

func (a *actions) Acknowledge(_ context.Context, id string, by incidents.Acknowledgement) error {
	a.done = append(a.done, "acknowledge "+id+" by "+by.By+" via "+by.Via)
	return nil
}

// openIncident is the id of checkout's incident.
func (w *world) openIncident() string {
	for _, i := range w.store.OpenIncidents() {
		if i.Subject == "checkout" {
			return i.ID
		}
	}
	return ""
}

func TestAnIncidentIsAcknowledgedByAFormOfOurOwnOnly(t *testing.T) {
	a := &actions{}
	w := broken(t, func(o *web.Options) { o.Actions = a; o.ExternalURL = "https://outrider.example/o" })
	id := w.openIncident()
	path := "/o/incidents/" + id + "/acknowledge"
	form := w.page(t, "/incidents/"+id, http.StatusOK).Find("form")
	if action, _ := form.Attr("action"); action != path || form.Find("input[name=by]").Length() != 1 {
		t.Fatalf("the form leads to %q, want %q", action, path)
	}
	post := func(site string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("by=Ada"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", site)
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, r)
		return rec
	}
	if got := post("cross-site").Code; got != http.StatusForbidden {
		t.Errorf("asked for by another site it answers %d", got)
	}
	a.forbidden = true
	if got := post("same-origin").Code; got != http.StatusForbidden {
		t.Errorf("asked for by somebody who may not it answers %d", got)
	}
	if n := w.page(t, "/incidents/"+id, http.StatusOK).Find("form").Length(); n != 0 {
		t.Error("the form is shown to somebody who may not use it")
	}
	a.forbidden = false
	if rec := post("same-origin"); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/o/incidents/"+id {
		t.Errorf("it answers %d to %q", rec.Code, rec.Header().Get("Location"))
	}
	if got, want := strings.Join(a.done, ", "), "acknowledge "+id+" by Ada via web"; got != want {
		t.Errorf("done: %q, want %q", got, want)
	}
	if rec := post("same-origin"); !strings.Contains(rec.Header().Get("Content-Security-Policy"), "form-action 'self'") {
		t.Error("forms may lead elsewhere")
	}
}

func TestMaintenanceIsOrderedWithAnEndAndAReasonAndEnded(t *testing.T) {
	a := &actions{}
	w := empty(t, func(o *web.Options) { o.Actions = a })
	post := func(path, kind, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, r)
		return rec
	}
	for body, want := range map[string]string{
		`{}`: "mode is",
		`{"mode": "mute", "all": true, "for": "30m"}`:                                            "a reason is missing",
		`{"mode": "mute", "reason": "x", "for": "30m"}`:                                          "which journeys",
		`{"mode": "mute", "reason": "x", "all": true, "tags": ["core"], "for": "30m"}`:           "which journeys",
		`{"mode": "mute", "reason": "x", "all": true}`:                                           "the end is missing",
		`{"mode": "mute", "reason": "x", "all": true, "for": "31d"}`:                             "at most 30 days",
		`{"mode": "mute", "reason": "x", "all": true, "until": "2020-01-01T00:00:00Z"}`:          "want an end to come",
		`{"mode": "mute", "reason": "x", "all": true, "for": "soon"}`:                            "want a duration",
		`{"mode": "mute", "reason": "x", "all": true, "for": "30m", "wehn": "now"}`:              "wehn",
		`{"mode": "mute", "reason": "x", "all": true, "for": "30m", "from": "tomorrow morning"}`: "from is",
	} {
		if rec := post("/api/v1/maintenance", "application/json", body); rec.Code != http.StatusBadRequest || !strings.Contains(rec.Body.String(), want) {
			t.Errorf("%s answers %d %s, want %q", body, rec.Code, rec.Body, want)
		}
	}
	if rec := post("/maintenance", "application/x-www-form-urlencoded", "what=journey:checkout&mode=skip&for=30m&reason=A+new+till&by=Ada"); rec.Code != http.StatusSeeOther {
		t.Fatalf("the form answers %d %s", rec.Code, rec.Body)
	}
	if one := a.windows[0]; one.Journeys[0] != "checkout" || one.Mode != maintenance.Halt || one.Until.Sub(one.From) != 30*time.Minute || one.Reason != "A new till" || one.By != "Ada" {
		t.Errorf("ordered was %+v", one)
	}
	doc := w.page(t, "/maintenance", http.StatusOK)
	says(t, doc, "#windows", "A new till")
	if rec := post("/maintenance/win_0/end", "application/x-www-form-urlencoded", ""); rec.Code != http.StatusSeeOther || len(a.windows) != 0 {
		t.Errorf("ending it answers %d, and %d windows are left", rec.Code, len(a.windows))
	}
	if rec := post("/api/v1/maintenance/win_0/end", "application/json", ""); rec.Code != http.StatusNotFound {
		t.Errorf("ending it twice answers %d", rec.Code)
	}
}

func TestWhatIsInMaintenanceLooksSo(t *testing.T) {
	w := empty(t)
	window := &maintenance.Window{Mode: maintenance.Halt, Reason: "new tills", From: w.now.Add(-time.Hour), Until: w.now.Add(time.Hour)}
	for n := range w.watched.Journeys {
		w.watched.Journeys[n].Maintenance = window
	}
	doc := w.page(t, "/", http.StatusOK)
	says(t, doc, "h1", "Everything is in maintenance")
	says(t, doc, "main", "It does not run until", "new tills")
}

func TestAStormAndWhatItHoldsSayWhyNobodyElseWasPaged(t *testing.T) {
	w := empty(t, func(o *web.Options) { o.Actions = &actions{} })
	at := w.now.Add(-10 * time.Minute)
	hold := &incidents.Hold{Cause: incidents.HeldByStorm, By: "storm_1", Since: at}
	held := incidents.Incident{ID: "inc_1", Subject: "checkout", Severity: "critical", Since: at, OpenedAt: at, Hold: hold}
	storm := incidents.Incident{ID: "storm_1", Team: "payments", Severity: "critical", Since: at, OpenedAt: at, Journeys: []string{"browse", "checkout"}}
	err := w.store.Update(t.Context(), "checkout", func(prev history.Prev) history.Entry {
		prev.State.Incident = &held
		prev.Monitor.Storm.Teams = map[string]incidents.Incident{"payments": storm}
		return history.Entry{State: prev.State, Monitor: &prev.Monitor}
	})
	if err != nil {
		t.Fatal(err)
	}
	doc := w.page(t, "/incidents/inc_1", http.StatusOK)
	says(t, doc, "main", "Nobody has been paged", "one page tells of all")
	if doc.Find("form").Length() != 0 {
		t.Error("what nobody was told of can be acknowledged")
	}
	doc = w.page(t, "/incidents/storm_1", http.StatusOK)
	says(t, doc, "main", "2 journeys of payments broke at once", "Browse", "Checkout")
	if doc.Find("form").Length() != 1 {
		t.Error("a storm cannot be acknowledged")
	}
	says(t, w.page(t, "/incidents", http.StatusOK), "main", "2 journeys of payments broke at once")
	says(t, w.page(t, "/", http.StatusOK), "h1", "Checkout is broken")
}
