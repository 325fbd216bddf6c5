package probes_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// inBubble runs a test in simulated time.
func inBubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

func TestAStepEndsAtItsDeadlineWithTheDriversOwnWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pay := step("pay")
		pay.Timeout = 3 * time.Second
		res := run(t, journey(pay), &fake{do: hang})
		wantOutcome(t, res, probes.Failed, probes.Locator, "pay")
		if got := res.Duration(); got != 3*time.Second {
			t.Errorf("took %s", got)
		}
	})
}

func TestADeadlineThatTheDriverDoesNotExplainIsATimeout(t *testing.T) {
	inBubble(t, "of the step", func(t *testing.T) {
		res := run(t, journey(step("pay")), &fake{do: takes(time.Hour)})
		wantOutcome(t, res, probes.Failed, probes.Timeout, "pay")
		if res.Duration() != 10*time.Second || !strings.Contains(res.Failure.Message, "within 10s") {
			t.Errorf("%s: %s", res.Duration(), res.Failure.Message)
		}
	})
	inBubble(t, "of the journey", func(t *testing.T) {
		j := journey(step("open"), step("pay"), step("see"))
		j.Timeout = 12 * time.Second
		res := run(t, j, &fake{do: takes(8 * time.Second)})
		wantOutcome(t, res, probes.Failed, probes.Timeout, "pay")
		wantStatuses(t, res, probes.StepPassed, probes.StepFailed, probes.StepNotRun)
		if res.Duration() != 12*time.Second || !strings.Contains(res.Failure.Message, "journey's 12s") {
			t.Errorf("%s: %s", res.Duration(), res.Failure.Message)
		}
	})
}

func TestOpeningASessionCountsNeitherForTheStepNorForTheJourney(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := journey(step("open"), step("pay"))
		j.Timeout = 10 * time.Second
		d := &fake{do: takes(4 * time.Second), open: func(context.Context) error {
			time.Sleep(20 * time.Second)
			return nil
		}}
		res := run(t, j, d)
		wantOutcome(t, res, probes.Passed, "", "")
		if res.Duration() != 8*time.Second || res.Last().Steps[0].Duration != 4*time.Second {
			t.Errorf("%s, first step %s", res.Duration(), res.Last().Steps[0].Duration)
		}
		if got := res.EndedAt.Sub(res.StartedAt); got != 28*time.Second {
			t.Errorf("the run took %s", got)
		}
	})
}

func TestASessionThatDoesNotOpenInTimeIsOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &fake{open: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
		wantOutcome(t, run(t, journey(step("pay")), d), probes.Error, probes.Resources, "pay")
	})
}

func TestOverItsBudgetAStepIsSlowAndTheRunDegraded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		menu := step("menu")
		menu.Budget = journeys.Budget{Time: 2 * time.Second}
		res := run(t, journey(menu, step("pay")), &fake{do: takes(3 * time.Second)})
		wantOutcome(t, res, probes.Degraded, probes.Slow, "menu")
		wantStatuses(t, res, probes.StepSlow, probes.StepPassed)
		if f := res.Failure; f.Expected != "at most 2s" || f.Got != "3s" {
			t.Errorf("expected %q, got %q", f.Expected, f.Got)
		}
		menu.Budget = journeys.Budget{Time: 3 * time.Second}
		wantOutcome(t, run(t, journey(menu), &fake{do: takes(3 * time.Second)}), probes.Passed, "", "")
	})
}

func TestAFailureCountsMoreThanASlowStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		menu := step("menu")
		menu.Budget = journeys.Budget{Time: time.Second}
		d := &fake{}
		d.do = func(ctx context.Context, call probes.Call, n int) (probes.Done, error) {
			if call.Step.Name == "pay" {
				return probes.Done{}, &probes.Failure{Reason: probes.Script, Message: "no"}
			}
			return takes(2*time.Second)(ctx, call, n)
		}
		wantOutcome(t, run(t, journey(menu, step("pay")), d), probes.Failed, probes.Script, "pay")
	})
}

