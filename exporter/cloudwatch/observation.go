package cloudwatch

import (
	"math"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// The metrics, spelled as CloudWatch Synthetics spells them. Each has the dimensions Journey and Location, and once more
// Journey alone; StepDuration has Step too. Degraded and
// CertificateDays have Journey alone: they are the same from everywhere, and each dimension is to be paid for.
const (
	// SuccessPercent is 100 for a good run and 0 for a failed one; a run that could not be judged has none.
	SuccessPercent = "SuccessPercent"
	// Duration is that of good runs, in milliseconds.
	Duration = "Duration"
	// Failed is 1 for a failed run and 0 for a good one.
	Failed = "Failed"
	// Error is 1 for a run that could not be judged and 0 for any other.
	Error = "Error"
	// StepDuration is that of a step that did what it should, in milliseconds.
	StepDuration = "StepDuration"
	// Degraded is 1 for a run over its budget or a failed one and 0 for any other, where a journey has a policy for it.
	Degraded = "Degraded"
	// CertificateDays is how many days the certificate that expires first has left, of those that the run met.
	CertificateDays = "CertificateDays"
)

// observation is what CloudWatch is told of one run.
type observation struct {
	journey  string
	location string
	at       time.Time
	// fine says that the journey runs more often than once a minute: its datapoints keep their second.
	fine    bool
	outcome probes.Outcome
	took    time.Duration
	steps   []stepTime
	// degraded is nil without a policy for it.
	degraded *bool
	// certificate is when the first certificate expires; zero if none was met.
	certificate time.Time
}

type stepTime struct {
	name string
	took time.Duration
}

// observe takes from a run what CloudWatch is told.
func observe(j *journeys.Journey, r *probes.Result, t Terms, steps bool) observation {
	o := observation{journey: j.Name, location: r.Location, at: r.EndedAt, fine: t.Every > 0 && t.Every < time.Minute, outcome: r.Outcome, took: r.Duration()}
	last := r.Last()
	if t.Degraded {
		over := r.Outcome != probes.Passed
		o.degraded = &over
	}
	if last != nil {
		o.certificate = firstExpiry(last.Steps)
	}
	if !steps || last == nil || r.Outcome == probes.Error {
		return o
	}
	for i := range last.Steps {
		if s := &last.Steps[i]; s.Status == probes.StepPassed || s.Status == probes.StepSlow {
			o.steps = append(o.steps, stepTime{s.Name, s.Duration})
		}
	}
	return o
}

// firstExpiry is when the first certificate that the steps met expires.
func firstExpiry(steps []probes.StepResult) (first time.Time) {
	note := func(at time.Time) {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	for i := range steps {
		if h := steps[i].HTTP; h != nil {
			note(h.CertificateExpiry)
			for _, hop := range h.Hops {
				note(hop.CertificateExpiry)
			}
		}
	}
	return first
}

// milliseconds are rounded to three significant digits, so that runs of about the same length share a value and a request
// holds more of them; the error is below half a percent.
func milliseconds(d time.Duration) float64 {
	v := float64(d) / float64(time.Millisecond)
	if v <= 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(v))-2)
	return math.Round(v/unit) * unit
}
