package incidents_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/probes"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// run makes the n-th run of a series with one run a minute.
func run(n int, o probes.Outcome) probes.Result {
	at := noon.Add(time.Duration(n) * time.Minute)
	r := probes.Result{RunID: fmt.Sprintf("run-%05d", n), Journey: "checkout", Location: "london",
		StartedAt: at, EndedAt: at.Add(5 * time.Second), Outcome: o}
	switch o {
	case probes.Failed:
		r.Step, r.Failure = "Place order", &probes.Failure{Reason: probes.Status, Message: "got 500"}
	case probes.Error:
		r.Failure = &probes.Failure{Reason: probes.BrowserFault, Message: "the browser died"}
	}
	return r
}

// judge feeds a series of outcomes, one letter each (p d f e), and gives the events as "kind@n".
func judge(t *testing.T, p incidents.Policy, series string) ([]string, incidents.State) {
	t.Helper()
	letters := map[rune]probes.Outcome{'p': probes.Passed, 'd': probes.Degraded, 'f': probes.Failed, 'e': probes.Error}
	var s incidents.State
	var told []string
	for n, letter := range series {
		var events []incidents.Event
		s, events = incidents.Judge(s, p, run(n, letters[letter]))
		for _, e := range events {
			told = append(told, fmt.Sprintf("%s@%d", e.Kind, n))
		}
	}
	return told, s
}

func TestJudgeFollowsThePolicy(t *testing.T) {
	for _, c := range []struct {
		name, series string
		policy       incidents.Policy
		want         []string
	}{
		{"one failure is not enough", "pfpfp", incidents.Policy{OpenAfter: 2, CloseAfter: 1}, nil},
		{"two in a row open, two in a row close", "pffpfppp", incidents.Policy{OpenAfter: 2, CloseAfter: 2}, []string{"opened@2", "closed@6"}},
		{"degraded is good", "ffdd", incidents.Policy{OpenAfter: 2, CloseAfter: 2}, []string{"opened@1", "closed@3"}},
		{"errors open nothing", "eeeeeeee", incidents.Policy{OpenAfter: 1, CloseAfter: 1}, nil},
		{"errors between failures change nothing", "feefeepeep", incidents.Policy{OpenAfter: 2, CloseAfter: 2}, []string{"opened@3", "closed@9"}},
		{"errors close nothing", "ffeeee", incidents.Policy{OpenAfter: 2, CloseAfter: 1}, []string{"opened@1"}},
		{"zero means one", "fp", incidents.Policy{}, []string{"opened@0", "closed@1"}},
		{"it opens again", "fpfp", incidents.Policy{OpenAfter: 1, CloseAfter: 1}, []string{"opened@0", "closed@1", "opened@2", "closed@3"}},
		{"reminders come with failed runs only", "fffffpe" + "eeef", incidents.Policy{OpenAfter: 1, CloseAfter: 2, Remind: 3 * time.Minute}, []string{"opened@0", "reminded@3", "reminded@10"}},
		{"negative never reminds", "fffffffff", incidents.Policy{OpenAfter: 1, CloseAfter: 1, Remind: -1}, []string{"opened@0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := judge(t, c.policy, c.series)
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: got %q, want %q", c.series, got, c.want)
			}
		})
	}
}

func TestAnIncidentSaysWhatAPersonNeeds(t *testing.T) {
	_, s := judge(t, incidents.Policy{OpenAfter: 2, CloseAfter: 2, Severity: "critical"}, "ppeffef")
	got := s.Incident
	want := &incidents.Incident{
		ID: "inc_run-00004", Subject: "checkout", Severity: "critical", Locations: []string{"london"},
		Since: run(3, 0).StartedAt, OpenedAt: run(4, 0).EndedAt, RemindedAt: run(4, 0).EndedAt,
		Step: "Place order", Failure: run(6, probes.Failed).Failure, RunID: "run-00006", FailedRuns: 3,
		LastPassedAt: run(1, 0).EndedAt,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("incident (-want +got):\n%s", diff)
	}
}

func TestARetiredJourneyLeavesNoOpenIncident(t *testing.T) {
	_, s := judge(t, incidents.Policy{OpenAfter: 1}, "f")
	next, events := incidents.Retire(s, noon.Add(time.Hour))
	if len(events) != 1 || events[0].Kind != incidents.Closed || !events[0].Incident.Retired {
		t.Fatalf("got %+v, want one closed event that says retired", events)
	}
	if next.Incident != nil || next.Failed != 0 {
		t.Errorf("the state remembers the retired journey: %+v", next)
	}
	if _, events = incidents.Retire(next, noon); events != nil {
		t.Errorf("retiring twice told people twice: %+v", events)
	}
}

func TestAClockThatWasSetBackDoesNotStopTheJudging(t *testing.T) {
	p := incidents.Policy{OpenAfter: 2, CloseAfter: 2, Remind: time.Minute}
	s, _ := incidents.Judge(incidents.State{}, p, run(10_000_000, probes.Passed)) // 19 years ahead.
	var kinds []incidents.EventKind
	for n, o := range []probes.Outcome{probes.Failed, probes.Failed, probes.Failed, probes.Passed, probes.Passed} {
		var events []incidents.Event
		s, events = incidents.Judge(s, p, run(n, o))
		for _, e := range events {
			kinds = append(kinds, e.Kind)
		}
	}
	if want := []incidents.EventKind{incidents.Opened, incidents.Reminded, incidents.Closed}; !slices.Equal(kinds, want) {
		t.Errorf("got %q, want %q", kinds, want)
	}
}

