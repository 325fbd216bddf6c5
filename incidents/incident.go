package incidents

import (
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// State is what the judge remembers of a journey between runs. It is stored as JSON, in the same
// transaction as the run.
type State struct {
	// Subject is the journey's name; empty for the monitor itself.
	Subject string `json:"subject"`
	// LastRunID is the last run that was judged; judging it again changes nothing.
	LastRunID string `json:"last_run_id,omitempty"`
	// Failed and Passed count consecutive runs; error runs leave both alone.
	Failed int `json:"failed,omitempty"`
	Passed int `json:"passed,omitempty"`
	// Errors counts consecutive error runs.
	Errors int `json:"errors,omitempty"`
	// FirstFailedAt is the start of the first run of the present series of failures.
	FirstFailedAt time.Time `json:"first_failed_at,omitzero"`
	LastPassedAt  time.Time `json:"last_passed_at,omitzero"`
	LastRunAt     time.Time `json:"last_run_at,omitzero"`
	// LastOutcome is the outcome of the last judged run (error runs are not judged).
	LastOutcome probes.Outcome `json:"last_outcome"`
	// Incident is the open incident, or nil.
	Incident *Incident `json:"incident,omitempty"`
	// Published is what the last good run published.
	Published map[string]any `json:"published,omitempty"`
}

// Incident lasts from the moment the policy says broken until it says mended.
type Incident struct {
	// ID is derived from the run that opened it.
	ID      string `json:"id"`
	Subject string `json:"subject"`
	// Severity is critical, error, warning or info.
	Severity string `json:"severity"`
	// Since is the start of the first failed run; OpenedAt when the policy was met.
	Since    time.Time `json:"since"`
	OpenedAt time.Time `json:"opened_at"`
	ClosedAt time.Time `json:"closed_at,omitzero"`
	// RemindedAt is when the last page about it was composed.
	RemindedAt time.Time `json:"reminded_at,omitzero"`
	Locations  []string  `json:"locations,omitempty"`
	// Step, Failure and RunID describe the last failed run.
	Step       string          `json:"step,omitempty"`
	Failure    *probes.Failure `json:"failure,omitempty"`
	RunID      string          `json:"run_id"`
	FailedRuns int             `json:"failed_runs"`
	// LastPassedAt is the last good run before it.
	LastPassedAt time.Time `json:"last_passed_at,omitzero"`
}

// EventKind is one change of an incident.
type EventKind string

// The events. A later issue adds acknowledged and escalated.
const (
	Opened   EventKind = "opened"
	Reminded EventKind = "reminded"
	Closed   EventKind = "closed"
)

// Event is one change of one incident, to be told to people.
type Event struct {
	Kind     EventKind `json:"kind"`
	At       time.Time `json:"at"`
	Incident Incident  `json:"incident"`
}

// Policy is a journey's alert policy with all defaults applied.
type Policy struct {
	OpenAfter, CloseAfter int
	Severity              string
	// Remind repeats the page of an open incident; zero or negative: never.
	Remind time.Duration
}

// Judge is the whole decision. A passed or degraded run counts as good, a failed one as bad; an error run
// changes only Errors. The returned State is a new value; prev is not modified.
func Judge(prev State, policy Policy, r probes.Result) (State, []Event) { panic("contract") }

// JudgeMonitor judges the monitor itself: OpenAfter consecutive error runs (of any journey) open its own incident, a run
// that is no error closes it after CloseAfter.
func JudgeMonitor(prev State, policy Policy, r probes.Result) (State, []Event) { panic("contract") }
