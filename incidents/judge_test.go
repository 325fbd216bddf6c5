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
	"github.com/outrider-monitor/outrider/journeys"
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
		{"three of five", "pfpfpfpp", incidents.Policy{OpenAfter: 3, Of: 5, CloseAfter: 2}, []string{"opened@5", "closed@7"}},
		{"after the end counting starts anew", "ffepf" + "pp" + "fpfpf", incidents.Policy{OpenAfter: 3, Of: 5, CloseAfter: 2}, []string{"opened@4", "closed@6", "opened@11"}},
		{"failing for three minutes", "ffpffff", incidents.Policy{For: 3 * time.Minute, CloseAfter: 1}, []string{"opened@6"}},
		{"slow is another policy", "dddpdffppdp", incidents.Policy{OpenAfter: 2, CloseAfter: 2, Degraded: journeys.Threshold{Count: 3}}, []string{"opened@2", "escalated@6", "closed@8"}},
		{"slow runs do not mend what is slow", "dddpdpp", incidents.Policy{OpenAfter: 2, CloseAfter: 2, Degraded: journeys.Threshold{Count: 3}}, []string{"opened@2", "closed@6"}},
		{"what keeps reopening stays open", "fpfpfp" + "ppppp", incidents.Policy{OpenAfter: 1, CloseAfter: 1, Flapping: journeys.Threshold{Count: 3, For: 20 * time.Minute}}, []string{"opened@0", "closed@1", "opened@2", "closed@3", "opened@4", "closed@9"}},
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
		Since: run(3, 0).StartedAt, ConfirmedAt: run(3, 0).EndedAt, OpenedAt: run(4, 0).EndedAt, RemindedAt: run(4, 0).EndedAt,
		LastBadAt: run(6, 0).EndedAt, AlertedAt: run(4, 0).EndedAt, RungAt: run(4, 0).EndedAt,
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

// disturb judges runs that must not matter: the last one again, and late ones.
func disturb(t *rapid.T, s incidents.State, p incidents.Policy, again probes.Result) {
	late := again
	late.RunID, late.Outcome = "late", rapid.SampledFrom(probes.Outcomes()).Draw(t, "late")
	late.StartedAt = late.StartedAt.Add(-time.Duration(rapid.IntRange(1, 240).Draw(t, "behind")) * time.Second)
	for _, r := range []probes.Result{again, late} {
		next, events := incidents.Judge(s, p, r)
		if len(events) > 0 || stored(t, next) != stored(t, s) {
			t.Fatalf("run %s changed the state %s\nto %s\nand told %+v", r.RunID, stored(t, s), stored(t, next), events)
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
