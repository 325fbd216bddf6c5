package probes_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

func TestAJourneyWhoseStepsAllWorkPasses(t *testing.T) {
	d := &fake{}
	res := run(t, journey(step("open"), step("pay")), d)
	wantOutcome(t, res, probes.Passed, "", "")
	wantStatuses(t, res, probes.StepPassed, probes.StepPassed)
	if len(d.sessions) != 1 || !d.sessions[0].closed {
		t.Errorf("want one session, closed: %+v", d.sessions)
	}
	if res.Last().Evidence != nil {
		t.Error("a passed attempt has no evidence")
	}
}

func TestTheFirstFailingStepDecidesAndTheRestIsNotRun(t *testing.T) {
	for reason, outcome := range map[probes.Reason]probes.Outcome{
		probes.Locator: probes.Failed, probes.Status: probes.Failed, probes.Script: probes.Failed,
		probes.Resources: probes.Error, probes.Config: probes.Error, probes.Internal: probes.Error,
	} {
		d := &fake{do: failing("pay", reason)}
		res := run(t, journey(step("open"), step("pay"), step("see")), d)
		wantOutcome(t, res, outcome, reason, "pay")
		wantStatuses(t, res, probes.StepPassed, probes.StepFailed, probes.StepNotRun)
		if len(d.calls) != 2 {
			t.Errorf("the steps %q ran", d.calls)
		}
	}
}

func TestAnErrorOfADriverThatIsNoFailureIsOurs(t *testing.T) {
	for name, err := range map[string]error{
		"plain error":    errors.New("something broke"),
		"unknown reason": &probes.Failure{Reason: "moon", Message: "full"},
		"no reason":      &probes.Failure{Message: "forgotten"},
	} {
		res := run(t, journey(step("pay")), &fake{do: func(context.Context, probes.Call, int) (probes.Done, error) {
			return probes.Done{}, err
		}})
		if wantOutcome(t, res, probes.Error, probes.Internal, "pay"); t.Failed() {
			t.Log(name)
		}
	}
}

func TestAPanicIsOursAndItsStackIsNotInTheMessage(t *testing.T) {
	boom := func() { panic("boom") }
	drivers := map[string]*fake{
		"do": {do: func(context.Context, probes.Call, int) (probes.Done, error) { boom(); return probes.Done{}, nil }},
		"diagnose": {
			do:       failing("pay", probes.Locator),
			diagnose: func(context.Context, *probes.Failure) *probes.Failure { boom(); return nil },
		},
		"open": {open: func(context.Context) error { boom(); return nil }},
	}
	for name, d := range drivers {
		j := journey(step("pay"))
		j.Finally = []journeys.Step{get("tidy up")}
		tidy := &fake{http: true}
		res := run(t, j, d, tidy)
		wantOutcome(t, res, probes.Error, probes.Internal, "pay")
		if !strings.Contains(res.Failure.Message, "boom") || strings.Contains(res.Failure.Message, ".go:") {
			t.Errorf("%s: message %q", name, res.Failure.Message)
		}
		if res.Failure.Err == nil || !strings.Contains(res.Failure.Err.Error(), "outcome_test.go:") {
			t.Errorf("%s: the cause holds no stack: %v", name, res.Failure.Err)
		}
		if len(tidy.calls) != 1 {
			t.Errorf("%s: finally steps run after a panic too, got %q", name, tidy.calls)
		}
	}
}

func TestAPanicWhileCollectingOrClosingDoesNotChangeTheVerdict(t *testing.T) {
	d := &fake{
		do:       failing("pay", probes.Locator),
		evidence: func(context.Context, string, *probes.Evidence) { panic("boom") },
		closing:  func(context.Context) error { panic("boom") },
	}
	wantOutcome(t, run(t, journey(step("pay")), d), probes.Failed, probes.Locator, "pay")
}

func TestAPanicOfAnObserverIsInTheResult(t *testing.T) {
	o := probes.Options{Observe: func(probes.Progress) { panic("boom") }}
	wantOutcome(t, runWith(t, o, journey(step("pay")), probes.Request{}, &fake{}), probes.Error, probes.Internal, "")
}

func TestAnActionThatNoDriverDoesIsAFaultOfTheConfiguration(t *testing.T) {
	res := run(t, journey(step("pay")), &fake{http: true})
	wantOutcome(t, res, probes.Error, probes.Config, "pay")
}

