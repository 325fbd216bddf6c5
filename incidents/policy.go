package incidents

import (
	"time"

	"github.com/outrider-monitor/outrider/journeys"
)

// Policy is a journey's alert policy with all defaults applied. OpenAfter and CloseAfter below 1 mean 1.
type Policy struct {
	// OpenAfter failed runs in a row open an incident; with Of, OpenAfter of the last Of judged runs; with For, failed
	// runs alone for that long.
	OpenAfter, Of int
	For           time.Duration
	// CloseAfter good runs in a row close it.
	CloseAfter int
	// Degraded opens an incident for runs that were over their budget, or failed. The zero Threshold: never.
	Degraded journeys.Threshold
	// Severity is that of failed runs outside all Hours, whose times of day are those of Zone (nil: UTC).
	Severity string
	Hours    []journeys.Hours
	Zone     *time.Location
	// DegradedSeverity is that of a journey which is only slow.
	DegradedSeverity journeys.Severity
	// Remind repeats the page of an open incident; zero or negative: never.
	Remind time.Duration
	// Flapping: this many openings within that time make an incident stay open until no run has failed for a quarter
	// of it. The zero Threshold: never.
	Flapping journeys.Threshold
	// Recheck is the interval of runs while State.Doubtful; zero or negative: the journey's own.
	Recheck time.Duration
}

// Broken is when failed runs open an incident.
func (p *Policy) Broken() journeys.Threshold {
	if p.For > 0 {
		return journeys.Threshold{For: p.For}
	}
	return journeys.Threshold{Count: max(1, p.OpenAfter), Of: p.Of}
}

// Calm is how long a flapping incident must have seen no bad run before it closes.
func (p *Policy) Calm() time.Duration { return p.Flapping.For / 4 }

// SeverityAt is how bad it is at a time that the journey is broken.
func (p *Policy) SeverityAt(at time.Time) string { return p.severity(false, at) }

// WorstSeverity is how bad it is in its worst hours.
func (p *Policy) WorstSeverity() string {
	return journeys.Severity{Otherwise: p.Severity, Hours: p.Hours}.Worst()
}

// severity is how bad an incident is at a time.
func (p *Policy) severity(degraded bool, at time.Time) string {
	zone := p.Zone
	if zone == nil {
		zone = time.UTC
	}
	s := journeys.Severity{Otherwise: p.Severity, Hours: p.Hours}
	if degraded {
		s = p.DegradedSeverity
	}
	return s.At(at.In(zone))
}

// window is how many runs the judge must remember.
func (p *Policy) window() int { return max(p.Of, p.Degraded.Of) }

// slow reports whether there is a policy for runs that are only slow.
func (p *Policy) slow() bool { return p.Degraded.Count > 0 || p.Degraded.For > 0 }

// flaps reports whether there is a policy for incidents that keep reopening.
func (p *Policy) flaps() bool { return p.Flapping.Count > 0 && p.Flapping.For > 0 }
