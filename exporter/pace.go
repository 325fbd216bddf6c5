package exporter

import "time"

const (
	// stretch is how long a scrape calculates at a stretch, breather how long it then lets others go first: Go's timers and
	// the kernel's make it a millisecond where nobody else has anything to do.
	stretch  = 250 * time.Microsecond
	breather = 100 * time.Microsecond
)

// pace keeps a scrape from runs' way on a machine with one core. To yield the processor is not enough there: as long as
// anything at all could go on, Go does not ask the kernel what has arrived, for up to ten milliseconds, in which every answer
// that a run waits for waits. A scrape that sleeps could not go on.
type pace struct{ since time.Time }

func newPace() *pace { return &pace{time.Now()} }

// rest sleeps if it is time to.
func (p *pace) rest() {
	if time.Since(p.since) >= stretch {
		time.Sleep(breather)
		p.since = time.Now()
	}
}
