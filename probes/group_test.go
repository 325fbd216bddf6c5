package probes_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
)

// parsed reads a journey as an author writes it.
func parsed(t *testing.T, src string) *journeys.Journey {
	t.Helper()
	js, err := format.Parse("journey.yaml", []byte("journey: checkout\nteam: payments\n"+src))
	if err != nil {
		t.Fatal(err)
	}
	return &js[0]
}

const grouped = `steps:
- get: http://shop/a
  name: before
- group: sign in
  GROUP
  steps:
  - get: http://shop/b
    name: user
  - group: inner
    steps:
    - get: http://shop/c
      name: password
    - get: http://shop/d
      name: button
- get: http://shop/e
  name: after
`

func TestAGroupHasOneVerdictOverItsSteps(t *testing.T) {
	const (
		passed, failed, notRun = probes.StepPassed, probes.StepFailed, probes.StepNotRun
		skipped, tolerated     = probes.StepSkipped, probes.StepTolerated
	)
	for _, c := range []struct {
		name, keys, fails string
		reason            probes.Reason
		outcome           probes.Outcome
		step              string
		want              []probes.StepStatus
	}{
		{"all pass", "", "", "", probes.Passed, "", []probes.StepStatus{passed, passed, passed, passed, passed, passed, passed}},
		{"a member fails", "", "password", probes.Assertion, probes.Failed, "password",
			[]probes.StepStatus{passed, failed, passed, failed, failed, notRun, notRun}},
		{"optional", "optional: true", "password", probes.Assertion, probes.Passed, "",
			[]probes.StepStatus{passed, tolerated, passed, tolerated, tolerated, notRun, passed}},
		{"optional does not excuse the monitor", "optional: true", "password", probes.Resources, probes.Error, "password",
			[]probes.StepStatus{passed, failed, passed, failed, failed, notRun, notRun}},
		{"left out", "if: run.attempt > 1", "", "", probes.Passed, "",
			[]probes.StepStatus{passed, skipped, skipped, skipped, skipped, skipped, passed}},
	} {
		j := parsed(t, strings.Replace(grouped, "GROUP", c.keys, 1))
		d := &fake{http: true, do: failing(c.fails, c.reason)}
		res := run(t, j, d)
		if c.outcome == probes.Passed {
			c.reason = ""
		}
		wantOutcome(t, res, c.outcome, c.reason, c.step)
		wantStatuses(t, res, c.want...)
		var depths []int
		for _, s := range res.Last().Steps {
			depths = append(depths, s.Depth)
		}
		if !slices.Equal(depths, []int{0, 0, 1, 1, 2, 2, 0}) || t.Failed() {
			t.Fatalf("%s: depths %v", c.name, depths)
		}
	}
}

func TestEveryStepIsToldOnceWithItsPlace(t *testing.T) {
	j := parsed(t, strings.Replace(grouped, "GROUP", "budget: 1m", 1)+"finally:\n- group: tidy\n  steps:\n  - get: http://shop/f\n    name: cancel\n")
	var ends []int
	o := probes.Options{Observe: func(p probes.Progress) {
		if p.Total != 9 {
			t.Errorf("a total of %d", p.Total)
		}
		if p.Result != nil {
			ends = append(ends, p.Index)
		}
	}}
	runWith(t, o, j, probes.Request{}, &fake{http: true, do: failing("user", probes.Status)})
	if slices.Sort(ends); !slices.Equal(ends, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Errorf("the ends of %v were told", ends)
	}
}

func TestAGroupIsRetriedAsAWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := parsed(t, strings.Replace(grouped, "GROUP", "retry: {every: 1s, for: 10s}", 1))
		d := &fake{http: true, do: func(_ context.Context, call probes.Call, nth int) (probes.Done, error) {
			if call.Step.Name == "button" && nth < 3 {
				return probes.Done{}, &probes.Failure{Reason: probes.Status, Message: "not yet"}
			}
			return probes.Done{}, nil
		}}
		res := run(t, j, d)
		wantOutcome(t, res, probes.Passed, "", "")
		if len(res.Last().Steps) != 7 || res.Last().Steps[1].Tries != 3 || res.Last().Duration != 2*time.Second {
			t.Errorf("%d steps, %d tries, %s", len(res.Last().Steps), res.Last().Steps[1].Tries, res.Last().Duration)
		}
		d = &fake{http: true, do: failing("button", probes.Status)}
		res = run(t, j, d)
		wantOutcome(t, res, probes.Failed, probes.Status, "button")
		if got := res.Last().Steps[1]; got.Tries != 11 || got.Duration != 10*time.Second {
			t.Errorf("%d tries in %s", got.Tries, got.Duration)
		}
	})
}

func TestAGroupsTimeAndBudgetAreThoseOfAllItsSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := parsed(t, strings.Replace(grouped, "GROUP", "timeout: 3s", 1))
		d := &fake{http: true, do: takes(2 * time.Second)}
		res := run(t, j, d)
		wantOutcome(t, res, probes.Failed, probes.Timeout, "password")
		if want := `the 3s of "sign in" were over 1s into this step`; res.Failure.Message != want {
			t.Errorf("got %q, want %q", res.Failure.Message, want)
		}
		j = parsed(t, strings.Replace(grouped, "GROUP", "budget: 5s", 1))
		res = run(t, j, &fake{http: true, do: takes(2 * time.Second)})
		wantOutcome(t, res, probes.Degraded, probes.Slow, "sign in")
	})
}

func TestAGroupsConditionMayLookAtThePage(t *testing.T) {
	j := parsed(t, `steps:
- goto: http://shop/
- group: the banner
  if: title == "Cookies"
  steps:
  - click: Accept
- see: Menu
`)
	for title, want := range map[string]int{"Cookies": 3, "Menu": 2} {
		d := &fake{scope: func(context.Context) (journeys.Names, journeys.PageFuncs, error) {
			return journeys.Values{"title": title}, nil, nil
		}}
		wantOutcome(t, run(t, j, d), probes.Passed, "", "")
		if len(d.calls) != want || len(d.sessions) != 1 {
			t.Errorf("with the title %q the steps %q ran in %d sessions", title, d.calls, len(d.sessions))
		}
	}
}
