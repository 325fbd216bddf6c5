package probes_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

func TestARetryWaitsAsLongAsTheTargetAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := step("order")
		busy.Retry = &journeys.Retry{Every: time.Second, For: 30 * time.Second}
		var at []time.Duration
		begun := time.Now()
		d := &fake{do: func(_ context.Context, _ probes.Call, nth int) (probes.Done, error) {
			at = append(at, time.Since(begun))
			if nth < 3 {
				wish := map[int]time.Duration{1: 7 * time.Second, 2: 0}[nth]
				return probes.Done{RetryAfter: wish}, &probes.Failure{Reason: probes.RateLimited, Message: "later"}
			}
			return probes.Done{}, nil
		}}
		res := run(t, journey(busy), d)
		wantOutcome(t, res, probes.Passed, "", "")
		if len(at) != 3 || at[0] != 0 || at[1] != 7*time.Second || at[2] != 8*time.Second {
			t.Errorf("tried at %v", at)
		}
	})
}

func TestAnActionIsDoneAgainWhereItAsksForIt(t *testing.T) {
	var passes []int
	d := &fake{do: func(_ context.Context, call probes.Call, _ int) (probes.Done, error) {
		passes = append(passes, call.Pass)
		return probes.Done{Again: true}, nil
	}}
	res := run(t, journey(step("both")), d)
	wantOutcome(t, res, probes.Passed, "", "")
	if len(passes) != 2 || passes[0] != 0 || passes[1] != 1 {
		t.Errorf("passes %v", passes)
	}
}
