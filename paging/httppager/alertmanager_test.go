package httppager

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-openapi/strfmt"
	"github.com/prometheus/alertmanager/api/v2/models"

	"github.com/outrider-monitor/outrider/paging"
)

// peer is a replica that answers as it is told.
type peer struct {
	mu     sync.Mutex
	status int
	got    []alert
	posts  int
	auth   string
	*httptest.Server
}

func newPeer(t *testing.T, status int) *peer {
	p := &peer{status: status}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/prefix/api/v2/alerts" {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
		var alerts []alert
		if err := json.Unmarshal(body, &alerts); err != nil {
			t.Error(err)
		}
		readByTheirTypes(t, body, alerts)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.posts, p.auth = p.posts+1, r.Header.Get("Authorization")
		w.WriteHeader(p.status)
		if p.status == http.StatusOK {
			p.got = alerts
		} else {
			io.WriteString(w, `"hunter2 is wrong"`)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

// readByTheirTypes reads alerts as Alertmanager does, by its own types, and holds them against what was meant.
func readByTheirTypes(t *testing.T, body []byte, meant []alert) {
	var read models.PostableAlerts
	if err := json.Unmarshal(body, &read); err != nil {
		t.Errorf("Alertmanager cannot read %s: %v", body, err)
		return
	}
	if err := read.Validate(strfmt.Default); err != nil {
		t.Errorf("Alertmanager refuses %s: %v", body, err)
	}
	for n, a := range meant {
		r := read[n]
		if !maps.Equal(r.Labels, a.Labels) || !maps.Equal(r.Annotations, a.Annotations) || string(r.GeneratorURL) != a.GeneratorURL ||
			a.StartsAt.Sub(time.Time(r.StartsAt)).Abs() >= time.Millisecond || a.EndsAt.Sub(time.Time(r.EndsAt)).Abs() >= time.Millisecond {
			t.Errorf("Alertmanager reads %+v from %s", r, body)
		}
	}
}

func (p *peer) answers(status int) { p.mu.Lock(); defer p.mu.Unlock(); p.status, p.got = status, nil }

func (p *peer) last() []alert { p.mu.Lock(); defer p.mu.Unlock(); return p.got }

func alertmanager(t *testing.T, peers ...*peer) *Alertmanager {
	t.Helper()
	o := AlertmanagerOptions{Username: "ada", Password: "hunter2"}
	for _, p := range peers {
		o.URLs = append(o.URLs, p.URL+"/prefix/")
	}
	a, err := NewAlertmanager(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

func TestOneReplicaThatIsDownDelaysNobodyAndIsToldLater(t *testing.T) {
	up, down := newPeer(t, 200), newPeer(t, 503)
	a := alertmanager(t, up, down)
	page := stored(t, "opened")
	if err := a.Send(t.Context(), page); err != nil || !a.Behind() || len(up.last()) != 1 {
		t.Fatalf("sent: %v, behind %v, the other has %v", err, a.Behind(), up.last())
	}
	err := a.Renew(t.Context(), []paging.Page{page})
	if err == nil || !a.Behind() || !strings.Contains(err.Error(), "503") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("renewed: %v, behind %v; want the one that is down, without the password", err, a.Behind())
	}
	down.answers(200)
	if err := a.Renew(t.Context(), []paging.Page{page}); err != nil || a.Behind() || len(down.last()) != 1 {
		t.Errorf("renewed: %v, behind %v, it has %v", err, a.Behind(), down.last())
	}
	if down.auth != "Basic YWRhOmh1bnRlcjI=" {
		t.Errorf("signed in with %q", down.auth)
	}
}

func TestAnAlertIsRefusedOnlyIfNobodyTakesIt(t *testing.T) {
	for _, c := range []struct {
		a, b                int
		accepted, permanent bool
	}{
		{200, 200, true, false}, {200, 400, true, false}, {200, 500, true, false},
		{400, 400, false, true}, {400, 500, false, false}, {429, 404, false, false},
	} {
		err := alertmanager(t, newPeer(t, c.a), newPeer(t, c.b)).Send(t.Context(), stored(t, "opened"))
		if (err == nil) != c.accepted || paging.Permanent(err) != c.permanent {
			t.Errorf("%d and %d: %v", c.a, c.b, err)
		}
	}
}

func TestAnAlertEndsByItselfUnlessItIsToldAgain(t *testing.T) {
	now := time.Date(2026, 11, 22, 3, 10, 0, 0, time.UTC)
	for _, s := range paging.Samples() {
		a := alertFor(s.Page, now, 4*time.Minute)
		want := now.Add(4 * time.Minute)
		if s.Page.Event == "closed" && !s.Page.Notice {
			want = *s.Page.Incident.ClosedAt
		}
		if !a.EndsAt.Equal(want) || a.StartsAt.After(a.EndsAt) || a.Labels["alertname"] == "" || a.Annotations["summary"] == "" {
			t.Errorf("the page %s: %+v, want the end %s", s.About, a, want)
		}
		for name, value := range a.Labels {
			if value == "" {
				t.Errorf("the page %s: the label %s is empty", s.About, name)
			}
		}
	}
}

func TestAnAlertUnderOtherLabelsReplacesTheOneBefore(t *testing.T) {
	p := newPeer(t, 200)
	a := alertmanager(t, p)
	page := stored(t, "opened")
	worse := page
	worse.Event, worse.Incident.Severity, worse.CreatedAt = "escalated", "critical", page.CreatedAt.Add(time.Minute)
	page.Incident.Severity = "warning"
	for _, one := range []paging.Page{page, worse} {
		if err := a.Send(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
	got := p.last()
	if len(got) != 2 || got[0].Labels["severity"] != "warning" || got[0].EndsAt.After(time.Now()) || !got[1].EndsAt.After(time.Now()) {
		t.Errorf("got %+v, want the end of the first and the second", got)
	}
	if err := a.Renew(t.Context(), []paging.Page{page}); err != nil || a.overtaken(worse) || !a.overtaken(page) {
		t.Errorf("a renewal that was overtaken: %v", err)
	}
	if got := p.last(); len(got) != 2 {
		t.Errorf("what was overtaken was told again: %+v", got)
	}
	// A clock that was set back does not silence what is new.
	again := page
	again.CreatedAt = page.CreatedAt.Add(-time.Hour)
	if err := a.Send(t.Context(), again); err != nil || a.overtaken(again) {
		t.Errorf("after the clock was set back: %v", err)
	}
}
