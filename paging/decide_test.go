package paging

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBackoffDoublesUpToAMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		failures := rapid.IntRange(-1, 1_000_000).Draw(t, "failures")
		jitter := rapid.Float64Range(0, 0.999).Draw(t, "jitter")
		got := Backoff(failures, jitter)
		if got < firstWait/2 || got > maxWait {
			t.Fatalf("%d failures: %s", failures, got)
		}
		if failures > 0 && Backoff(failures+1, 0) < Backoff(failures, 0) {
			t.Fatalf("%d failures wait longer than one more", failures)
		}
		if failures > 8 && got < maxWait/2 {
			t.Fatalf("%d failures: %s", failures, got)
		}
	})
	if Backoff(1, 0) != firstWait || Backoff(2, 0) != 2*firstWait || Backoff(100, 0) != maxWait {
		t.Errorf("got %s, %s, %s", Backoff(1, 0), Backoff(2, 0), Backoff(100, 0))
	}
}

func TestWhoElseIsTold(t *testing.T) {
	now := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	temporary, permanent := errors.New("down"), &SendError{Permanent: true, Err: errors.New("410")}
	for _, c := range []struct {
		name    string
		event   string
		age     time.Duration
		relayed bool
		copy    bool
		known   bool
		err     error
		outcome Outcome
		told    int
	}{
		{name: "an accepted page", event: "opened", outcome: Accepted},
		{name: "the end of what was relayed", event: "closed", relayed: true, outcome: Accepted, told: 1},
		{name: "the end of what was not", event: "closed", outcome: Accepted},
		{name: "a reminder of what was relayed", event: "reminded", relayed: true, outcome: Accepted},
		{name: "a short outage", event: "opened", age: time.Minute, err: temporary, outcome: Postponed},
		{name: "a long outage", event: "opened", age: 6 * time.Minute, err: temporary, outcome: Postponed, told: 1},
		{name: "a reminder in a long outage", event: "reminded", age: time.Hour, err: temporary, outcome: Postponed},
		{name: "an end in a long outage", event: "closed", age: time.Hour, err: temporary, outcome: Postponed},
		{name: "the end of what was relayed, in a long outage", event: "closed", relayed: true, age: time.Hour, err: temporary, outcome: Postponed, told: 1},
		{name: "a refusal", event: "opened", err: permanent, outcome: Refused, told: 1},
		{name: "a refused reminder", event: "reminded", err: permanent, outcome: Refused, told: 1},
		{name: "a refused copy of what another has taken", event: "opened", copy: true, known: true, err: permanent, outcome: Refused},
		{name: "a refused copy of what nobody has heard", event: "opened", copy: true, err: permanent, outcome: Postponed},
		{name: "a refused copy that nobody wanted for a day", event: "opened", copy: true, age: 25 * time.Hour, err: permanent, outcome: Refused},
		{name: "a refused test", event: "test", err: permanent, outcome: Refused},
		{name: "a copy in a long outage", event: "opened", copy: true, age: time.Hour, err: temporary, outcome: Postponed},
		{name: "a test in a long outage", event: "test", age: time.Hour, err: temporary, outcome: Postponed},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &Delivery{Seq: 7, Pager: "p", Page: Page{ID: "x", Event: c.event}, CreatedAt: now.Add(-c.age), Relayed: c.relayed, Elsewhere: c.known}
			if c.copy {
				d.Page.Relay = &Relay{Pager: "other"}
			}
			s := decide(d, c.err, now, 0, []string{"p", "ops"})
			if s.Outcome != c.outcome || len(s.Relay) != c.told || s.Seq != 7 {
				t.Errorf("got %+v, want %s and %d told", s, c.outcome, c.told)
			}
			if s.Outcome == Postponed && !s.Until.After(now) {
				t.Errorf("postponed until %s", s.Until)
			}
		})
	}
}

func TestNobodyCanKeepAPageWaitingForLong(t *testing.T) {
	now := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	s := decide(&Delivery{CreatedAt: now}, &SendError{RetryAfter: 24 * time.Hour, Err: errors.New("429")}, now, 0, nil)
	if got := s.Until.Sub(now); got != maxRetryAfter {
		t.Errorf("waits for %s, want %s", got, maxRetryAfter)
	}
}

func TestWhoHasHeardOfAStartHearsOfItsEndAsAnEnd(t *testing.T) {
	end := Page{ID: "end", Event: "closed", Summary: "It works again"}
	for name, c := range map[string]struct {
		d      Delivery
		notice bool
	}{
		"nobody has heard":                {Delivery{Ending: &end}, true},
		"the pager has":                   {Delivery{Ending: &end, Heard: true}, false},
		"some of those it speaks to have": {Delivery{Ending: &end, Notes: Notes{Delivery: "ada"}}, false},
	} {
		if got := c.d.next(); got.Notice != c.notice || got.ID != "end" {
			t.Errorf("%s: notice %v, want %v", name, got.Notice, c.notice)
		}
	}
}