func TestRetryRepeatsTheStepAtItsPaceUntilItWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		order := step("order")
		order.Retry = &journeys.Retry{Every: time.Second, For: 15 * time.Second}
		var at []time.Duration
		begun := time.Now()
		d := &fake{do: func(_ context.Context, _ probes.Call, nth int) (probes.Done, error) {
			at = append(at, time.Since(begun))
			time.Sleep(300 * time.Millisecond)
			if nth < 4 {
				return probes.Done{}, &probes.Failure{Reason: probes.Assertion, Message: "still received"}
			}
			return probes.Done{}, nil
		}}
		res := run(t, journey(order), d)
		wantOutcome(t, res, probes.Passed, "", "")
		if s := res.Last().Steps[0]; s.Tries != 4 || s.Duration != 3300*time.Millisecond {
			t.Errorf("%d tries in %s, at %v", s.Tries, s.Duration, at)
		}
	})
}

func TestRetryGivesUpInTimeAndSaysHowOftenItTried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		order := step("order")
		order.Retry = &journeys.Retry{Every: 2 * time.Second, For: 15 * time.Second}
		res := run(t, journey(order), &fake{do: failing("order", probes.Assertion)})
		wantOutcome(t, res, probes.Failed, probes.Assertion, "order")
		if want := "order does not work (after 8 tries in 14s)"; res.Failure.Message != want {
			t.Errorf("got %q, want %q", res.Failure.Message, want)
		}
	})
}

func TestRetryStopsAtOnceForAReasonOfOurs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		order := step("order")
		order.Retry = &journeys.Retry{Every: time.Second, For: 15 * time.Second}
		res := run(t, journey(order), &fake{do: failing("order", probes.Resources)})
		wantOutcome(t, res, probes.Error, probes.Resources, "order")
		if got := res.Last().Steps[0].Tries; got != 1 {
			t.Errorf("%d tries", got)
		}
	})
}

func TestATryThatHangsDoesNotUseUpTheOthersTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		order := step("order")
		order.Retry = &journeys.Retry{Every: time.Second, For: 30 * time.Second}
		d := &fake{do: func(ctx context.Context, call probes.Call, nth int) (probes.Done, error) {
			if nth == 1 {
				return hang(ctx, call, nth)
			}
			return probes.Done{}, nil
		}}
		res := run(t, journey(order), d)
		wantOutcome(t, res, probes.Passed, "", "")
		if s := res.Last().Steps[0]; s.Tries != 2 || s.Duration != 10*time.Second {
			t.Errorf("%d tries in %s", s.Tries, s.Duration)
		}
	})
}

func TestAStepsOwnTimeoutEndsItsRetryWithWhatTheTriesSaw(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		order := step("order")
		order.Timeout = 5 * time.Second
		order.Retry = &journeys.Retry{Every: 2 * time.Second, For: time.Minute}
		d := &fake{do: func(ctx context.Context, _ probes.Call, nth int) (probes.Done, error) {
			if nth == 3 {
				<-ctx.Done()
				return probes.Done{}, ctx.Err()
			}
			return probes.Done{}, &probes.Failure{Reason: probes.Assertion, Message: "still received"}
		}}
		res := run(t, journey(order), d)
		wantOutcome(t, res, probes.Failed, probes.Assertion, "order")
		if want := "still received (after 3 tries in 5s)"; res.Failure.Message != want {
			t.Errorf("got %q, want %q", res.Failure.Message, want)
		}
	})
}

func TestCancellingEndsTheStepAtOnceAndFinallyStillRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2*time.Second, cancel)
		j := journey(step("pay"), step("see"))
		j.Finally = []journeys.Step{get("cancel the order")}
		tidy := &fake{http: true, do: takes(time.Second)}
		evidence := false
		d := &fake{do: hang, evidence: func(context.Context, string, *probes.Evidence) { evidence = true }}
		res := probes.NewRunner(probes.Options{Drivers: []probes.Driver{d, tidy}}).Run(ctx, j, probes.Request{Confirm: 3})
		checkSound(t, res)
		wantOutcome(t, res, probes.Error, probes.Cancelled, "pay")
		wantStatuses(t, res, probes.StepFailed, probes.StepNotRun, probes.StepPassed)
		if got := res.EndedAt.Sub(res.StartedAt); got != 3*time.Second {
			t.Errorf("took %s", got)
		}
		if len(res.Attempts) != 1 || evidence {
			t.Error("a stopped run is neither repeated nor photographed")
		}
		if !d.sessions[0].closed || !tidy.sessions[0].closed {
			t.Error("sessions of a stopped run are closed")
		}
	})
}

