package paging

import "time"

// Pace is how much a pager is sent at most: so many pages in any stretch of time that long. The zero Pace is no bound.
type Pace struct {
	Pages int
	Per   time.Duration
}

// pacer holds a lane to its pace: it remembers when the last pages left.
type pacer struct {
	Pace
	// left is a ring of Pages times; at is where the oldest is.
	left []time.Time
	at   int
}

// set changes the pace. What has left before counts no more: a reload is rare.
func (p *pacer) set(pace Pace) {
	if p.Pace != pace {
		*p = pacer{Pace: pace, left: make([]time.Time, pace.Pages)}
	}
}

// take counts a page that leaves now. If it may not leave yet, nothing is counted and the answer is when it may.
func (p *pacer) take(now time.Time) time.Time {
	if p.Pages == 0 {
		return now
	}
	if free := p.left[p.at].Add(p.Per); free.After(now) && !p.left[p.at].IsZero() {
		return free
	}
	p.left[p.at] = now
	p.at = (p.at + 1) % p.Pages
	return now
}
