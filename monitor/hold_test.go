package monitor

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// bench is a deployment whose runs are judged one after the other, as the store has them judged, with the warden's
// rounds between.
type bench struct {
	p      *plan
	states map[string]incidents.State
	own    incidents.State
	now    time.Time
	runs   int
	told   []string
	// sent are the ids of the pages, with their pager: the outbox takes no page twice.
	sent map[string]bool
	// asked are the journeys of which the warden wants a run.
	asked []string
}

// newBench has journeys "name" or "name<dependency", of the team that the name's first letter says.
func newBench(storm journeys.Threshold, names ...string) *bench {
	b := &bench{states: map[string]incidents.State{}, sent: map[string]bool{}, now: time.Date(2026, 11, 25, 3, 0, 0, 0, time.UTC)}
	c := &Config{Storm: storm, Teams: map[string]Team{}, Pagers: map[string]Pager{}}
	for _, word := range names {
		name, above, depends := strings.Cut(word, "<")
		j := journeys.Journey{Name: name, Team: name[:1], Alert: journeys.Alert{OpenAfter: journeys.Threshold{Count: 1}, CloseAfter: 2, Flapping: journeys.Threshold{For: -1}}}
		if depends {
			j.Alert.DependsOn = []string{above}
		}
		c.Teams[j.Team] = Team{Pagers: []string{"pager-" + j.Team}}
		c.Journeys = append(c.Journeys, j)
	}
	b.p = newPlan(c, nil, paging.Composer{Deployment: "test"})
	return b
}

func (b *bench) prev(name string) history.Prev {
	return history.Prev{State: b.states[name], Monitor: b.own, Others: func(name string) incidents.State { return b.states[name] }}
}

func (b *bench) apply(name string, e history.Entry) {
	if name != "" {
		b.states[name] = onDisk(e.State)
	}
	if e.Monitor != nil {
		b.own = onDisk(*e.Monitor)
	}
	for _, o := range e.Pages {
		if b.sent[o.Pager+o.Page.ID] {
			continue
		}
		b.sent[o.Pager+o.Page.ID] = true
		what := o.Page.Incident.Team
		if o.Page.Journey != nil {
			what = o.Page.Journey.Name
		}
		if all := append(o.Page.Incident.Journeys, o.Page.Incident.Affected...); len(all) > 0 {
			what += "(" + strings.Join(all, " ") + ")"
		}
		b.told = append(b.told, o.Page.Event+" "+what)
	}
}

// onDisk is a state as the next start finds it.
func onDisk(s incidents.State) incidents.State {
	text, err := json.Marshal(s)
	var read incidents.State
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	if err != nil {
		panic(err)
	}
	return read
}

// run judges a run that ends at this moment.
func (b *bench) run(name string, o probes.Outcome, muted bool) {
	b.runs++
	r := runOf(b.runs, o)
	r.Journey, r.StartedAt, r.EndedAt, r.Muted = name, b.now.Add(-time.Second), b.now, muted
	b.apply(name, b.p.judge(b.p.tasks[name], &r, b.prev(name)))
}

// pass lets time pass, with the warden's rounds.
func (b *bench) pass(d time.Duration) {
	for until := b.now.Add(d); b.now.Before(until); {
		b.now = b.now.Add(min(5*time.Second, until.Sub(b.now)))
		if due := b.own.StormDue(); !due.IsZero() && !due.After(b.now) {
			c := &court{plan: b.p, prev: b.prev(""), own: b.own}
			c.tellStorms(b.now)
			c.entry.Monitor = &c.own
			b.apply("", c.entry)
		}
		for _, name := range slices.Sorted(maps.Keys(b.states)) {
			e, changed := b.p.reconsider(b.prev(name), b.p.tasks[name], probes.Result{}, b.now)
			if !changed {
				continue
			}
			b.apply(name, e)
			if e.State.Incident.Held() && !e.State.Incident.Hold.Until.IsZero() {
				b.asked = append(b.asked, name)
			}
		}
	}
}

// news is what was told since the last call.
func (b *bench) news() string {
	told := strings.Join(b.told, ", ")
	b.told = nil
	return told
}

var noStorm = journeys.Threshold{For: -1}

