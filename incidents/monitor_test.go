package incidents_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/probes"
)

// deployment judges the interleaved runs of many journeys, as the monitor does.
type deployment struct {
	policy   incidents.Policy
	journeys map[string]incidents.State
	monitor  incidents.State
	runs     int
}

func watch(p incidents.Policy) *deployment {
	return &deployment{policy: p, journeys: map[string]incidents.State{}}
}

func (d *deployment) run(journey string, o probes.Outcome) []incidents.Event {
	r := run(d.runs, o)
	r.Journey = journey
	d.runs++
	d.journeys[journey], _ = incidents.Judge(d.journeys[journey], d.policy, r)
	next, events := incidents.JudgeMonitor(d.monitor, d.journeys[journey], d.policy, r)
	if same := incidents.Same(d.monitor, next); same && len(events) > 0 {
		panic("an event without a change of state")
	}
	d.monitor = next
	return events
}

// told runs "journey:outcome" words and gives what was said of the monitor.
func (d *deployment) told(t *testing.T, words string) []string {
	t.Helper()
	var told []string
	for _, word := range strings.Fields(words) {
		journey, letter, _ := strings.Cut(word, ":")
		o := map[string]probes.Outcome{"p": probes.Passed, "f": probes.Failed, "e": probes.Error}[letter]
		for _, e := range d.run(journey, o) {
			told = append(told, fmt.Sprintf("%s@%d %s", e.Kind, d.runs-1, strings.Join(e.Incident.Journeys, ",")))
		}
	}
	return told
}

func TestTheMonitorsIncidentCoversEveryJourneyInTrouble(t *testing.T) {
	two := incidents.Policy{OpenAfter: 2, CloseAfter: 2}
	for _, c := range []struct {
		name, words string
		policy      incidents.Policy
		want        []string
	}{
		{"a journey for ever in error does not flap while others pass", "a:e b:p a:e b:p b:p b:p a:e b:p b:p", two, []string{"opened@2 a"}},
		{"errors of two journeys do not add up", "a:e b:e a:p b:p a:e b:e a:p", two, nil},
		{"failures of the target are no trouble of ours", "a:f a:f a:f", two, nil},
		{"it closes when the last journey can be judged again", "a:e a:e b:e b:e a:p a:p b:f b:p", two, []string{"opened@1 a", "closed@7 "}},
		{"a failed run is a judged run", "a:e a:e a:f a:f", two, []string{"opened@1 a", "closed@3 "}},
		{"one good run does not close it", "a:e a:e a:p a:e a:p a:p", two, []string{"opened@1 a", "closed@5 "}},
		{"a journey that joins is told, but not more than every five minutes", "a:e a:e b:e b:e c:e c:e a:e a:e a:e a:e a:e a:e", two, []string{"opened@1 a", "reminded@6 a,b,c"}},
		{"it reminds", "a:e a:e a:e a:e", incidents.Policy{OpenAfter: 1, CloseAfter: 1, Remind: 2 * time.Minute}, []string{"opened@0 a", "reminded@2 a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := watch(c.policy).told(t, c.words)
			if !slices.EqualFunc(got, c.want, func(a, b string) bool { return strings.TrimSuffix(b, " ") == a || strings.HasPrefix(a, b) }) {
				t.Errorf("%s: got %q, want %q", c.words, got, c.want)
			}
		})
	}
}

func TestTroubleOfARetiredJourneyIsForgotten(t *testing.T) {
	d := watch(incidents.Policy{OpenAfter: 1, CloseAfter: 1})
	d.told(t, "a:e b:e")
	keep := func(journey string) bool { return journey == "b" }
	s, events := incidents.RetireTrouble(d.monitor, keep, noon)
	if len(events) != 0 || !slices.Equal(s.Incident.Journeys, []string{"b"}) {
		t.Fatalf("got %+v and %+v, want an open incident about b", s.Incident, events)
	}
	s, events = incidents.RetireTrouble(s, func(string) bool { return false }, noon.Add(time.Hour))
	if len(events) != 1 || events[0].Kind != incidents.Closed || s.Incident != nil {
		t.Errorf("got %+v and %+v, want the incident closed", s.Incident, events)
	}
}

func TestTheMonitorsIncidentIsOpenExactlyWhileAJourneyIsInTrouble(t *testing.T) {
	names := []string{"a", "b", "c"}
	rapid.Check(t, func(t *rapid.T) {
		p := incidents.Policy{OpenAfter: rapid.IntRange(1, 3).Draw(t, "open_after"), CloseAfter: rapid.IntRange(1, 3).Draw(t, "close_after")}
		d := watch(p)
		histories := map[string]string{}
		trouble := map[string]bool{}
		wasOpen := false
		for range rapid.IntRange(1, 80).Draw(t, "runs") {
			name := rapid.SampledFrom(names).Draw(t, "journey")
			o := rapid.SampledFrom(probes.Outcomes()).Draw(t, "outcome")
			events := d.run(name, o)
			letter := map[bool]string{true: "e", false: "j"}[o == probes.Error]
			histories[name] += letter
			switch h := histories[name]; {
			case strings.HasSuffix(h, strings.Repeat("e", p.OpenAfter)):
				trouble[name] = true
			case strings.HasSuffix(h, strings.Repeat("j", p.CloseAfter)):
				delete(trouble, name)
			}
			isOpen := d.monitor.Incident != nil
			if isOpen != (len(trouble) > 0) {
				t.Fatalf("open is %v, but in trouble are %v", isOpen, trouble)
			}
			if isOpen && !slices.Equal(d.monitor.Incident.Journeys, slices.Sorted(maps.Keys(trouble))) {
				t.Fatalf("it names %v, but in trouble are %v", d.monitor.Incident.Journeys, trouble)
			}
			changed := slices.ContainsFunc(events, func(e incidents.Event) bool { return e.Kind != incidents.Reminded })
			if changed != (isOpen != wasOpen) {
				t.Fatalf("open went from %v to %v with the events %+v", wasOpen, isOpen, events)
			}
			wasOpen = isOpen
		}
	})
}
