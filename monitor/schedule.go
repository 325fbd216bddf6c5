package monitor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/google/uuid"
)

// Timing is when a journey is due: Every or Cron, never both. It is comparable, so that a reload can tell
// which journeys keep their place.
type Timing struct {
	Every time.Duration
	Cron  string
	// Zone is the IANA name of Cron's time zone. Empty: UTC.
	Zone string
}

// scheduleHooks are what a schedule calls.
type scheduleHooks struct {
	// fire is called on a goroutine of its own and may take as long as it wants.
	fire   func(name string, due time.Time)
	missed func(name string, slots int)
	// extra is called as fire is, for the runs that Soon asked for. May be nil.
	extra func(name string, at time.Time)
	// panicked hears a panic of fire, which would otherwise end the process.
	panicked func(name string, what any)
}

// schedule calls fire when a journey is due. An interval has a phase that depends only on the journey's
// name, so that load is spread and a restart changes nothing; its first slot is within one interval.
//
// Cron expressions, with their zones and the nights when clocks change, are gocron's. An interval is a timer of its own:
// as a job of gocron it would cost a run a tenth of its CPU, and 2.4 kB for as long as it is configured.
//
// It decides nothing about overlaps: whoever is called does. What it does promise: a slot is fired once, and a
// slot that passed while the machine was frozen or starved is reported to missed, never silently dropped.
type schedule struct {
	scheduleHooks
	cron gocron.Scheduler

	mu      sync.Mutex
	jobs    map[string]*job
	started bool
	stopped bool
	running sync.WaitGroup
}

// job is one journey's place in the schedule.
type job struct {
	name string
	Timing
	slots slots
	// id is gocron's, of a cron expression.
	id uuid.UUID

	mu sync.Mutex
	// last is the last slot that was fired or reported as missed; before the first one, when the job was made.
	last  time.Time
	taken bool
	// timer fires an interval's slots, until the job is gone.
	timer *time.Timer
	gone  bool
	// extra fires at extraAt; the zero time: not at all.
	extra   *time.Timer
	extraAt time.Time
}

func newSchedule(hooks scheduleHooks) (*schedule, error) {
	// Nothing of ours runs any more when it is shut down, so it has nothing to wait for.
	cron, err := gocron.NewScheduler(gocron.WithStopTimeout(time.Second), gocron.WithLocation(time.UTC))
	if err != nil {
		return nil, fmt.Errorf("making the scheduler: %w", err)
	}
	return &schedule{scheduleHooks: hooks, cron: cron, jobs: make(map[string]*job)}, nil
}

// Set makes the schedule hold exactly these journeys. Those whose timing is unchanged are left alone.
func (s *schedule) Set(timings map[string]Timing) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for name, j := range s.jobs {
		if timings[name] != j.Timing {
			if j.Cron != "" {
				errs = append(errs, s.cron.RemoveJob(j.id))
			}
			j.cancel()
			delete(s.jobs, name)
		}
	}
	for name, t := range timings {
		if _, kept := s.jobs[name]; kept {
			continue
		}
		if err := s.add(name, t); err != nil {
			errs = append(errs, fmt.Errorf("scheduling %q: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// add schedules a journey.
func (s *schedule) add(name string, t Timing) error {
	now := time.Now()
	slots, err := newSlots(name, t, now)
	if err != nil {
		return err
	}
	j := &job{name: name, Timing: t, slots: slots, last: now}
	if t.Cron != "" {
		// Not gocron's singleton mode: it keeps a goroutine and a queue of 17 kB for each job, and does not say
		// which slot it dropped.
		added, err := s.cron.NewJob(gocron.CronJob(cronLine(t), false), gocron.NewTask(s.due, j), gocron.WithName(name))
		if err != nil {
			return err
		}
		j.id = added.ID()
	} else if s.started {
		s.arm(j)
	}
	s.jobs[name] = j
	return nil
}

// due is called at or after a slot, on a goroutine of its own. A panic of what it calls is not the end of the process.
func (s *schedule) due(j *job) {
	defer s.guard(j)
	slot, passed := j.take(time.Now())
	if passed > 0 {
		s.missed(j.name, passed)
	}
	if slot.IsZero() || !s.enter() {
		return
	}
	defer s.running.Done()
	s.fire(j.name, slot)
}

// guard is deferred around what the schedule calls.
func (s *schedule) guard(j *job) {
	if what := recover(); what != nil {
		s.panicked(j.name, what)
	}
}

func (s *schedule) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return false
	}
	s.running.Add(1)
	return true
}

// take gives the slot that now belongs to and how many slots passed unseen before it. The zero slot means
// that there is nothing to do: it has been taken already.
func (j *job) take(now time.Time) (slot time.Time, passed int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	slot, n := j.slots.latest(j.last, now)
	if n == 0 {
		return time.Time{}, 0
	}
	j.last, j.taken = slot, true
	return slot, n - 1
}

// Start begins to fire.
func (s *schedule) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.started = true
	for _, j := range s.jobs {
		if j.Cron == "" {
			s.arm(j)
		}
	}
	s.cron.Start()
}

// Next is when the journey will be due next.
func (s *schedule) Next(name string) (time.Time, bool) {
	s.mu.Lock()
	j, ok := s.jobs[name]
	s.mu.Unlock()
	if !ok {
		return time.Time{}, false
	}
	return j.slots.next(time.Now()), true
}

// After is the journey's first slot after t; zero if it has none.
func (s *schedule) After(name string, t time.Time) time.Time {
	s.mu.Lock()
	j, ok := s.jobs[name]
	s.mu.Unlock()
	if !ok {
		return time.Time{}
	}
	return j.slots.next(t)
}

// Around is when the journey will be due next, and when it was due last; zero where that is not known.
func (s *schedule) Around(name string) (next, previous time.Time) {
	s.mu.Lock()
	j, ok := s.jobs[name]
	s.mu.Unlock()
	if !ok {
		return next, previous
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.taken {
		previous = j.last
	}
	return j.slots.next(time.Now()), previous
}

// Hold fires nothing from now on.
func (s *schedule) Hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	for _, j := range s.jobs {
		j.cancel()
	}
}

// Wait returns when nothing that was fired runs any more, or with ctx's error. It is called after Hold.
func (s *schedule) Wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		s.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends the scheduler. After Wait it returns at once; before it, gocron spins until its stop timeout.
func (s *schedule) Close() error {
	s.Hold()
	return s.cron.Shutdown()
}
