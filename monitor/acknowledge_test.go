package monitor

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/PagerDuty/go-pagerduty/webhookv3"

	"github.com/outrider-monitor/outrider/paging"
)

// brokenWorld is a monitor with one open incident, and its id.
func brokenWorld(t *testing.T, change func(config string) string) (*world, *Monitor, string) {
	t.Helper()
	w := newWorld(t)
	w.broken.Store(true)
	file := worldFiles(t, w, "menu")
	src, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, []byte(change(string(src))), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	m, stop := monitored(t, w, file, time.Second)
	t.Cleanup(stop)
	eventually(t, "a page", func() bool { return w.events() != "" })
	return w, m, m.store.OpenIncidents()[0].ID
}

func TestAnAcknowledgementStopsTheRemindersAndIsToldAndKept(t *testing.T) {
	w, m, id := brokenWorld(t, func(config string) string {
		return strings.Replace(config, "confirm: 0", "confirm: 0, remind: 200ms, flapping: never", 1)
	})
	eventually(t, "a reminder", func() bool { return strings.Contains(w.events(), "reminded") })
	resp, err := http.Post(m.URL()+"/api/v1/incidents/"+id+"/acknowledge", "application/json", strings.NewReader(`{"by": "Ada\nByron"}`))
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Acknowledged struct{ By, Via string }
		Seconds      *float64 `json:"time_to_acknowledge_seconds"`
		Timeline     []struct{ Event, By string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Acknowledged.By != "Ada Byron" || answer.Acknowledged.Via != "api" || answer.Seconds == nil {
		t.Errorf("the answer is %d %+v (%v)", resp.StatusCode, answer, err)
	}
	resp.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	eventually(t, "the page of the acknowledgement", func() bool { return strings.Contains(w.events(), "acknowledged") })
	before, runs := strings.Count(w.events(), "reminded"), w.count("GET /menu")
	eventually(t, "more runs", func() bool { return w.count("GET /menu") > runs+6 })
	if after := strings.Count(w.events(), "reminded"); after > before+1 { // one may have been on its way
		t.Errorf("%d reminders after the acknowledgement", after-before)
	}
	w.broken.Store(false)
	eventually(t, "the close", func() bool { return strings.HasSuffix(w.events(), "closed outrider/test/menu") })
	var story []string
	_, body := ask(t, "GET", m.URL()+"/api/v1/incidents/"+id)
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	for _, e := range answer.Timeline {
		if e.Event != "reminded" {
			story = append(story, e.Event)
		}
	}
	if got, want := strings.Join(story, " "), "first_failure confirmed opened accepted acknowledged mended closed"; got != want {
		t.Errorf("the timeline is %q, want %q", got, want)
	}
	if code, _ := ask(t, "POST", m.URL()+"/api/v1/incidents/"+id+"/acknowledge"); code != http.StatusConflict {
		t.Errorf("acknowledging what has ended answers %d, want %d", code, http.StatusConflict)
	}
	if code, _ := ask(t, "POST", m.URL()+"/api/v1/incidents/inc_none/acknowledge"); code != http.StatusNotFound {
		t.Errorf("acknowledging what never was answers %d, want %d", code, http.StatusNotFound)
	}
}

// hook makes a webhook of PagerDuty, signed with a secret.
func hook(secret, event, key string, at time.Time) *http.Request {
	body := fmt.Sprintf(`{"event": {"id": "01BF", "event_type": %q, "resource_type": "incident", "occurred_at": %q,
		"agent": {"id": "PLH1HKV", "type": "user_reference", "summary": "Ada Byron"},
		"data": {"id": "PGR0VU2", "type": "incident", "status": "acknowledged", "incident_key": %q}}}`, event, at.UTC().Format(time.RFC3339Nano), key)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	r := httptest.NewRequest("POST", "/api/v1/pagerduty/pd", bytes.NewReader([]byte(body)))
	r.RemoteAddr = "192.0.2.1:1234"
	r.Header.Set("X-PagerDuty-Signature", "v1="+strings.Repeat("00", 32)+",v1="+hex.EncodeToString(mac.Sum(nil)))
	return r
}

func TestPagerDutysSignedWebhookAcknowledges(t *testing.T) {
	w, m, id := brokenWorld(t, func(config string) string {
		config = strings.Replace(config, "pagers: {hook:", "pagers: {pd: {pagerduty: {routing_key: {env: HOOK}, url: \"http://127.0.0.1:1/\", webhook_secret: {env: HOOK}}}, hook:", 1)
		return strings.Replace(config, "[hook]", "[hook, pd]", 1)
	})
	h := m.handler(http.NotFoundHandler())
	post := func(r *http.Request) int {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec.Code
	}
	key := paging.Composer{Deployment: "test"}.Key(m.store.OpenIncidents()[0])
	now := time.Now().Add(time.Second)
	if err := webhookv3.VerifySignature(hook("a secret", "incident.acknowledged", key, now), "a secret"); err != nil {
		t.Fatalf("PagerDuty's own library does not know the signature: %v", err)
	}
	forged := hook("another", "incident.acknowledged", key, now)
	early := hook("a secret", "incident.acknowledged", key, now.Add(-time.Hour))
	other := hook("a secret", "incident.acknowledged", key+"x", now)
	resolved := hook("a secret", "incident.resolved", key, now)
	for _, c := range []struct {
		r    *http.Request
		want int
	}{{forged, http.StatusForbidden}, {early, http.StatusAccepted}, {other, http.StatusAccepted}, {resolved, http.StatusAccepted},
		{httptest.NewRequest("POST", "/api/v1/pagerduty/hook", nil), http.StatusNotFound}} {
		if got := post(c.r); got != c.want {
			t.Errorf("%s answers %d, want %d", c.r.URL, got, c.want)
		}
	}
	if i := m.store.OpenIncidents()[0]; i.Acknowledged != nil {
		t.Fatalf("acknowledged by what says nothing: %+v", i.Acknowledged)
	}
	if got := post(hook("a secret", "incident.acknowledged", key, now)); got != http.StatusAccepted {
		t.Errorf("it answers %d", got)
	}
	i := m.store.OpenIncidents()[0]
	if a := i.Acknowledged; a == nil || a.By != "Ada Byron" || a.Via != "pd" || i.ID != id {
		t.Fatalf("acknowledged is %+v", a)
	}
	eventually(t, "the others hear of it", func() bool { return strings.Contains(w.events(), "acknowledged outrider/test/menu") })
	post(hook("a secret", "incident.unacknowledged", key, now))
	if i := m.store.OpenIncidents()[0]; i.Acknowledged != nil {
		t.Errorf("still acknowledged: %+v", i.Acknowledged)
	}
}
