package incidents

import (
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// Judge is the whole decision about a journey. A passed or degraded run counts as good, a failed one as bad;
// an error run changes only Errors and what says which run was last. A run that was judged before, or that is
// older than the last one, changes nothing. The returned State is a new value; prev is not modified.
func Judge(prev State, policy Policy, r probes.Result) (State, []Event) {
	if prev.knows(&r) {
		return prev, nil
	}
	next := prev
	next.Subject = r.Journey
	next.LastRunID = r.RunID
	next.LastRunAt = r.StartedAt
	switch {
	case r.Outcome.Good():
		return good(next, policy, &r)
	case r.Outcome == probes.Failed:
		return bad(next, policy, &r)
	default:
		if next.Errors++; next.Errors == 1 {
			next.FirstErrorAt = r.StartedAt
		}
		return next, nil
	}
}

func good(s State, p Policy, r *probes.Result) (State, []Event) {
	s.LastOutcome = r.Outcome
	s.LastPassedAt = r.EndedAt
	s.Published = r.Published
	s.Passed++
	s.Failed, s.FirstFailedAt = 0, time.Time{}
	s.Errors, s.FirstErrorAt = 0, time.Time{}
	if s.Incident == nil || s.Passed < p.CloseAfter {
		return s, nil
	}
	mended := *s.Incident
	mended.close(r.EndedAt)
	s.Incident = nil
	return s, []Event{mended.event(Closed, r.EndedAt, r.RunID)}
}

func bad(s State, p Policy, r *probes.Result) (State, []Event) {
	s.LastOutcome = r.Outcome
	s.Failed++
	s.Passed = 0
	s.Errors, s.FirstErrorAt = 0, time.Time{}
	if s.Failed == 1 {
		s.FirstFailedAt = r.StartedAt
	}
	if s.Incident == nil {
		if s.Failed < p.OpenAfter {
			return s, nil
		}
		broken := open(s.Subject, s.FirstFailedAt, p, r)
		broken.FailedRuns = s.Failed
		broken.LastPassedAt = s.LastPassedAt
		s.Incident = &broken
		return s, []Event{broken.event(Opened, r.EndedAt, r.RunID)}
	}
	still := *s.Incident
	still.saw(r)
	still.FailedRuns++
	s.Incident = &still
	if !still.reminderDue(p, r.EndedAt) {
		return s, nil
	}
	still.RemindedAt = r.EndedAt
	return s, []Event{still.event(Reminded, r.EndedAt, r.RunID)}
}

// Retire ends what is open about a journey that is no longer watched, so that no incident outlives its
// journey. The journey starts afresh if it comes back.
func Retire(prev State, at time.Time) (State, []Event) {
	if prev.Incident == nil {
		return State{Subject: prev.Subject}, nil
	}
	over := *prev.Incident
	over.Retired = true
	over.close(at)
	return State{Subject: prev.Subject}, []Event{over.event(Closed, at, "")}
}