func TestARunThatIsCancelledBeforeItBeginsDoesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	j := journey(step("pay"))
	j.Finally = []journeys.Step{step("log out")}
	d := &fake{}
	res := probes.NewRunner(probes.Options{Drivers: []probes.Driver{d}}).Run(ctx, j, probes.Request{})
	checkSound(t, res)
	wantOutcome(t, res, probes.Error, probes.Cancelled, "")
	if len(d.calls) != 0 {
		t.Errorf("ran %q", d.calls)
	}
}

func TestEachFinallyStepIsSureOfItsShareOfTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := journey(step("pay"))
		j.Finally = []journeys.Step{get("one"), get("two"), get("three")}
		api := &fake{http: true, do: func(ctx context.Context, call probes.Call, nth int) (probes.Done, error) {
			if call.Step.Name == "two" {
				return takes(time.Second)(ctx, call, nth)
			}
			return hang(ctx, call, nth)
		}}
		res := runWith(t, probes.Options{FinallyTime: 9 * time.Second}, j, probes.Request{}, &fake{}, api)
		wantStatuses(t, res, probes.StepPassed, probes.StepFailed, probes.StepPassed, probes.StepFailed)
		steps := res.Last().Steps
		if steps[1].Duration != 3*time.Second || steps[3].Duration != 5*time.Second {
			t.Errorf("shares of %s and %s", steps[1].Duration, steps[3].Duration)
		}
		if got := res.EndedAt.Sub(res.StartedAt); got != 9*time.Second {
			t.Errorf("took %s", got)
		}
	})
}

func TestEvidenceHasItsOwnTimeAfterTheJourneysIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := journey(step("pay"))
		j.Timeout = 5 * time.Second
		var left time.Duration
		d := &fake{do: hang, evidence: func(ctx context.Context, name string, e *probes.Evidence) {
			deadline, _ := ctx.Deadline()
			left = time.Until(deadline)
			e.PageText = "Please wait"
			e.Artifacts = append(e.Artifacts, probes.Artifact{Name: name + ".jpg", MIME: "image/jpeg"})
			<-ctx.Done()
		}}
		res := runWith(t, probes.Options{EvidenceTime: 4 * time.Second}, j, probes.Request{}, d)
		wantOutcome(t, res, probes.Failed, probes.Locator, "pay")
		e := res.Last().Evidence
		if left != 4*time.Second || e == nil || e.PageText != "Please wait" || e.Artifacts[0].Name != "attempt-1.jpg" {
			t.Errorf("%s left, evidence %+v", left, e)
		}
	})
}

func TestADriverThatNeverReturnsDoesNotHoldTheJourney(t *testing.T) {
	j := journey(step("pay"))
	inBubble(t, "in a step", func(t *testing.T) {
		release := make(chan bool)
		d := &fake{do: func(context.Context, probes.Call, int) (probes.Done, error) { <-release; return probes.Done{}, nil }}
		res := run(t, j, d)
		wantOutcome(t, res, probes.Error, probes.Internal, "")
		if !strings.Contains(res.Failure.Message, `in step "pay"`) {
			t.Error(res.Failure.Message)
		}
		close(release)
	})
	inBubble(t, "after the verdict", func(t *testing.T) {
		release := make(chan bool)
		d := &fake{
			do:       failing("pay", probes.Locator),
			evidence: func(context.Context, string, *probes.Evidence) { <-release },
		}
		res := run(t, j, d)
		wantOutcome(t, res, probes.Failed, probes.Locator, "pay")
		close(release)
	})
}
