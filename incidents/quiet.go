package incidents

import (
	"slices"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// Passing is the state after one more passed run of a journey that nothing is the matter with: all that the run
// changes is known from its id, its start and its end. Most runs of most journeys are such runs, so that a state need
// not be stored with each: [State.Quiet] tells which they are.
func (s State) Passing(id string, started, ended time.Time) State {
	s.LastRunID, s.LastRunAt = id, started
	s.Passed++
	s.LastPassedAt = ended
	return s
}

// Quiet reports whether next is what [State.Passing] makes of s and the run, and nothing else. In doubt it is not.
func (s *State) Quiet(next *State, r *probes.Result) bool {
	if r.Outcome != probes.Passed || r.Muted || s.Passed == 0 || !s.plain() || !next.plain() {
		return false
	}
	after := s.Passing(r.RunID, r.StartedAt, r.EndedAt)
	return after.Subject == next.Subject && after.LastRunID == next.LastRunID && after.LastRunAt.Equal(next.LastRunAt) &&
		after.Passed == next.Passed && after.LastPassedAt.Equal(next.LastPassedAt) && after.MendedAt.Equal(next.MendedAt) &&
		after.LastOutcome == next.LastOutcome && slices.EqualFunc(after.Openings, next.Openings, time.Time.Equal)
}

// plain reports whether the state says no more than when the journey ran and passed.
func (s *State) plain() bool {
	return s.Failed == 0 && s.Errors == 0 && s.FirstErrorAt.IsZero() && s.FirstFailedAt.IsZero() && s.FirstFailedEndedAt.IsZero() &&
		s.Slow == Series{} && s.Clean == Series{} && s.LastCleanAt.IsZero() && len(s.Marks) == 0 && !s.Muted &&
		s.Incident == nil && len(s.Published) == 0 && len(s.Troubles) == 0 && len(s.Storm.Recent) == 0 && len(s.Storm.Teams) == 0 &&
		len(s.Drills) == 0
}
