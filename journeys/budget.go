package journeys

import "time"

// Budget is what a step may cost. A step that does what it should but costs more makes its run degraded. A zero
// duration or size and a nil count mean "no bound".
type Budget struct {
	// Time is the step's own; the only one that goes with steps outside of the browser.
	Time time.Duration
	// TTFB, FCP, LCP, INP and CLS are web vitals of the page that the step loads: time to the first byte, first
	// and largest contentful paint, interaction to next paint, cumulative layout shift.
	TTFB, FCP, LCP, INP time.Duration
	CLS                 *float64
	// Requests and Bytes count all hosts, the ThirdParty ones those that are not the journey's own.
	Requests, ThirdPartyRequests *int
	Bytes, ThirdPartyBytes       int64
	// Errors counts uncaught exceptions of the page's scripts.
	Errors *int
}

// OfPage reports whether the budget bounds more than the time: what only a page can be measured by.
func (b Budget) OfPage() bool {
	b.Time = 0
	return b != Budget{}
}
