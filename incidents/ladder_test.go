package incidents_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/probes"
)

var ladder = []incidents.Rung{{After: 10 * time.Minute, Pagers: []string{"lead"}}, {After: 30 * time.Minute, Pagers: []string{"boss"}}}

func TestEachRungIsClimbedOnceInItsTimeAndNoneOnceSomebodyLooksAfterIt(t *testing.T) {
	policy := incidents.Policy{OpenAfter: 1, CloseAfter: 2, Severity: "warning"}
	for _, c := range []struct {
		what string
		// steps are minutes after the opening, and what happens then: "?" nothing, "a" acknowledged, "u" taken back, "p" and "f"
		// a run, "w" a failed run that is worse.
		steps, want string
	}{
		{"nothing happens", "9? 10? 10? 29? 30? 90?", "10:1 30:2"},
		{"acknowledged in time", "9a 10? 99?", ""},
		{"acknowledged after the first rung", "10? 11a 30? 99?", "10:1"},
		{"the acknowledgement is taken back", "5a 20u 29? 30? 49? 50?", "30:1 50:2"},
		{"it gets worse", "10? 11a 20w 39? 40?", "10:1 40:2"},
		{"the monitor was down: no rung is skipped over", "60? 61? 79? 80?", "60:1 80:2"},
		{"the last run was good", "9p 10? 11? 12?", "12:1"},
		{"it fails again", "9p 10f 10?", "10:1"},
		{"it is over", "8p 9p 10? 99?", ""},
		{"runs that say nothing", "5e 10? 20e 30?", "10:1 30:2"},
		{"the clock is set back", "-60? -51? -50?", "-50:1"},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, s := judge(t, policy, "f")
			opened, id := s.Incident.OpenedAt, s.Incident.ID
			var got []string
			for n, step := range strings.Fields(c.steps) {
				minute, err := strconv.Atoi(step[:len(step)-1])
				if err != nil {
					t.Fatal(err)
				}
				at := opened.Add(time.Duration(minute) * time.Minute)
				switch what := step[len(step)-1]; what {
				case 'a':
					s, _ = incidents.Acknowledge(s, id, incidents.Acknowledgement{At: at})
				case 'u':
					s = incidents.Unacknowledge(s, id, at)
				case '?':
					var events []incidents.Event
					s, events = incidents.Escalate(s, id, ladder, at)
					for _, e := range events {
						got = append(got, strconv.Itoa(minute)+":"+strconv.Itoa(e.Rung))
					}
				default:
					p := policy
					if what == 'w' {
						p.Severity, what = "critical", 'f'
					}
					r := run(n+10, map[byte]probes.Outcome{'p': probes.Passed, 'f': probes.Failed, 'e': probes.Error}[what])
					r.StartedAt, r.EndedAt = at.Add(-time.Second), at
					s, _ = incidents.Judge(s, p, r)
				}
			}
			if joined := strings.Join(got, " "); joined != c.want {
				t.Errorf("climbed %q, want %q", joined, c.want)
			}
		})
	}
}
