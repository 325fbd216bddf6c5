package monitor

import (
	"errors"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/probes"
)

// Soon makes the schedule call its hook extra in a while, once: a run apart from the slots. If a slot or an extra run
// comes before that anyway, nothing changes.
func (s *schedule) Soon(name string, after time.Duration) {
	s.mu.Lock()
	j, known := s.jobs[name]
	s.mu.Unlock()
	if !known || s.extra == nil {
		return
	}
	now := time.Now()
	at := now.Add(after)
	j.mu.Lock()
	defer j.mu.Unlock()
	if after > 0 && !j.slots.next(now).After(at) || !j.extraAt.IsZero() && !j.extraAt.After(at) {
		return
	}
	if j.extra != nil {
		j.extra.Stop()
	}
	j.extraAt = at
	j.extra = time.AfterFunc(after, func() { s.again(j, at) })
}

// again fires an extra run.
func (s *schedule) again(j *job, at time.Time) {
	j.mu.Lock()
	current := j.extraAt.Equal(at)
	if current {
		j.extraAt = time.Time{}
	}
	j.mu.Unlock()
	if !current || !s.enter() {
		return
	}
	defer s.running.Done()
	defer s.guard(j)
	s.extra(j.name, at)
}

// cancel gives up the runs to come of a job that leaves the schedule.
func (j *job) cancel() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.gone = true
	if j.timer != nil {
		j.timer.Stop()
	}
	if j.extra != nil {
		j.extra.Stop()
	}
	j.extraAt = time.Time{}
}

// doubt plans the next look at a journey that is suspect or broken, if its policy asks for one before its next slot.
func (m *Monitor) doubt(t *task, state *incidents.State) {
	if t.policy.Recheck > 0 && state.Doubtful(&t.policy) {
		m.schedule.Soon(t.Name, t.policy.Recheck)
	}
}

// lookAgain takes up, after a start, the looks at what was in doubt before it.
func (m *Monitor) lookAgain() {
	p := m.plan.Load()
	for name, state := range m.store.States() {
		if t := p.tasks[name]; t != nil {
			m.doubt(t, &state)
		}
	}
}

// busy is how long an extra run waits for one that is on its way: that one may have begun before what is asked about, the
// end of maintenance for instance.
const busy = time.Second

// recheck is what the schedule calls for an extra run.
func (m *Monitor) recheck(name string, at time.Time) {
	p, t := m.current(name)
	if t == nil {
		return
	}
	turn := m.turns.Of(name)
	if !turn.TryTake(true) {
		m.schedule.Soon(name, busy)
		return
	}
	defer turn.Leave()
	if _, err := m.visit(m.running, p, t, probes.Request{Trigger: "recheck", DueAt: at}); err != nil && !errors.Is(err, errMaintenance) {
		m.log.Warn("run skipped", "journey", name, "cause", err, "due", at)
	}
}
