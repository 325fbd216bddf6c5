package monitor

import "time"

// arm has an interval's next slot fired. Slots bear Go's monotonic clock reading, and timers go by it: a step of the wall
// clock neither silences an interval nor makes it run twice.
func (s *schedule) arm(j *job) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.gone {
		return
	}
	wait := time.Until(j.slots.next(time.Now()))
	if j.timer == nil {
		j.timer = time.AfterFunc(wait, func() { s.tick(j) })
		return
	}
	j.timer.Reset(wait)
}

// tick fires an interval's slot. The next one does not wait for what that takes.
func (s *schedule) tick(j *job) {
	s.arm(j)
	s.due(j)
}
