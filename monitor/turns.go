package monitor

import (
	"context"
	"sync"
	"sync/atomic"
)

// turns see to it that no journey overlaps itself, not even across reloads.
type turns struct {
	mu  sync.Mutex
	all map[string]*turn
}

// turn is a journey's place for one run.
type turn struct {
	place chan struct{}
	extra atomic.Bool
}

// Of gives the journey's turn.
func (t *turns) Of(journey string) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.all[journey]
	if one == nil {
		one = &turn{place: make(chan struct{}, 1)}
		if t.all == nil {
			t.all = map[string]*turn{}
		}
		t.all[journey] = one
	}
	return one
}

// TryTake takes the turn unless a run has it. extra says that the run is none of the schedule's slots.
func (t *turn) TryTake(extra bool) bool {
	select {
	case t.place <- struct{}{}:
		t.extra.Store(extra)
		return true
	default:
		return false
	}
}

// Take waits for the turn of an extra run, as long as ctx lasts.
func (t *turn) Take(ctx context.Context) bool {
	select {
	case t.place <- struct{}{}:
		t.extra.Store(true)
		return true
	case <-ctx.Done():
		return false
	}
}

// Extra reports whether the run that has the turn is none of the schedule's slots.
func (t *turn) Extra() bool { return t.extra.Load() }

// Leave gives the turn to the next run.
func (t *turn) Leave() { <-t.place }

// Taken reports whether a run has the turn.
func (t *turn) Taken() bool { return len(t.place) > 0 }
