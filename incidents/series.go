package incidents

import (
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// Series is a row of consecutive runs of one kind.
type Series struct {
	Runs int `json:"runs,omitempty"`
	// Since is the start of its first run, FirstEndedAt that run's end.
	Since        time.Time `json:"since,omitzero"`
	FirstEndedAt time.Time `json:"first_ended_at,omitzero"`
}

// add is the series with one more run. A series from the future means that the clock was set back: it begins anew
// now, or it would seem short until the clock has caught up.
func (s Series) add(r *probes.Result) Series {
	if s.Runs == 0 || s.Since.After(r.StartedAt) {
		s.Since, s.FirstEndedAt = r.StartedAt, r.EndedAt
	}
	s.Runs++
	return s
}

// Mark is one run that the judge remembers for a policy of the kind "3 of 5".
type Mark struct {
	Outcome probes.Outcome `json:"o"`
	At      time.Time      `json:"at"`
	EndedAt time.Time      `json:"ended_at"`
}

// remember takes the run into the window of the last n. The list is a new one: States share what they point to.
func remember(marks []Mark, r *probes.Result, n int) []Mark {
	if n == 0 {
		return nil
	}
	marks = marks[max(0, len(marks)-n+1):]
	next := make([]Mark, 0, len(marks)+1)
	return append(append(next, marks...), Mark{r.Outcome, r.StartedAt, r.EndedAt})
}

// met reports whether the bad runs are too many, and gives those that count: the row, or those of the window. The last
// run was a bad one.
func met(t journeys.Threshold, row Series, marks []Mark, bad func(probes.Outcome) bool, r *probes.Result) (Series, bool) {
	switch {
	case t.For > 0:
		return row, row.Runs > 1 && r.StartedAt.Sub(row.Since) >= t.For
	case t.Of > 0:
		row = Series{}
		for _, m := range marks[max(0, len(marks)-t.Of):] {
			if !bad(m.Outcome) {
				continue
			}
			if row.Runs == 0 {
				row.Since, row.FirstEndedAt = m.At, m.EndedAt
			}
			row.Runs++
		}
		return row, row.Runs >= t.Count
	}
	return row, t.Count > 0 && row.Runs >= t.Count
}

func failed(o probes.Outcome) bool { return o == probes.Failed }

// notPassed are the bad runs of the policy for slow journeys: what failed was not within its budget either.
func notPassed(o probes.Outcome) bool { return o != probes.Passed }
