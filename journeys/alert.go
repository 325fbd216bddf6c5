package journeys

import "time"

// Alert is the policy that decides when a journey pages. A zero field means "the default".
type Alert struct {
	// OpenAfter is what opens an incident.
	OpenAfter Threshold
	// CloseAfter is the number of consecutive passed runs that close it.
	CloseAfter int
	// Degraded is the softer policy for runs over their budget.
	Degraded Degraded
	// Confirm is how often a failed attempt is repeated at once, in a fresh session, before the run
	// counts as failed. Nil: the default.
	Confirm *int
	// Recheck is the interval of runs while there is doubt or an incident is open. Zero: the default; negative: the
	// journey's own interval.
	Recheck  time.Duration
	Severity Severity
	// Flapping is how many openings within how long make an incident stay open. Zero: the default; a negative For: never.
	Flapping Threshold
	// Remind is how often an open incident is paged again. Zero: the default; negative: never.
	Remind time.Duration
	// DependsOn names journeys whose incident explains this one's.
	DependsOn []string
}

// Degraded is the policy for runs that passed over a budget. A negative OpenAfter.For: never.
type Degraded struct {
	OpenAfter Threshold
	Severity  Severity
}

// Threshold is when bad runs are too many: Count in a row; with Of, Count of the last Of judged runs; with For alone,
// all runs for that long. The zero Threshold says nothing.
type Threshold struct {
	Count, Of int
	For       time.Duration
}

// Never is the threshold that is never met.
func (t Threshold) Never() bool { return t.For < 0 }