func TestAPageIsHeldWhileADependencyExplainsIt(t *testing.T) {
	b := newBench(noStorm, "browse", "checkout<browse")
	b.run("browse", bad, false)
	b.run("checkout", bad, false)
	expectTold(t, "both break", b.news(), "opened browse")
	b.pass(2 * time.Minute)
	b.run("browse", bad, false)
	b.run("checkout", bad, false)
	expectTold(t, "the dependent is named", b.news(), "reminded browse(checkout)")
	b.pass(20 * time.Minute)
	b.run("browse", good, false)
	b.run("browse", good, false)
	expectTold(t, "browse mends", b.news(), "closed browse(checkout)")
	b.pass(10 * time.Second)
	if !slices.Equal(b.asked, []string{"checkout"}) {
		t.Errorf("a run was asked for of %q, want checkout", b.asked)
	}
	b.run("checkout", bad, false)
	expectTold(t, "checkout does not", b.news(), "opened checkout")
	b.run("checkout", good, false)
	b.run("checkout", good, false)
	expectTold(t, "its end", b.news(), "closed checkout")
}

func TestWhatIsHeldIsToldEvenIfNoRunDecidesIt(t *testing.T) {
	b := newBench(noStorm, "browse", "checkout<browse")
	b.run("browse", bad, false)
	b.run("checkout", bad, false)
	b.run("browse", good, false)
	b.run("browse", good, false)
	b.news()
	b.run("checkout", ours, false)
	b.pass(3 * time.Minute)
	expectTold(t, "nobody can judge checkout", b.news(), "opened checkout")
}

func TestNobodyIsPagedForWhatMendedTogether(t *testing.T) {
	b := newBench(noStorm, "browse", "checkout<browse", "dinner<checkout")
	b.run("browse", bad, false)
	b.run("checkout", bad, false)
	b.run("dinner", bad, false)
	for range 2 {
		b.run("browse", good, false)
		b.run("dinner", good, false)
		b.run("checkout", good, false)
	}
	b.pass(time.Hour)
	expectTold(t, "a short break of all", b.news(), "opened browse, closed browse")
}

func TestADoubtAboutADependencyDelaysAPageAndNoMore(t *testing.T) {
	b := newBench(noStorm, "browse", "checkout<browse")
	b.p.tasks["browse"].policy.OpenAfter = 2
	b.run("browse", bad, false)
	b.run("checkout", bad, false)
	expectTold(t, "in doubt", b.news(), "")
	b.pass(time.Minute)
	b.run("browse", bad, false)
	expectTold(t, "browse it is", b.news(), "opened browse(checkout)")
	b.pass(time.Hour)
	expectTold(t, "an hour later", b.news(), "")

	b = newBench(noStorm, "browse", "checkout<browse")
	b.p.tasks["browse"].policy.OpenAfter = 2
	b.run("browse", bad, false)
	b.run("checkout", bad, false)
	b.pass(3 * time.Minute)
	expectTold(t, "nobody knows", b.news(), "opened checkout")
}

func TestAMilderIncidentHoldsNothing(t *testing.T) {
	b := newBench(noStorm, "browse", "checkout<browse")
	b.p.tasks["browse"].policy.Severity = "warning"
	b.run("browse", bad, false)
	b.run("checkout", bad, false)
	expectTold(t, "a warning explains no critical incident", b.news(), "opened browse, opened checkout")
}

func TestAStormIsOnePageForEachTeam(t *testing.T) {
	b := newBench(journeys.Threshold{Count: 3, For: time.Minute}, "a1", "a2", "a3", "a4", "b1", "b2")
	for _, name := range []string{"b1", "b2"} {
		b.p.tasks[name].policy.Severity = "warning"
	}
	for _, name := range []string{"a1", "a2", "a3", "a4", "b1", "b2"} {
		b.run(name, bad, false)
		b.now = b.now.Add(time.Second)
	}
	expectTold(t, "the first ones", b.news(), "opened a1, opened a2")
	b.pass(10 * time.Second)
	expectTold(t, "the rest", b.news(), "opened a(a3 a4), opened b(b1 b2)")
	b.p.tasks["b1"].policy.Severity = "critical"
	b.run("b1", bad, false)
	expectTold(t, "one gets worse", b.news(), "escalated b(b1 b2)")
	for range 2 {
		for _, name := range []string{"a1", "a2", "a3", "b1", "b2"} {
			b.run(name, good, false)
		}
	}
	expectTold(t, "most mend", b.news(), "closed a1, closed a2, closed b(b1 b2)")
	b.pass(time.Hour)
	b.run("a4", good, false)
	b.run("a4", good, false)
	expectTold(t, "the last one mends", b.news(), "closed a(a3 a4)")
	b.run("a4", bad, false)
	expectTold(t, "on another day", b.news(), "opened a4")
}

