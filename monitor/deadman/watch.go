package deadman

import (
	"sync"
	"time"
)

// Journey is what a Watch has to know of one that is scheduled.
type Journey struct {
	Name string
	// Next gives the first slot after a moment, as the wall shows it.
	Next func(time.Time) time.Time
	// Allowance is how long after its slot a result may take.
	Allowance time.Duration
}

// Silence is a journey of which nothing has been heard for two slots and the time that a result may take.
type Silence struct {
	Journey string
	// Since is when something was heard for the last time, or when the watch began.
	Since time.Time
}

// Watch knows when each journey was heard of. The zero Watch is ready.
type Watch struct {
	mu    sync.Mutex
	since time.Time
	last  map[string]time.Time
}

// Begin expects nothing from before now: at the start, after a change of the schedule, after we stood still.
func (w *Watch) Begin(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.since, w.last = now, map[string]time.Time{}
}

// Heard says that a journey has a result now, or is not to have one.
func (w *Watch) Heard(journey string, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last != nil {
		w.last[journey] = now
	}
}

// Silent gives the journeys that have been silent for too long at now. Each is told again only after it has been
// silent for as long once more.
func (w *Watch) Silent(now time.Time, all []Journey) []Silence {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last == nil {
		return nil
	}
	var silent []Silence
	for _, j := range all {
		since, heard := w.last[j.Name]
		if !heard {
			since = w.since
		}
		waited := now.Sub(since) // By the monotonic clock: a step of the other makes nobody silent.
		if waited <= j.Allowance {
			continue
		}
		second := j.Next(j.Next(since))
		if second.IsZero() || waited <= second.Sub(since)+j.Allowance {
			continue
		}
		silent = append(silent, Silence{Journey: j.Name, Since: since})
		w.last[j.Name] = now
	}
	return silent
}
