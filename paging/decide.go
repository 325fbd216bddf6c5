package paging

import (
	"errors"
	"slices"
	"time"
)

// When others are told, and when a delivery is given up.
const (
	// unreachable is how long a page may wait for its pager before the fallback pagers get a copy.
	unreachable = 5 * time.Minute
	// lastResort is how long a refused page is tried again when there is nobody else to tell, or nobody else has taken it.
	lastResort     = 24 * time.Hour
	lastResortWait = 5 * time.Minute
)

// errUnknownPager is why a delivery to a pager that left the configuration is refused.
var errUnknownPager = &SendError{Permanent: true, Err: errors.New("the configuration has no pager of this name any more")}

// decide says what becomes of a delivery after a try that ended with err. fallback are the pagers for copies;
// jitter is in [0, 1).
func decide(d *Delivery, err error, now time.Time, jitter float64, fallback []string) Settlement {
	s := Settlement{Seq: d.Seq, At: now, Outcome: Accepted, Through: d.Through}
	page := d.copied()
	if err == nil {
		if page.Event == "closed" && d.Relayed {
			s.Relay = relays(d.Pager, page, "", fallback)
		}
		return s
	}
	s.Cause = err.Error()
	if Permanent(err) {
		s.Outcome = Refused
		s.Relay = relays(d.Pager, page, "refused: "+s.Cause, fallback)
		if !othersKnow(d, fallback) && now.Sub(d.CreatedAt) < lastResort {
			s.Outcome, s.Until = Postponed, now.Add(lastResortWait)
		}
		return s
	}
	s.Outcome = Postponed
	s.Until = now.Add(wait(d.Attempts+1, err, jitter))
	s.Soon = soon(d.Attempts+1, err, now, jitter)
	if now.Sub(d.CreatedAt) >= unreachable {
		s.Relay = untold(d, page, s.Cause, fallback)
	}
	return s
}

// untold makes the copies of a page that waits too long for its pager. A reminder tells nobody anything new, nor does
// the end of what nobody else has heard of, unless it is all there is to hear.
func untold(d *Delivery, page Page, cause string, fallback []string) []Outgoing {
	if page.Event == "opened" || page.Event == "escalated" || page.Event == "closed" && (d.Relayed || page.Notice) {
		return relays(d.Pager, page, "unreachable: "+cause, fallback)
	}
	return nil
}

// othersKnow reports whether a refused page has been, or is now, told to another pager. A copy is the last that we can do: it
// is not given up as long as nobody has heard.
func othersKnow(d *Delivery, fallback []string) bool {
	if d.Page.Relay != nil {
		return d.Elsewhere
	}
	return anotherOf(fallback, d.Pager) || d.Page.Event == "test"
}

func anotherOf(fallback []string, pager string) bool {
	return slices.ContainsFunc(fallback, func(name string) bool { return name != pager })
}

// wait is how long to leave alone what could not be reached, for err, that often.
func wait(failures int, err error, jitter float64) time.Duration {
	d := Backoff(failures, jitter)
	var how *SendError
	if errors.As(err, &how) {
		d = max(d, min(how.RetryAfter, maxRetryAfter))
	}
	return d
}

// soon is when a page that did not reach its pager is to be tried again if others do reach it, never before the other
// side has asked for; zero if not before its time: what it did not take was this page, or that this page is what it
// stumbles over is likely by now.
func soon(failures int, err error, now time.Time, jitter float64) time.Time {
	var how *SendError
	is := errors.As(err, &how)
	if is && how.Reached || failures > soonMost {
		return time.Time{}
	}
	wait := min(Backoff(failures, jitter), soonWait)
	if is {
		wait = max(wait, how.RetryAfter)
	}
	return now.Add(wait)
}

// relays makes the copies for the fallback pagers. A copy of a copy is never made, nor one for who has just
// refused it.
func relays(pager string, page Page, cause string, fallback []string) []Outgoing {
	if page.Relay != nil || page.Event == "test" {
		return nil
	}
	var out []Outgoing
	for _, name := range slices.Compact(slices.Sorted(slices.Values(fallback))) {
		if name != pager {
			out = append(out, Outgoing{Pager: name, Page: page.relayed(pager, cause)})
		}
	}
	return out
}

// reached reports whether the other side answered, and what it said is of this page alone.
func reached(err error) bool {
	var how *SendError
	return errors.As(err, &how) && (how.Permanent || how.Reached)
}

// Permanent reports whether the other side was reached and said no for good.
func Permanent(err error) bool {
	var how *SendError
	return errors.As(err, &how) && how.Permanent
}