func TestMaintenanceHoldsAPageUntilItsEnd(t *testing.T) {
	b := newBench(noStorm, "browse")
	b.run("browse", bad, true)
	b.pass(time.Minute)
	b.run("browse", bad, true)
	expectTold(t, "inside", b.news(), "")
	b.run("browse", bad, false)
	expectTold(t, "outlived", b.news(), "opened browse")
	b.run("browse", bad, true)
	b.run("browse", bad, true)
	expectTold(t, "inside again", b.news(), "")
	b.run("browse", bad, false)
	expectTold(t, "outlived again", b.news(), "reminded browse")
	b.run("browse", good, true)
	b.run("browse", good, true)
	expectTold(t, "mended inside", b.news(), "closed browse")
}

// TestNoPageIsLostOrInventedByHolding breaks and mends journeys at random, and then holds what each pager was told
// against what was open.
func TestNoPageIsLostOrInventedByHolding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		storm := rapid.SampledFrom([]journeys.Threshold{noStorm, {Count: 3, For: time.Minute}}).Draw(t, "storm")
		names := []string{"a1", "a2<a1", "a3<a2", "b1<a1", "b2"}
		b := newBench(storm, names...)
		for n := range names {
			names[n], _, _ = strings.Cut(names[n], "<")
		}
		outcomes := rapid.SampledFrom([]probes.Outcome{good, good, bad, bad, ours})
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "what") {
			case 0: // the monitor does not run, or its warden is late
				b.now = b.now.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "down")) * time.Second)
			case 1, 2:
				b.run(rapid.SampledFrom(names).Draw(t, "journey"), outcomes.Draw(t, "outcome"), rapid.IntRange(0, 4).Draw(t, "muted") == 0)
			default:
				b.pass(time.Duration(rapid.IntRange(1, 200).Draw(t, "seconds")) * time.Second)
			}
		}
		for range 15 { // nothing is held for ever but by what is told
			b.pass(2 * time.Minute)
		}
		open := map[string]int{}
		for n, told := range b.told {
			event, what, _ := strings.Cut(told, " ")
			what, _, _ = strings.Cut(what, "(")
			switch {
			case event == "opened":
				open[what]++
			case open[what] == 0:
				t.Fatalf("%q was told of what nobody had heard of: %q", told, b.told[:n])
			case event == "closed":
				open[what]--
			}
		}
		for _, name := range names {
			i := b.states[name].Incident
			known := open[name] > 0
			switch {
			case i == nil && known, i != nil && i.Held() && known, i != nil && !i.Held() && !known:
				t.Fatalf("%s is %+v, but told is %v of %q", name, i, known, b.told)
			case i != nil && i.Held() && i.Hold.Cause == incidents.HeldByStorm && open[name[:1]] == 0,
				i != nil && i.Held() && i.Hold.Cause == incidents.HeldByDependency && b.states[i.Hold.By].Incident == nil,
				i != nil && i.Held() && (i.Hold.Cause == incidents.HeldByDoubt || i.Hold.Cause == incidents.HeldByMaintenance):
				t.Fatalf("%s is held for ever by %+v; told was %q", name, i.Hold, b.told)
			}
		}
		for team, storm := range b.own.Storm.Teams {
			for _, name := range storm.Journeys {
				if i := b.states[name].Incident; i == nil || !i.Held() || i.Hold.By != storm.ID {
					t.Fatalf("the storm of %s waits for ever for %s, which is %+v", team, name, i)
				}
			}
		}
		for team, n := range map[string]int{"a": open["a"], "b": open["b"]} {
			if _, raging := b.own.Storm.Teams[team]; raging != (n > 0) {
				t.Fatalf("the storm of %s rages: %v, but it was told %d times: %q", team, raging, n, b.told)
			}
		}
	})
}
