package incidents

import (
	"slices"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// State is what the judge remembers of a journey between runs. It is stored as JSON, in the same
// transaction as the run. A State is never changed in place: copies share what it points to.
type State struct {
	// Subject is the journey's name; empty for the monitor itself.
	Subject string `json:"subject"`
	// LastRunID is the last run that was judged; judging it again changes nothing.
	LastRunID string `json:"last_run_id,omitempty"`
	// Failed and Passed count consecutive runs; error runs leave both alone.
	Failed int `json:"failed,omitempty"`
	Passed int `json:"passed,omitempty"`
	// Errors counts consecutive error runs, the first of which began at FirstErrorAt.
	Errors       int       `json:"errors,omitempty"`
	FirstErrorAt time.Time `json:"first_error_at,omitzero"`
	// FirstFailedAt and FirstFailedEndedAt are of the first run of the present series of failures, MendedAt is the end
	// of the first run of the present series of good ones.
	FirstFailedAt      time.Time `json:"first_failed_at,omitzero"`
	FirstFailedEndedAt time.Time `json:"first_failed_ended_at,omitzero"`
	MendedAt           time.Time `json:"mended_at,omitzero"`
	// Slow is the present row of runs that were not passed, Clean that of runs passed within budget, the last of which
	// ended at LastCleanAt. They, and Marks, are kept only for policies that ask.
	Slow        Series    `json:"slow,omitzero"`
	Clean       Series    `json:"clean,omitzero"`
	LastCleanAt time.Time `json:"last_clean_at,omitzero"`
	Marks       []Mark    `json:"marks,omitempty"`
	// Openings are when incidents opened, as far back as the policy for flapping looks, the last one last.
	Openings     []time.Time `json:"openings,omitempty"`
	LastPassedAt time.Time   `json:"last_passed_at,omitzero"`
	// LastRunAt is the start of the last run, error runs included.
	LastRunAt time.Time `json:"last_run_at,omitzero"`
	// LastOutcome is the outcome of the last judged run (error runs are not judged). It means nothing as
	// long as Failed and Passed are both zero.
	LastOutcome probes.Outcome `json:"last_outcome"`
	// Muted says that no run outside maintenance has been judged since one inside.
	Muted bool `json:"muted,omitempty"`
	// Incident is the open incident, or nil.
	Incident *Incident `json:"incident,omitempty"`
	// Published is what the last good run published.
	Published map[string]any `json:"published,omitempty"`
	// Troubles are the journeys that the monitor cannot judge; only in the monitor's own state.
	Troubles map[string]Trouble `json:"troubles,omitempty"`
	// Storm is what many journeys have in common; only in the monitor's own state.
	Storm Storm `json:"storm,omitzero"`
	// Drills are the exercises that are going on, by their id; only in the monitor's own state.
	Drills map[string]Drill `json:"drills,omitempty"`
}

// Trouble is one journey whose runs end in error again and again.
type Trouble struct {
	// Since is the start of the first run of the series.
	Since time.Time `json:"since"`
	// LastRunID is the last run of the journey that was judged here.
	LastRunID string `json:"last_run_id"`
	// Judged counts the runs without error since the last error.
	Judged int `json:"judged,omitempty"`
	// Told says that a page has named the journey.
	Told bool `json:"told,omitempty"`
}

// lateness is how much older than the last run a run may be and still count as late. An even older one means
// that the clock was set back: runs are judged again rather than ignored until the clock has caught up.
const lateness = 5 * time.Minute

// knows reports whether the run has been judged already, or comes too late to change anything.
func (s *State) knows(r *probes.Result) bool {
	if r.RunID == s.LastRunID {
		return true
	}
	behind := s.LastRunAt.Sub(r.StartedAt)
	return behind > 0 && behind <= lateness
}

// insert adds name to a sorted list, without touching the list it is given.
func insert(list []string, name string) []string {
	at, found := slices.BinarySearch(list, name)
	if found || name == "" {
		return list
	}
	return slices.Insert(slices.Clone(list), at, name)
}
