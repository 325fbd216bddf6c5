package monitor

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/incidents/maintenance"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// to adds the pages of an entry with their pagers to what was told.
func to(e history.Entry) string {
	var all []string
	for _, o := range e.Pages {
		all = append(all, o.Page.Event+":"+o.Pager)
	}
	return strings.Join(all, " ")
}

const routed = `journeys: [j]
teams:
  shop:
    pagers: [chat]
    escalate: [{after: 10m, pagers: [lead]}, {after: 30m, pagers: [boss]}]
    routes:
      - {tags: [core, pay], severity: critical, pagers: [oncall], escalate: []}
      - {severity: [critical, error], pagers: [duty]}
pagers:
  chat: &hook {webhook: {url: "http://x/"}}
  lead: *hook
  boss: *hook
  oncall: *hook
  duty: *hook
`

func TestTheFirstRouteThatFitsIsTaken(t *testing.T) {
	c, err := Load(folder(t, "outrider.yaml", routed, "j/menu.yaml", goodJourney, "j/pay.yaml", strings.NewReplacer("journey: menu", "journey: pay\ntags: [pay, core]").Replace(goodJourney)))
	if err != nil {
		t.Fatal(err)
	}
	for n := range c.Journeys {
		j := &c.Journeys[n]
		want := map[string]string{"critical": "duty, 2 rungs", "error": "duty, 2 rungs", "warning": "chat, 2 rungs"}
		if j.Name == "pay" {
			want["critical"] = "oncall, 0 rungs"
		}
		for severity, who := range want {
			pagers, ladder := c.Pages(j, severity)
			if got := strings.Join(pagers, " ") + ", " + string(rune('0'+len(ladder))) + " rungs"; got != who {
				t.Errorf("%s, %s goes to %s, want %s", j.Name, severity, got, who)
			}
		}
	}
}