// verdicts is the naive model: it looks at the whole history of judged runs each time, keeps no counters, and
// was written from the sentences of the documentation.
func verdicts(p incidents.Policy, history []probes.Result) []string {
	var told, judged []string
	openedAt, isOpen := 0, false
	allOf := func(last []string, n int, what string) bool {
		return len(last) >= n && !slices.ContainsFunc(last[len(last)-n:], func(o string) bool { return o != what })
	}
	for _, r := range history {
		switch r.Outcome {
		case probes.Error:
			continue
		case probes.Failed:
			judged = append(judged, "bad")
		default:
			judged = append(judged, "good")
		}
		switch {
		case !isOpen && allOf(judged, max(1, p.OpenAfter), "bad"):
			isOpen, openedAt = true, len(judged)
			told = append(told, "opened "+r.RunID)
		case isOpen && allOf(judged[openedAt:], max(1, p.CloseAfter), "good"):
			isOpen = false
			told = append(told, "closed "+r.RunID)
		}
	}
	return told
}

func TestJudgeAgreesWithANaiveModel(t *testing.T) {
	outcomes := rapid.SampledFrom([]probes.Outcome{probes.Passed, probes.Failed, probes.Failed, probes.Degraded, probes.Error})
	rapid.Check(t, func(t *rapid.T) {
		p := incidents.Policy{OpenAfter: rapid.IntRange(0, 4).Draw(t, "open_after"), CloseAfter: rapid.IntRange(0, 4).Draw(t, "close_after"),
			Remind: time.Duration(rapid.IntRange(-1, 5).Draw(t, "remind")) * time.Minute}
		var s incidents.State
		var history []probes.Result
		var told []string
		var events []incidents.Event
		for n := range rapid.IntRange(1, 60).Draw(t, "runs") {
			r := run(n, outcomes.Draw(t, "outcome"))
			history = append(history, r)
			before := stored(t, s)
			next, es := incidents.Judge(s, p, r)
			if after := stored(t, s); before != after {
				t.Fatalf("the judge changed the state it was given:\n%s\n%s", before, after)
			}
			if r.Outcome == probes.Error && len(es) > 0 {
				t.Fatalf("an error run told people: %+v", es)
			}
			s = restored(t, stored(t, next)) // Every state goes through the disk.
			disturb(t, s, p, history)
			events = append(events, es...)
			for _, e := range es {
				if e.Kind != incidents.Reminded {
					told = append(told, string(e.Kind)+" "+e.RunID)
				}
			}
		}
		if want := verdicts(p, history); !slices.Equal(told, want) {
			t.Fatalf("policy %+v: got %q, want %q", p, told, want)
		}
		soundness(t, p, history, events)
	})
}

// disturb judges runs that must not matter: the last one again, and late ones.
func disturb(t *rapid.T, s incidents.State, p incidents.Policy, history []probes.Result) {
	again := history[len(history)-1]
	late := run(len(history)-1, rapid.SampledFrom(probes.Outcomes()).Draw(t, "late"))
	late.RunID = "late"
	late.StartedAt = late.StartedAt.Add(-time.Duration(rapid.IntRange(1, 240).Draw(t, "behind")) * time.Second)
	for _, r := range []probes.Result{again, late} {
		next, events := incidents.Judge(s, p, r)
		if len(events) > 0 || stored(t, next) != stored(t, s) {
			t.Fatalf("run %s changed the state %s\nto %s\nand told %+v", r.RunID, stored(t, s), stored(t, next), events)
		}
	}
}

// soundness holds what people were told against the invariants.
func soundness(t *rapid.T, p incidents.Policy, history []probes.Result, events []incidents.Event) {
	outcome := map[string]probes.Outcome{}
	for _, r := range history {
		outcome[r.RunID] = r.Outcome
	}
	var current *incidents.Incident
	for _, e := range events {
		switch e.Kind {
		case incidents.Opened:
			if current != nil {
				t.Fatalf("%s opened while %s was open", e.Incident.ID, current.ID)
			}
			if outcome[e.RunID] != probes.Failed || outcome[e.Incident.RunID] != probes.Failed {
				t.Fatalf("%s opened without a failed run behind it", e.Incident.ID)
			}
		case incidents.Reminded, incidents.Closed:
			if current == nil || current.ID != e.Incident.ID {
				t.Fatalf("%s of %s, which is not open", e.Kind, e.Incident.ID)
			}
			if e.Kind == incidents.Reminded && e.At.Sub(current.RemindedAt) < p.Remind {
				t.Fatalf("reminded at %s, told at %s", e.At, current.RemindedAt)
			}
			if e.Kind == incidents.Closed && e.Incident.ClosedAt.Before(e.Incident.OpenedAt) {
				t.Fatalf("closed before it was opened: %+v", e.Incident)
			}
		}
		i := e.Incident
		current = &i
		if e.Kind == incidents.Closed {
			current = nil
		}
	}
}

func stored(t interface{ Fatal(...any) }, s incidents.State) string {
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func restored(t interface{ Fatal(...any) }, text string) incidents.State {
	var s incidents.State
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		t.Fatal(err)
	}
	return s
}
