package incidents

import (
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// Judge is the whole decision about a journey. A passed run counts as good and a failed one as bad; a degraded one is
// good, unless the incident is about slowness alone. An error run changes only Errors and what says which run was
// last. A run that was judged before, or that is older than the last one, changes nothing. The returned State is a
// new value; prev is not modified.
//
// When an incident ends, counting starts anew: no run counts towards two incidents.
func Judge(prev State, policy Policy, r probes.Result) (State, []Event) {
	if prev.knows(&r) {
		return prev, nil
	}
	next := prev
	next.Subject = r.Journey
	next.LastRunID = r.RunID
	next.LastRunAt = r.StartedAt
	next.Muted = prev.Muted || r.Muted
	if !r.Outcome.Good() && r.Outcome != probes.Failed {
		if next.Errors++; next.Errors == 1 {
			next.FirstErrorAt = r.StartedAt
		}
		return next, nil
	}
	next.count(&policy, &r)
	next.Muted = r.Muted
	if next.Incident == nil {
		return next.calm(&policy, &r)
	}
	i := *next.Incident
	next.Incident = &i
	if r.Outcome == probes.Failed || r.Outcome == probes.Degraded && i.Degraded {
		i.saw(&r)
		i.FailedRuns++
		if r.Muted {
			return next, nil
		}
		return next.worse(&i, &policy, &r, prev.Muted)
	}
	return next.better(&i, &policy, &r)
}

// count takes a judged run into the series.
func (s *State) count(p *Policy, r *probes.Result) {
	s.LastOutcome = r.Outcome
	s.Errors, s.FirstErrorAt = 0, time.Time{}
	s.Marks = remember(s.Marks, r, p.window())
	switch {
	case !p.slow():
		s.Slow, s.Clean, s.LastCleanAt = Series{}, Series{}, time.Time{}
	case r.Outcome == probes.Passed:
		s.Slow = Series{}
		s.Clean, s.LastCleanAt = s.Clean.add(r), r.EndedAt
	default:
		s.Slow = s.Slow.add(r)
		s.Clean = Series{}
	}
	if r.Outcome.Good() {
		if s.Passed++; s.Passed == 1 {
			s.MendedAt = r.EndedAt
		}
		s.Failed, s.FirstFailedAt, s.FirstFailedEndedAt = 0, time.Time{}, time.Time{}
		s.LastPassedAt, s.Published = r.EndedAt, r.Published
		return
	}
	row := s.failures().add(r)
	s.Failed, s.FirstFailedAt, s.FirstFailedEndedAt = row.Runs, row.Since, row.FirstEndedAt
	s.Passed, s.MendedAt = 0, time.Time{}
}

func (s *State) failures() Series {
	return Series{Runs: s.Failed, Since: s.FirstFailedAt, FirstEndedAt: s.FirstFailedEndedAt}
}

// calm judges a run while no incident is open.
func (s State) calm(p *Policy, r *probes.Result) (State, []Event) {
	row, broken, degraded := Series{}, false, false
	if r.Outcome == probes.Failed {
		row, broken = met(p.Broken(), s.failures(), s.Marks, failed, r)
	}
	if !broken && p.slow() && r.Outcome != probes.Passed {
		row, degraded = met(p.Degraded, s.Slow, s.Marks, notPassed, r)
	}
	if !broken && !degraded {
		return s, nil
	}
	i := open(s.Subject, row, p.severity(degraded, r.EndedAt), r)
	i.LastPassedAt = s.LastPassedAt
	if degraded {
		i.Degraded, i.LastPassedAt = true, s.LastCleanAt
	}
	if p.flaps() {
		s.Openings = openings(s.Openings, i.OpenedAt, p.Flapping)
		if n := len(s.Openings); n >= p.Flapping.Count {
			i.Flapping = n
		}
	}
	s.Incident = &i
	return s, []Event{i.event(Opened, r.EndedAt, r.RunID)}
}

// openings are those within the time that the policy looks back, with a new one.
func openings(before []time.Time, at time.Time, t journeys.Threshold) []time.Time {
	var kept []time.Time
	for _, o := range before {
		if at.Sub(o) < t.For && !o.After(at) {
			kept = append(kept, o)
		}
	}
	return append(kept, at)
}

// worse judges a bad run of an open incident. outlived says that maintenance has ended since the last one: that it goes
// on is news then.
func (s State) worse(i *Incident, p *Policy, r *probes.Result, outlived bool) (State, []Event) {
	escalated := false
	if i.Degraded && r.Outcome == probes.Failed {
		if _, broken := met(p.Broken(), s.failures(), s.Marks, failed, r); broken {
			i.Degraded, escalated = false, true
		}
	}
	// An incident never gets milder: people were told how bad it is.
	if now := p.severity(i.Degraded, r.EndedAt); journeys.Worse(now, i.Severity) {
		i.Severity, escalated = now, true
	}
	switch {
	case escalated:
		i.Acknowledged = nil // it was something less that somebody took on
		i.RemindedAt = r.EndedAt
		i.alert(r.EndedAt)
		return s, []Event{i.event(Escalated, r.EndedAt, r.RunID)}
	case i.reminderDue(*p, r.EndedAt), outlived && !i.Held() && i.Acknowledged == nil:
		i.RemindedAt = r.EndedAt
		if outlived { // nobody was to look after it inside
			i.alert(r.EndedAt)
		}
		return s, []Event{i.event(Reminded, r.EndedAt, r.RunID)}
	}
	return s, nil
}

// better judges a good run of an open incident.
func (s State) better(i *Incident, p *Policy, r *probes.Result) (State, []Event) {
	good, mended := s.Passed, s.MendedAt
	if i.Degraded {
		good, mended = s.Clean.Runs, s.Clean.FirstEndedAt
	}
	if good < max(1, p.CloseAfter) {
		return s, nil
	}
	if quiet := r.EndedAt.Sub(i.LastBadAt); i.Flapping > 0 && p.flaps() && quiet >= 0 && quiet < p.Calm() {
		return s, nil
	}
	i.MendedAt = latest(mended, i.Since)
	i.close(r.EndedAt)
	s.Incident = nil
	s.Marks, s.Slow = nil, Series{}
	return s, []Event{i.event(Closed, r.EndedAt, r.RunID)}
}

// Doubtful reports whether the journey should be looked at more often: an incident is open, or its last judged run was
// bad by the policy.
func (s *State) Doubtful(p *Policy) bool {
	return s.Incident != nil || s.Failed > 0 || p.slow() && s.Slow.Runs > 0
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
