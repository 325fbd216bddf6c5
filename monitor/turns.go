package monitor

import "sync"

// turns see to it that no journey overlaps itself, not even across reloads.
type turns struct {
	mu  sync.Mutex
	all map[string]chan struct{}
}

// Of gives the journey's turn: a channel of one place. Who has put something in is the only one to run the journey,
// until it is taken out.
func (t *turns) Of(journey string) chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	turn := t.all[journey]
	if turn == nil {
		turn = make(chan struct{}, 1)
		if t.all == nil {
			t.all = map[string]chan struct{}{}
		}
		t.all[journey] = turn
	}
	return turn
}
