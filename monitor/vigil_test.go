package monitor

import (
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

func TestAFailureDuringAStandstillIsNoVerdict(t *testing.T) {
	start := time.Now()
	at := func(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }
	// watched is a vigil that stood still from 10 to 30 and has noticed it.
	watched := func() *vigil {
		v := &vigil{}
		for s := 0.0; s <= 10; s += 0.5 {
			v.look(at(s))
		}
		for s := 30.0; s <= 40; s += 0.5 {
			v.look(at(s))
		}
		return v
	}
	asleep := func() *vigil { // It has not woken yet.
		v := &vigil{}
		v.look(at(10))
		return v
	}
	failed := func(began, last float64) *probes.Result {
		return &probes.Result{Outcome: probes.Failed, StartedAt: at(began).UTC().Round(0), Failure: &probes.Failure{Reason: probes.Timeout, Message: "no answer"},
			Attempts: []probes.Attempt{{StartedAt: at(began).UTC().Round(0)}, {StartedAt: at(last).UTC().Round(0)}}}
	}
	for _, c := range []struct {
		what               string
		v                  *vigil
		began, last, ended float64
		want               probes.Outcome
	}{
		{"it stood still in the middle", watched(), 9, 9, 31, probes.Error},
		{"the run woke first", asleep(), 9, 9, 30, probes.Error},
		{"it stood still before the run", watched(), 31, 31, 32, probes.Failed},
		{"it stood still in an earlier attempt", watched(), 9, 31, 32, probes.Failed},
		{"a busy machine", asleep(), 9, 9, 12, probes.Failed},
		{"nobody watches", &vigil{}, 9, 9, 31, probes.Failed},
	} {
		r := failed(c.began, c.last)
		c.v.excuse(r, at(c.began), at(c.ended))
		if r.Outcome != c.want {
			t.Errorf("%s: %s, want %s", c.what, r.Outcome, c.want)
		}
		if c.want == probes.Error && (!r.Failure.Reason.Ours() || !strings.Contains(r.Failure.Message, "20s") || !strings.Contains(r.Failure.Message, "no answer")) {
			t.Errorf("%s: %+v", c.what, r.Failure)
		}
	}
	good := &probes.Result{Outcome: probes.Passed, StartedAt: at(9), Attempts: []probes.Attempt{{StartedAt: at(9)}}}
	if watched().excuse(good, at(9), at(31)); good.Outcome != probes.Passed {
		t.Error("a run that passed although we stood still has passed")
	}
}