func TestAnOptionalStepMayFailButNotForAReasonOfOurs(t *testing.T) {
	banner := step("close the banner")
	banner.Optional = true
	res := run(t, journey(banner, step("pay")), &fake{do: failing(banner.Name, probes.Locator)})
	wantOutcome(t, res, probes.Passed, "", "")
	wantStatuses(t, res, probes.StepTolerated, probes.StepPassed)
	if res.Last().Steps[0].Failure == nil {
		t.Error("a tolerated step says why it failed")
	}
	res = run(t, journey(banner, step("pay")), &fake{do: failing(banner.Name, probes.BrowserFault)})
	wantOutcome(t, res, probes.Error, probes.BrowserFault, banner.Name)
}

func TestAFailedAttemptIsRepeatedAsOftenAsItMustBeConfirmed(t *testing.T) {
	for _, c := range []struct {
		name     string
		failures int
		confirm  int
		reason   probes.Reason
		attempts int
		outcome  probes.Outcome
	}{
		{"passes at once", 0, 2, probes.Locator, 1, probes.Passed},
		{"recovers", 1, 2, probes.Locator, 2, probes.Passed},
		{"recovers at last", 2, 2, probes.Locator, 3, probes.Passed},
		{"stays broken", 9, 2, probes.Locator, 3, probes.Failed},
		{"needs no confirmation", 9, 0, probes.Locator, 1, probes.Failed},
		{"a browser fault is repeated once", 1, 0, probes.BrowserFault, 2, probes.Passed},
		{"but not twice", 9, 3, probes.BrowserFault, 2, probes.Error},
		{"other errors are not repeated", 9, 3, probes.Resources, 1, probes.Error},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &fake{}
			d.do = func(context.Context, probes.Call, int) (probes.Done, error) {
				if len(d.sessions) <= c.failures {
					return probes.Done{}, &probes.Failure{Reason: c.reason, Message: "no"}
				}
				return probes.Done{}, nil
			}
			res := runWith(t, probes.Options{}, journey(step("pay")), probes.Request{Confirm: c.confirm}, d)
			if len(res.Attempts) != c.attempts || res.Outcome != c.outcome {
				t.Errorf("got %d attempts and %s, want %d and %s", len(res.Attempts), res.Outcome, c.attempts, c.outcome)
			}
			if len(d.sessions) != c.attempts {
				t.Errorf("%d sessions for %d attempts: each has a fresh one", len(d.sessions), c.attempts)
			}
			for i, at := range res.Attempts {
				if at.Number != i+1 {
					t.Errorf("attempt %d has the number %d", i+1, at.Number)
				}
			}
		})
	}
}

func TestARunThatIsStoppedBeforeItsFailureIsConfirmedIsNoFailure(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	d := &fake{do: failing("pay", probes.Locator), closing: func(context.Context) error { cancel(); return nil }}
	res := probes.NewRunner(probes.Options{Drivers: []probes.Driver{d}}).Run(ctx, journey(step("pay")), probes.Request{Confirm: 1})
	checkSound(t, res)
	wantOutcome(t, res, probes.Error, probes.Cancelled, "pay")
	if len(res.Attempts) != 1 || res.Attempts[0].Outcome != probes.Failed {
		t.Errorf("the failed attempt is kept: %+v", res.Attempts)
	}
}

func TestFinallyStepsAlwaysRunAndNeverPageByThemselves(t *testing.T) {
	tidy := func(j *journeys.Journey) *journeys.Journey {
		j.Finally = []journeys.Step{step("cancel the order"), step("log out")}
		return j
	}
	t.Run("after a failure", func(t *testing.T) {
		res := run(t, tidy(journey(step("pay"), step("see"))), &fake{do: failing("pay", probes.Locator)})
		wantOutcome(t, res, probes.Failed, probes.Locator, "pay")
		wantStatuses(t, res, probes.StepFailed, probes.StepNotRun, probes.StepPassed, probes.StepPassed)
		if !res.Last().Steps[2].Finally || res.Last().Steps[0].Finally {
			t.Error("finally steps are marked, the others are not")
		}
	})
	t.Run("one that fails does not keep the next from running", func(t *testing.T) {
		res := run(t, tidy(journey(step("pay"))), &fake{do: failing("cancel the order", probes.Locator)})
		wantStatuses(t, res, probes.StepPassed, probes.StepFailed, probes.StepPassed)
		wantOutcome(t, res, probes.Degraded, probes.Locator, "cancel the order")
		if !res.Outcome.Good() {
			t.Error("orders left behind page nobody")
		}
	})
	t.Run("a fault of ours there is no error either", func(t *testing.T) {
		res := run(t, tidy(journey(step("pay"))), &fake{do: failing("cancel the order", probes.BrowserFault)})
		wantOutcome(t, res, probes.Degraded, probes.BrowserFault, "cancel the order")
	})
	t.Run("its failure does not replace that of a step", func(t *testing.T) {
		d := &fake{do: func(context.Context, probes.Call, int) (probes.Done, error) {
			return probes.Done{}, &probes.Failure{Reason: probes.Script, Message: "no"}
		}}
		wantOutcome(t, run(t, tidy(journey(step("pay"))), d), probes.Failed, probes.Script, "pay")
	})
	t.Run("not when nothing began", func(t *testing.T) {
		j := tidy(journey(step("pay")))
		j.Secrets = []journeys.Secret{{Name: "card", Env: "NOT_SET"}}
		d := &fake{}
		o := probes.Options{Env: func(string) (string, bool) { return "", false }}
		res := runWith(t, o, j, probes.Request{}, d)
		wantOutcome(t, res, probes.Error, probes.Config, "")
		wantStatuses(t, res, probes.StepNotRun)
		if len(d.calls) != 0 || len(d.sessions) != 0 {
			t.Errorf("ran %q", d.calls)
		}
	})
}

