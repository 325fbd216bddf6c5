package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/web"
)

// actions notes what was asked for.
type actions struct {
	forbidden bool
	done      []string
}

func (a *actions) Allowed(*http.Request) bool { return !a.forbidden }

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
