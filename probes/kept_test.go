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

const sessionCookie = "a-token-that-nobody-sees"

// shop is a driver that gives a cookie to who signs in and wants it from who buys; good says whether it still does.
func shop(t *testing.T, good *bool) *fake {
	d := &fake{}
	d.do = func(_ context.Context, call probes.Call, _ int) (probes.Done, error) {
		d.mu.Lock()
		s := d.sessions[len(d.sessions)-1]
		d.mu.Unlock()
		switch {
		case call.Step.Name == "sign in" && *good:
			s.cookies = []probes.Cookie{{Name: "session", Value: sessionCookie, Domain: "shop.example", Path: "/"}}
		case call.Step.Name == "buy" && len(s.cookies) != 1:
			t.Error("who buys is not signed in")
		case call.Step.Name == "buy" && !*good:
			return probes.Done{}, &probes.Failure{Reason: probes.Assertion, Message: "not signed in, but " + sessionCookie}
		}
		return probes.Done{}, nil
	}
	return d
}

func (d *fake) count(step string) (n int) {
	for _, name := range d.calls {
		if name == step {
			n++
		}
	}
	return n
}

func TestOneJourneySignsInForOthersAsLongAsThatIsGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good := true
		d := shop(t, &good)
		login := journey(step("sign in"))
		login.Name, login.Session = "login", &journeys.Session{Save: "shop", For: time.Hour}
		buy := journey(step("buy"))
		buy.Session = &journeys.Session{Use: "shop"}
		runner := probes.NewRunner(probes.Options{Drivers: []probes.Driver{d}, Saver: func(string) *journeys.Journey { return login }})
		run := func(j *journeys.Journey, confirm int) probes.Result {
			t.Helper()
			res := runner.Run(t.Context(), j, probes.Request{Confirm: confirm})
			checkSound(t, res)
			if strings.Contains(dump(t, res), sessionCookie) {
				t.Error("the session's cookie is in the result")
			}
			return res
		}
		signedIn := func(want int) {
			t.Helper()
			if got := d.count("sign in"); got != want {
				t.Errorf("signed in %d times, want %d", got, want)
			}
		}
		wantOutcome(t, run(buy, 0), probes.Passed, "", "")
		wantOutcome(t, run(buy, 0), probes.Passed, "", "")
		signedIn(1)
		time.Sleep(61 * time.Minute) // it has expired
		wantOutcome(t, run(buy, 0), probes.Passed, "", "")
		signedIn(2)
		wantOutcome(t, run(login, 0), probes.Passed, "", "") // by its own schedule: good for another hour
		time.Sleep(40 * time.Minute)
		wantOutcome(t, run(buy, 0), probes.Passed, "", "")
		signedIn(3)
		// The shop has forgotten it: the attempt that confirms signs in anew, and cannot.
		good = false
		res := run(buy, 1)
		wantOutcome(t, res, probes.Failed, probes.Assertion, "Sign in")
		if len(res.Attempts) != 2 || !strings.Contains(res.Failure.Message, `signing in as the journey "login" does failed`) {
			t.Errorf("%d attempts: %v", len(res.Attempts), res.Failure)
		}
		signedIn(4)
	})
}

func TestWithoutAJourneyThatSignsInTheMonitorCannotJudge(t *testing.T) {
	buy := journey(step("buy"))
	buy.Session = &journeys.Session{Use: "shop"}
	wantOutcome(t, run(t, buy, &fake{}), probes.Error, probes.Config, "Sign in")
}
