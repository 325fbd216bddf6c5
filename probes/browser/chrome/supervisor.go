package chrome

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrClosed says that the supervisor has been closed.
var ErrClosed = errors.New("the browser's supervisor is closed")

// Supervisor keeps one browser warm: started at the first lease, replaced when it died, froze or has served
// enough.
type Supervisor struct {
	o Options

	starting chan struct{} // a lock that can be waited for within a context
	mu       sync.Mutex
	current  *member
	members  map[*member]struct{}
	starts   int
	cause    string // of the next start
	closed   bool
	beating  sync.WaitGroup
}

// member is a browser and how much it is used.
type member struct {
	*Process
	leases, served int
	retired        bool
	done           chan struct{}
}

// NewSupervisor makes a supervisor. It starts nothing, and sweeps the folders that dead monitors left.
func NewSupervisor(o Options) *Supervisor {
	o = o.withDefaults()
	SweepProfiles(o.TempDir)
	return &Supervisor{o: o, starting: make(chan struct{}, 1), members: map[*member]struct{}{}, cause: "first"}
}

// Lease is the right to use a browser until Release.
type Lease struct {
	*Process
	s    *Supervisor
	m    *member
	once sync.Once
}

// Lease gives a living browser, starting one where there is none. It gives ErrNoMemory when too little memory is
// free.
func (s *Supervisor) Lease(ctx context.Context) (*Lease, error) {
	if err := s.admit(ctx); err != nil {
		return nil, err
	}
	select {
	case s.starting <- struct{}{}:
		defer func() { <-s.starting }()
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the browser to start: %w", context.Cause(ctx))
	}
	if l, err := s.take(); l != nil || err != nil {
		return l, err
	}
	p, err := Start(ctx, s.o)
	if err != nil {
		return nil, err
	}
	return s.adopt(p)
}

// take leases the current browser if it is fit.
func (s *Supervisor) take() (*Lease, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	m := s.current
	if m == nil {
		return nil, nil
	}
	if !m.Alive() {
		s.retire(m, "crash")
		return nil, nil
	}
	if s.o.RecycleAfter > 0 && m.served >= s.o.RecycleAfter {
		s.retire(m, "recycle")
		return nil, nil
	}
	return s.lease(m), nil
}

// retire takes a browser out of service; the last lease's release ends it. s.mu is held.
func (s *Supervisor) retire(m *member, cause string) {
	if !m.retired {
		m.retired = true
		if s.cause == "" {
			s.cause = cause
		}
	}
	if s.current == m {
		s.current = nil
	}
	if m.leases == 0 || !m.Alive() {
		s.end(m, errors.New("no longer needed"))
	}
}

// end kills a browser and forgets it when it is gone. s.mu is held.
func (s *Supervisor) end(m *member, cause error) {
	if _, ours := s.members[m]; !ours {
		return
	}
	select {
	case <-m.done:
		return
	default:
		close(m.done)
	}
	m.Kill(cause)
	s.beating.Go(func() {
		<-m.cleaned
		s.mu.Lock()
		delete(s.members, m)
		s.mu.Unlock()
	})
}

func (s *Supervisor) lease(m *member) *Lease {
	m.leases++
	m.served++
	return &Lease{Process: m.Process, s: s, m: m}
}

func (s *Supervisor) adopt(p *Process) (*Lease, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &member{Process: p, done: make(chan struct{})}
	s.members[m] = struct{}{}
	if s.closed {
		s.end(m, ErrClosed)
		return nil, ErrClosed
	}
	cause := s.cause
	s.starts++
	s.cause = ""
	s.current = m
	s.beating.Go(func() { s.watch(m) })
	s.o.OnStart(cause)
	s.o.Logger.Info("browser started", "cause", cause, "version", p.Version, "pid", p.PID())
	return s.lease(m), nil
}

// watch asks a browser in use for signs of life and kills it when there are none.
func (s *Supervisor) watch(m *member) {
	beat := time.NewTicker(s.o.Heartbeat)
	defer beat.Stop()
	scales := time.NewTicker(s.o.Weighing)
	defer scales.Stop()
	for {
		select {
		case <-m.done:
			return
		case <-m.Lost():
			s.mu.Lock()
			s.retire(m, "crash")
			s.mu.Unlock()
			s.o.Logger.Warn("browser died", "err", m.Err())
			return
		case <-scales.C:
			s.weigh(m)
			continue
		case <-beat.C:
		}
		s.mu.Lock()
		idle := m.leases == 0
		s.mu.Unlock()
		if !idle && !s.answers(m) {
			return
		}
	}
}

func (s *Supervisor) answers(m *member) bool {
	ctx, cancel := context.WithTimeout(context.Background(), s.o.HeartbeatTimeout)
	defer cancel()
	err := m.Ping(ctx)
	if err == nil || !m.Alive() {
		return true // a death is seen by its own channel
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cause = "frozen"
	s.retire(m, "frozen")
	s.end(m, fmt.Errorf("it did not answer for %v and was killed", s.o.HeartbeatTimeout))
	s.o.Logger.Warn("browser frozen, killed", "pid", m.PID())
	return false
}

// Release gives the browser back. It may be called more than once.
func (l *Lease) Release() {
	l.once.Do(func() {
		l.s.mu.Lock()
		defer l.s.mu.Unlock()
		l.m.leases--
		if l.m.retired && l.m.leases == 0 {
			l.s.end(l.m, errors.New("no longer needed"))
		}
	})
}

// Retire has a fresh browser take over for leases to come, because this one misbehaved. Who uses it now may
// go on.
func (l *Lease) Retire() {
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	l.s.retire(l.m, "recycle")
}

// Memory is the memory of all browsers, in bytes.
func (s *Supervisor) Memory() int64 {
	s.mu.Lock()
	var all []*Process
	for m := range s.members {
		all = append(all, m.Process)
	}
	s.mu.Unlock()
	var total int64
	for _, p := range all {
		total += p.Memory()
	}
	return total
}

// Close ends every browser and waits, within ctx, until processes and folders are gone. Leases that are
// still out find their browser lost.
func (s *Supervisor) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	s.current = nil
	var all []*member
	for m := range s.members {
		all = append(all, m)
		s.end(m, ErrClosed)
	}
	s.mu.Unlock()
	// A start under way sees closed and ends its browser itself.
	select {
	case s.starting <- struct{}{}:
		<-s.starting
	case <-ctx.Done():
		return fmt.Errorf("closing the browser: %w", ctx.Err())
	}
	for _, m := range all {
		if err := m.Wait(ctx); err != nil {
			return err
		}
	}
	done := make(chan struct{})
	go func() { s.beating.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("closing the browser: %w", ctx.Err())
	}
}
