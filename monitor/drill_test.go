package monitor

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/web"
)

func TestADrillGoesTheWholeWayAndLeavesTheRealIncidentAlone(t *testing.T) {
	w := newWorld(t)
	w.broken.Store(true)
	file := worldFiles(t, w, "menu")
	rewrite(t, strings.Replace(file, "outrider.yaml", "j/menu.yaml", 1), func(s string) string { return strings.Replace(s, "every: 100ms", "every: 1h", 1) })
	m, stop := monitored(t, w, file, time.Second)
	defer func() { stop() }()
	m.schedule.Soon("menu", 0)
	eventually(t, "the real page", func() bool { return w.events() != "" })
	numbers := func() string {
		_, text := ask(t, "GET", m.URL()+"/metrics")
		return strings.Join(regexp.MustCompile(`(?m)^journey_.*menu.*$`).FindAllString(text, -1), "\n")
	}
	state, err := json.Marshal(m.store.State("menu"))
	if err != nil {
		t.Fatal(err)
	}
	before := numbers()
	d, err := m.Drill(t.Context(), "menu", web.DrillRequest{By: "Ada"})
	if err != nil || !d.Heard || len(d.Legs) != 2 {
		t.Fatalf("the drill: %+v, %v", d, err)
	}
	after, err := json.Marshal(m.store.State("menu"))
	if err != nil || string(after) != string(state) {
		t.Errorf("the journey's state is %s, want as before: %s (%v)", after, state, err)
	}
	if got := numbers(); got != before || before == "" {
		t.Errorf("the journey's numbers are\n%s\nwant as before\n%s", got, before)
	}
	runs, err := m.store.Recent(t.Context(), "menu", 10)
	if err != nil || len(runs) != 1 || len(m.store.OpenIncidents()) != 1 {
		t.Errorf("%d runs (%v), open are %+v", len(runs), err, m.store.OpenIncidents())
	}
	w.mu.Lock()
	told := w.pages[1:]
	w.mu.Unlock()
	for _, p := range told {
		if !p.Drill || !strings.HasPrefix(p.Summary, "DRILL, nothing is broken: ") || p.DedupKey != "outrider/test/monitor/drill/"+d.ID || len(p.Links) > 0 {
			t.Errorf("a page of the drill is %+v", p)
		}
	}

	// The monitor ends in the middle of a drill: the next start ends the drill.
	p, task := m.current("menu")
	r := forced(task, "here", "", time.Now().UTC())
	i := p.pretend(task, r, "warning").Tell("hook")
	open := incidents.Event{Kind: incidents.Opened, At: r.EndedAt, RunID: r.RunID, Incident: i}
	if err := m.storeDrill(t.Context(), p, task, open, []string{"hook"}, time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	stop()
	m, stop = monitored(t, w, file, time.Second)
	eventually(t, "its end", func() bool { return strings.Contains(w.events(), "closed outrider/test/monitor/drill/"+i.ID) })
	if own := m.store.Monitor(); len(own.Drills) > 0 {
		t.Errorf("drills are left: %+v", own.Drills)
	}
}

func TestADrillSaysWhoDidNotHearOfItAndClimbsTheLadderAllTheSame(t *testing.T) {
	w := newWorld(t)
	file := worldFiles(t, w, "menu")
	rewrite(t, file, func(s string) string {
		s = strings.Replace(s, "{pagers: [hook]}", "{pagers: [deaf], escalate: [{after: 10m, pagers: [hook]}]}", 1)
		return strings.Replace(s, "pagers: {hook:", `pagers: {deaf: {webhook: {url: "http://127.0.0.1:1/"}}, hook:`, 1)
	})
	m, stop := monitored(t, w, file, time.Second)
	defer stop()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	d, err := m.Drill(ctx, "menu", web.DrillRequest{Escalate: true})
	if err != nil || d.Heard || len(d.Legs) != 4 || d.Legs[0].Pager != "deaf" || d.Legs[0].Outcome != "" || d.Legs[0].Error == "" {
		t.Fatalf("the drill: %+v, %v", d, err)
	}
	if l := d.Legs[1]; l.Event != "escalated" || l.Pager != "hook" || l.Outcome != "accepted" {
		t.Errorf("the ladder: %+v", l)
	}
}

func TestOnlyUnderItsOwnNamesIsTheMonitorRead(t *testing.T) {
	w := newWorld(t)
	file := worldFiles(t, w, "menu")
	rewrite(t, file, func(s string) string { return s + "external_url: https://outrider.example\n" })
	m, stop := monitored(t, w, file, time.Second)
	defer stop()
	h := m.handler(http.NotFoundHandler())
	for host, want := range map[string]int{
		"localhost:9480": 200, "127.0.0.1": 200, "[::1]:9480": 200, "192.0.2.7:9480": 200, "outrider.example": 200, "OUTRIDER.example:443": 200,
		"outrider:9480": 200, "outrider.monitoring.svc.cluster.local": 200, "shop.internal.": 200,
		"evil.example": 421, "evil.example:9480": 421, "localhost.evil.example": 421, "outrider.example.evil.example": 421, "127.0.0.1.evil.example": 421, "evillocal.example": 421,
	} {
		for _, path := range []string{"/metrics", "/probe?journey=menu", "/-/ready"} {
			r := httptest.NewRequest("GET", path, nil)
			r.Host = host
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			if refused := rec.Code == 421; refused != (want == 421 && path != "/-/ready") {
				t.Errorf("%s under %s answers %d", path, host, rec.Code)
			}
		}
	}
}