func TestASessionThatCannotBeOpenedIsNotTriedAgain(t *testing.T) {
	opened := 0
	d := &fake{open: func(context.Context) error {
		opened++
		return &probes.Failure{Reason: probes.Resources, Message: "no Chromium"}
	}}
	j := journey(step("pay"))
	j.Finally = []journeys.Step{step("log out"), get("cancel the order")}
	api := &fake{http: true}
	res := run(t, j, d, api)
	wantOutcome(t, res, probes.Error, probes.Resources, "pay")
	if opened != 1 || len(api.calls) != 1 {
		t.Errorf("opened %d times, the other driver did %q", opened, api.calls)
	}
}

func TestAMissingSecretIsNamed(t *testing.T) {
	dir := t.TempDir()
	for want, s := range map[string]journeys.Secret{
		`secret "card": the environment variable TEST_CARD is not set`: {Name: "card", Env: "TEST_CARD"},
		`secret "pin": the environment variable EMPTY is empty`:        {Name: "pin", Env: "EMPTY"},
		`secret "key": opening ` + dir + `/nothing: no such file or directory`: {
			Name: "key", File: "nothing",
		},
	} {
		j := journey(step("pay"))
		j.Dir, j.Secrets = dir, []journeys.Secret{s}
		o := probes.Options{Env: func(name string) (string, bool) { return "", name == "EMPTY" }}
		res := runWith(t, o, j, probes.Request{}, &fake{})
		wantOutcome(t, res, probes.Error, probes.Config, "")
		if res.Failure.Message != want {
			t.Errorf("got %q, want %q", res.Failure.Message, want)
		}
	}
}

func TestWithoutAMentionOfTheStatusItMustBeBelow400(t *testing.T) {
	answer := func(status int) *fake {
		return &fake{http: true, do: func(context.Context, probes.Call, int) (probes.Done, error) {
			return probes.Done{HTTP: &probes.HTTPInfo{Status: status}}, nil
		}}
	}
	for status, outcome := range map[int]probes.Outcome{
		200: probes.Passed, 302: probes.Passed, 399: probes.Passed, 400: probes.Failed, 503: probes.Failed,
	} {
		if res := run(t, journey(get("order")), answer(status)); res.Outcome != outcome {
			t.Errorf("status %d: %s, want %s", status, res.Outcome, outcome)
		}
	}
	res := run(t, journey(get("order")), answer(500))
	wantOutcome(t, res, probes.Failed, probes.Status, "order")
	if res.Failure.Expected != "status < 400" || res.Failure.Got != "status is 500 Internal Server Error" {
		t.Errorf("expected %q, got %q", res.Failure.Expected, res.Failure.Got)
	}
}

func TestTheSessionMayDiagnoseMoreExactly(t *testing.T) {
	d := &fake{do: failing("pay", probes.Locator), diagnose: func(_ context.Context, f *probes.Failure) *probes.Failure {
		return &probes.Failure{Reason: probes.Blocked, Message: "a captcha instead of: " + f.Message}
	}}
	wantOutcome(t, run(t, journey(step("pay")), d), probes.Failed, probes.Blocked, "pay")
}

func TestEveryStepIsObserved(t *testing.T) {
	var seen []string
	o := probes.Options{Observe: func(p probes.Progress) {
		state := "begins"
		if p.Result != nil {
			state = string(p.Result.Status)
		}
		seen = append(seen, p.Step.Name+" "+state)
		if p.Total != 4 || p.Attempt != 1 {
			t.Errorf("%+v", p)
		}
	}}
	j := journey(step("open"), step("pay"), step("see"))
	j.Finally = []journeys.Step{step("log out")}
	runWith(t, o, j, probes.Request{}, &fake{do: failing("pay", probes.Locator)})
	want := "open begins, open passed, pay begins, pay failed, see not_run, log out begins, log out passed"
	if got := strings.Join(seen, ", "); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