func TestARouteThatNobodyCanMeanIsRefused(t *testing.T) {
	file := folder(t, "outrider.yaml", `journeys: [j]
teams:
  shop:
    escalate: [{after: 10m, pagers: [hok]}, {after: 5m, pagers: []}, {pagers: [hook], then: 1}]
    routes:
      - {tags: [cor], pagers: [hook]}
      - {severity: [loud, warning], pagers: []}
      - {tags: [cor], severity: error, pagers: [hook]}
      - {pagers: [hook]}
  empty: {escalate: []}
pagers: {hook: {webhook: {url: "http://x/"}}}
`, "j/menu.yaml", strings.Replace(goodJourney, "journey: menu", "journey: menu\ntags: [core]\nalert: {severity: {critical: \"07:00-23:00\", otherwise: warning}}", 1))
	c, err := Load(file)
	if err == nil {
		t.Fatal("it was taken")
	}
	got := err.Error() + "\n" + c.Warnings.Error()
	for _, want := range []string{
		`:4:38: teams.shop.escalate[0].pagers[0]: there is no pager "hok" (did you mean "hook"?)`,
		`:4:53: teams.shop.escalate[1].after: want a later time than that of the rung before (all times count from the page: the rung before is climbed after 10m)`,
		`teams.shop.escalate[2]: the key "after" is missing`, `teams.shop.escalate[2]: unknown key "then"`,
		`:6:17: teams.shop.routes[0].tags[0]: warning: no journey of team "shop" has the tag "cor": nothing takes this way (did you mean "core"?)`,
		`teams.shop.routes[1].severity[0]: want one of critical`, `teams.shop.routes[1].pagers: the route has no pager`,
		`teams.shop.routes[2]: nothing can take this route: routes[0] takes all of it before`,
		`teams.shop.routes[3]: this route takes everything`,
		`teams.empty: the key "pagers" is missing`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("not told: %s", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
	reach := strings.NewReplacer("    escalate: [{after: 10m, pagers: [hok]}, {after: 5m, pagers: []}, {pagers: [hook], then: 1}]\n", "", "[loud, warning], pagers: []", "critical, pagers: [hook]",
		"      - {tags: [cor], severity: error, pagers: [hook]}\n      - {pagers: [hook]}\n  empty: {escalate: []}\n", "")
	rewrite(t, file, reach.Replace)
	_, err = Load(file)
	if err == nil || !strings.Contains(err.Error(), `nobody hears of journey "menu" when it is warning: no route of team "shop" takes it`) || strings.Contains(err.Error(), "when it is critical") {
		t.Errorf("a journey that pages nobody in the night: %v", err)
	}
}

// shopOf is a bench with one journey whose team has these routes, and a ladder.
func shopOf(storm journeys.Threshold, routes ...Route) *bench {
	b := newBench(storm, "a1", "a2", "a3")
	team := Team{Pagers: []string{"chat"}, Routes: routes, Escalate: []incidents.Rung{{After: 10 * time.Minute, Pagers: []string{"lead"}}, {After: 30 * time.Minute, Pagers: []string{"boss"}}}}
	b.p.config.Teams["a"] = team
	for _, t := range b.p.tasks {
		t.pagers, t.ladder, t.routes = team.Pagers, team.Escalate, team.of(t.Journey)
	}
	return b
}

// judged judges a run and gives who was told what.
func (b *bench) judged(name string, o probes.Outcome) string {
	b.runs++
	r := runOf(b.runs, o)
	r.Journey, r.StartedAt, r.EndedAt = name, b.now.Add(-time.Second), b.now
	e := b.p.judge(b.p.tasks[name], &r, b.prev(name))
	b.apply(name, e)
	return to(e)
}

// climbed lets the ladder of a journey's incident, or of a storm, be looked at, and gives who was told what.
func (b *bench) climbed(subject string) string {
	id := ""
	if i := b.states[subject].Incident; i != nil {
		id = i.ID
	}
	for _, storm := range b.own.Storm.Teams {
		if subject == "" {
			id = storm.ID
		}
	}
	e, changed := b.p.climb(b.prev(subject), subject, id, probes.Result{}, b.now)
	if changed {
		b.apply(subject, e)
	}
	return to(e)
}

func TestWhoHeardOfAnIncidentHearsOfItsEndWhicheverWayItWouldTakeByThen(t *testing.T) {
	b := shopOf(noStorm, Route{Severities: []string{"critical"}, Pagers: []string{"oncall"}})
	b.p.tasks["a1"].policy.Severity = "warning"
	expectTold(t, "it opens as a warning", b.judged("a1", bad), "opened:chat")
	b.now = b.now.Add(10 * time.Minute)
	expectTold(t, "nobody acknowledges it", b.climbed("a1"), "escalated:lead")
	expectTold(t, "the rung has been climbed", b.climbed("a1"), "")
	b.p.tasks["a1"].policy.Severity = "critical"
	expectTold(t, "it gets worse", b.judged("a1", bad), "escalated:chat escalated:lead opened:oncall")
	// A restart with another configuration: other pagers, other routes, another name.
	b.p.tasks["a1"].pagers, b.p.tasks["a1"].routes, b.p.tasks["a1"].ladder = []string{"new"}, nil, nil
	b.p.composer.Deployment = "renamed"
	expectTold(t, "the new ones hear of it", b.judged("a1", bad), "opened:new")
	b.judged("a1", good)
	b.runs++
	r := runOf(b.runs, good)
	r.Journey, r.StartedAt, r.EndedAt = "a1", b.now.Add(time.Minute), b.now.Add(time.Minute)
	e := b.p.judge(b.p.tasks["a1"], &r, b.prev("a1"))
	expectTold(t, "the end", to(e), "closed:chat closed:lead closed:new closed:oncall")
	for _, o := range e.Pages {
		if o.Page.DedupKey != "outrider/test/a1" || o.Page.Deployment != "test" {
			t.Errorf("the end is told under %q of %q, want the key of the start", o.Page.DedupKey, o.Page.Deployment)
		}
	}
	b.apply("a1", e)
	b.now = b.now.Add(time.Hour)
	b.judged("a1", bad)
	if i := b.states["a1"].Incident; i == nil || i.Deployment != "renamed" || (paging.Composer{Deployment: "x"}).Key(*i) != "outrider/renamed/a1" {
		t.Errorf("the next incident is %+v", i)
	}
}

func TestAStormGoesToAllWhoWouldHearOfItsJourneysAndClimbsTheLadder(t *testing.T) {
	b := shopOf(journeys.Threshold{Count: 2, For: time.Minute})
	b.p.tasks["a3"].pagers = []string{"chat", "tills"}
	b.judged("a1", bad)
	expectTold(t, "the second one is held", b.judged("a2", bad), "")
	b.pass(6 * time.Second)
	expectTold(t, "a join brings those who have not heard of it", b.judged("a3", bad), "opened:tills")
	b.now = b.now.Add(11 * time.Minute)
	expectTold(t, "nobody acknowledges it", b.climbed(""), "escalated:lead")
	expectTold(t, "once", b.climbed(""), "")
	for _, name := range []string{"a2", "a3", "a2"} {
		b.judged(name, good)
	}
	expectTold(t, "the end", b.judged("a3", good), "closed:chat closed:lead closed:tills")
}

func TestWhatBrokeInMaintenanceIsAStormAtItsEnd(t *testing.T) {
	b := newBench(journeys.Threshold{Count: 2, For: time.Minute}, "a1", "a2", "a3", "a4")
	for _, name := range []string{"a1", "a2", "a3", "a4"} {
		b.run(name, bad, true)
	}
	b.now = b.now.Add(time.Hour)
	for _, name := range []string{"a1", "a2", "a3", "a4"} {
		b.run(name, bad, false)
	}
	b.pass(10 * time.Second)
	expectTold(t, "its end", b.news(), "opened a1, opened a(a2 a3 a4)")
	for _, name := range []string{"a1", "a2", "a3", "a4", "a1", "a2", "a3", "a4"} {
		b.run(name, good, false)
	}
	expectTold(t, "all mend", b.news(), "closed a1, closed a(a2 a3 a4)")
}

func TestJoinsOfAStormThatSomebodyLooksAfterAreTold(t *testing.T) {
	b := newBench(journeys.Threshold{Count: 2, For: time.Minute}, "a1", "a2", "a3")
	b.run("a1", bad, false)
	b.run("a2", bad, false)
	b.pass(10 * time.Second)
	b.own, _ = incidents.Acknowledge(b.own, b.own.Storm.Teams["a"].ID, incidents.Acknowledgement{At: b.now})
	b.news()
	b.run("a3", bad, false)
	b.pass(6 * time.Minute)
	expectTold(t, "a join", b.news(), "reminded a(a2 a3)")
	b.pass(time.Hour)
	expectTold(t, "and nothing more", b.news(), "")
}

func TestTheLadderWaitsForTheEndOfMaintenance(t *testing.T) {
	b := shopOf(noStorm)
	b.judged("a1", bad)
	i := b.states["a1"].Incident
	window := []maintenance.Window{{Scope: maintenance.Scope{Journeys: []string{"a1"}}, From: b.now.Add(5 * time.Minute), Until: b.now.Add(20 * time.Minute), Mode: maintenance.Halt}}
	for minute, want := range map[int]string{12: "", 21: "", 23: "escalated:lead"} {
		prev := b.prev("a1")
		prev.Windows = window
		e, _ := b.p.climb(prev, "a1", i.ID, probes.Result{}, b.now.Add(time.Duration(minute)*time.Minute))
		expectTold(t, "minute "+string(rune('0'+minute/10))+string(rune('0'+minute%10)), to(e), want)
	}
	if !slices.Equal(i.Pagers, []string{"chat"}) {
		t.Errorf("told were %q", i.Pagers)
	}
}

// rewrite changes a file.
func rewrite(t *testing.T, file string, change func(string) string) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, []byte(change(string(src))), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheLadderIsClimbedOnceOverRestartsThoughNoRunComes(t *testing.T) {
	w := newWorld(t)
	w.broken.Store(true)
	file := worldFiles(t, w, "menu")
	rewrite(t, strings.Replace(file, "outrider.yaml", "j/menu.yaml", 1), func(s string) string { return strings.Replace(s, "every: 100ms", "every: 1h", 1) })
	rewrite(t, file, func(s string) string {
		s = strings.Replace(s, "shop: {pagers: [hook]}", "shop: {pagers: [hook], escalate: [{after: 1s, pagers: [lead]}]}", 1)
		return strings.Replace(s, "pagers: {hook:", "pagers: {lead: {webhook: {url: \""+w.URL+"/hook\"}}, hook:", 1)
	})
	m, stop := monitored(t, w, file, time.Second)
	m.schedule.Soon("menu", 0)
	eventually(t, "the page", func() bool { return w.events() != "" })
	stop()
	rewrite(t, file, func(s string) string { return strings.Replace(s, "deployment: test", "deployment: renamed", 1) })
	m, stop = monitored(t, w, file, time.Second)
	defer func() { stop() }()
	eventually(t, "the escalation", func() bool { return strings.Contains(w.events(), "escalated outrider/test/menu") })
	id := m.store.OpenIncidents()[0].ID
	_, story := ask(t, "GET", m.URL()+"/api/v1/incidents/"+id)
	if !strings.Contains(story, `"unacknowledged_seconds": 1`) {
		t.Errorf("the timeline does not tell of it: %s", story)
	}
	if _, page := ask(t, "GET", m.URL()+"/incidents/"+id); !strings.Contains(page, "escalated, with a page to lead") {
		t.Error("the incident's page does not tell of it")
	}
	stop()
	m, stop = monitored(t, w, file, time.Second)
	w.broken.Store(false)
	m.schedule.Soon("menu", 0)
	eventually(t, "the end", func() bool { return strings.Count(w.events(), "closed outrider/test/menu") == 2 })
	if n := strings.Count(w.events(), "escalated"); n != 1 || strings.Contains(w.events(), "renamed") {
		t.Errorf("told was %s", w.events())
	}
}
