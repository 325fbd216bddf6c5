package probes_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// page is a browser driver whose title changes by itself.
func page(changes map[time.Duration]string, notice bool) *fake {
	begun := time.Now()
	title := func() string {
		current, since := "", time.Duration(-1)
		for at, text := range changes {
			if at <= time.Since(begun) && at > since {
				current, since = text, at
			}
		}
		return current
	}
	return &fake{
		scope: func(context.Context) (journeys.Names, journeys.PageFuncs, error) {
			return journeys.Values{"url": "http://shop/", "title": title()}, nil, nil
		},
		changed: func(ctx context.Context) error {
			before := title()
			for range time.Tick(time.Millisecond) {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if notice && title() != before {
					return nil
				}
			}
			return nil
		},
	}
}

func TestInABrowserExpectationsMayComeTrueUntilTheDeadline(t *testing.T) {
	const source = "steps:\n  - name: wait\n    reload:\n    timeout: 5s\n    expect: title == \"Menu\"\n"
	for name, c := range map[string]struct {
		at      time.Duration
		notice  bool
		outcome probes.Outcome
		took    time.Duration
	}{
		"at once":                     {0, true, probes.Passed, 0},
		"when the page changes":       {1200 * time.Millisecond, true, probes.Passed, 1200 * time.Millisecond},
		"though nobody notices":       {1200 * time.Millisecond, false, probes.Passed, 1250 * time.Millisecond},
		"never within the step's own": {6 * time.Second, true, probes.Failed, 5 * time.Second},
	} {
		inBubble(t, name, func(t *testing.T) {
			d := page(map[time.Duration]string{0: "Wait", c.at: "Menu"}, c.notice)
			res := run(t, parse(t, source), d)
			if c.outcome == probes.Failed {
				wantOutcome(t, res, probes.Failed, probes.Assertion, "wait")
				if res.Failure.Got != `title is "Wait"` {
					t.Error(res.Failure.Got)
				}
			} else {
				wantOutcome(t, res, probes.Passed, "", "")
			}
			if got := res.Last().Steps[0].Duration; got < c.took || got > c.took+20*time.Millisecond {
				t.Errorf("took %s, want %s", got, c.took)
			}
			if len(d.calls) != 1 {
				t.Errorf("the action was done %d times", len(d.calls))
			}
		})
	}
}

func TestRetryOfABrowserStepRepeatsTheActionAtItsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := parse(t, "steps:\n  - name: wait\n    reload:\n    retry: {every: 2s, for: 9s}\n    expect: title == \"Menu\"\n")
		d := page(map[time.Duration]string{0: "Wait", 5 * time.Second: "Menu"}, true)
		res := run(t, j, d)
		wantOutcome(t, res, probes.Passed, "", "")
		if s := res.Last().Steps[0]; s.Tries != 3 || s.Duration > 5100*time.Millisecond {
			t.Errorf("%d tries in %s", s.Tries, s.Duration)
		}
	})
}

func TestWhatABrowserStepSavesIsWaitedForToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &fake{}
		begun := time.Now()
		d.scope = func(context.Context) (journeys.Names, journeys.PageFuncs, error) {
			values := journeys.Values{"url": "http://shop/"}
			if time.Since(begun) >= 2*time.Second {
				values["title"] = "Order 42"
			}
			return values, nil, nil
		}
		d.changed = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		j := parse(t, "steps:\n  - name: order\n    reload:\n    expect: url == \"http://shop/\"\n    save: {order: title}\npublish: {order: vars.order}\n")
		res := run(t, j, d)
		wantOutcome(t, res, probes.Passed, "", "")
		if res.Published["order"] != "Order 42" || res.Duration() < 2*time.Second {
			t.Errorf("published %v after %s", res.Published, res.Duration())
		}
	})
}

func TestABrowserThatDiesWhileAnExpectationWaitsIsOurs(t *testing.T) {
	dead := &probes.Failure{Reason: probes.BrowserFault, Message: "the browser died"}
	for name, d := range map[string]*fake{
		"in scope": {scope: func(context.Context) (journeys.Names, journeys.PageFuncs, error) { return nil, nil, dead }},
		"while waiting": {
			scope: func(context.Context) (journeys.Names, journeys.PageFuncs, error) {
				return journeys.Values{"url": "x"}, nil, nil
			},
			changed: func(context.Context) error { return dead },
		},
	} {
		t.Run(name, func(t *testing.T) {
			j := parse(t, "steps:\n  - name: wait\n    reload:\n    expect: title == \"Menu\"\n")
			wantOutcome(t, run(t, j, d), probes.Error, probes.BrowserFault, "wait")
		})
	}
}
