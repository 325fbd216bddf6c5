package monitor

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/probes"
)

// store is what the ledger needs of history.Store.
type store interface {
	Update(ctx context.Context, journey string, judge func(history.Prev) history.Entry) error
	// State is the journey's state as it was stored last.
	State(journey string) incidents.State
}

// waker is what the ledger needs of paging.Courier.
type waker interface{ Wake() }

// The ledger's bounds while the store refuses.
const (
	storeTimeout   = 15 * time.Second
	mostWaiting    = 10_000
	mostWaitingRAM = 64 << 20
	retryFirst     = 500 * time.Millisecond
	retryLast      = 10 * time.Second
	flushers       = 32
)

// ledger stores what runs leave behind. While the store refuses (a full disk, a lock), it keeps the runs in memory,
// each journey's in their order, and tries again; what it has no room for is logged, never dropped silently.
type ledger struct {
	store   store
	log     *slog.Logger
	courier waker
	// current gives a journey as the configuration has it when its run is judged at last, or nil. Nil: as it was when
	// the run ended.
	current func(journey string) (*plan, *task)
	// stir, when set, wakes whoever looks after what is held, once an entry is stored that is news for them.
	stir func()
	// distress hears whether the store works, from the goroutine of Run.
	distress *distress

	mu      sync.Mutex
	waiting map[string][]*record
	count   int
	bytes   int
	refusal error
	// stored counts successes.
	stored uint64
	wake   chan struct{}
}

// record is one run that waits for the store.
type record struct {
	plan   *plan
	task   *task
	result probes.Result
}

func newLedger(s store, d *distress, c waker, log *slog.Logger) *ledger {
	return &ledger{store: s, log: log, courier: c, distress: d,
		waiting: map[string][]*record{}, wake: make(chan struct{}, 1)}
}

// Record judges and stores a run, and gives the journey's state after it. When the store refuses it gives the
// state before it.
func (l *ledger) Record(ctx context.Context, p *plan, t *task, result probes.Result) incidents.State {
	r := &record{plan: p, task: t, result: result}
	l.mu.Lock()
	behind := len(l.waiting[t.Name]) > 0
	l.mu.Unlock()
	if !behind {
		err := l.commit(ctx, r)
		if err == nil {
			return l.store.State(t.Name)
		}
		l.log.Error("a run could not be stored and is kept in memory", "journey", t.Name, "run", result.RunID, "error", err)
	}
	l.keep(r)
	return l.store.State(t.Name)
}

// commit stores a run; when the store refuses it for its content, without its details.
func (l *ledger) commit(ctx context.Context, r *record) error {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	err := l.update(ctx, r)
	if err == nil || errors.Is(err, history.ErrUnavailable) || errors.Is(err, history.ErrClosed) || ctx.Err() != nil {
		return err
	}
	l.log.Error("a run is stored without its details", "journey", r.task.Name, "run", r.result.RunID, "error", err)
	bare := *r
	bare.result = husk(r.result, err)
	return l.update(ctx, &bare)
}

// update is the one transaction of a run.
func (l *ledger) update(ctx context.Context, r *record) error {
	var pages, news bool // not the whole entry: nearly none says anything
	err := l.store.Update(ctx, r.task.Name, func(prev history.Prev) history.Entry {
		p, t := r.plan, r.task
		if l.current != nil {
			p, t = l.current(r.task.Name)
		}
		if t == nil { // A reload has removed it: an incident that opened now would never be closed.
			return history.Entry{State: prev.State}
		}
		entry := p.judge(t, &r.result, prev)
		pages, news = len(entry.Pages) > 0, stirring(&entry)
		return entry
	})
	if err == nil && pages {
		l.courier.Wake()
	}
	if err == nil && news && l.stir != nil {
		l.stir()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.refusal = err
		return err
	}
	l.stored++
	return nil
}

// Waiting is the number of runs that are not stored yet, and why.
func (l *ledger) Waiting() (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count == 0 {
		return 0, nil
	}
	return l.count, l.refusal
}

// failing are the journeys whose incident would have opened by the runs that wait, and would be open, sorted.
func (l *ledger) failing() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var names []string
	for name, runs := range l.waiting {
		state := l.store.State(name)
		if state.Incident != nil {
			continue // People know.
		}
		for _, r := range runs {
			state, _ = incidents.Judge(state, r.task.policy, r.result)
		}
		if state.Incident != nil && !state.Muted {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// keep remembers a run until the store takes it.
func (l *ledger) keep(r *record) {
	l.mu.Lock()
	l.waiting[r.task.Name] = append(l.waiting[r.task.Name], r)
	l.count++
	l.bytes += weight(&r.result)
	var lost *record
	if l.count > mostWaiting || l.bytes > mostWaitingRAM {
		lost = l.drop()
	}
	l.mu.Unlock()
	if lost != nil {
		l.log.Error("a run is lost: the store refuses, and memory for runs is full", "journey", lost.task.Name,
			"run", lost.result.RunID, "outcome", lost.result.Outcome.String())
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// drop gives up the oldest run of the journey with the most of them. The second is taken rather than the first,
// which may be on its way to the store.
func (l *ledger) drop() *record {
	var most string
	for name, rs := range l.waiting {
		if len(rs) > len(l.waiting[most]) {
			most = name
		}
	}
	rs := l.waiting[most]
	at := min(1, len(rs)-1)
	lost := rs[at]
	l.waiting[most] = append(rs[:at:at], rs[at+1:]...)
	l.forget(lost)
	return lost
}

func (l *ledger) forget(r *record) {
	l.count--
	l.bytes -= weight(&r.result)
	if len(l.waiting[r.task.Name]) == 0 {
		delete(l.waiting, r.task.Name)
	}
}

// weight is about how much memory a run takes.
func weight(r *probes.Result) int {
	n := 4 << 10
	for i := range r.Attempts {
		if e := r.Attempts[i].Evidence; e != nil {
			n += len(e.PageText) + len(e.BodyExcerpt)
			for _, a := range e.Artifacts {
				n += len(a.Data)
			}
		}
	}
	return n
}

// Run tries again what the store has refused, until ctx ends. Then it tries a last time.
func (l *ledger) Run(ctx context.Context) error {
	defer l.last(context.WithoutCancel(ctx))
	for {
		select { // nothing to do until a run is refused
		case <-ctx.Done():
			return nil
		case <-l.wake:
		}
		for wait := retryFirst; ; wait = min(2*wait, retryLast) {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(wait):
			}
			l.flush(ctx)
			n, refusal := l.Waiting()
			l.distress.Tell(ctx, n, l.failing(), refusal)
			if n == 0 && l.distress.Calm() {
				break
			}
		}
	}
}

func (l *ledger) last(ctx context.Context) {
	l.flush(ctx)
	if n, err := l.Waiting(); n > 0 {
		l.log.Error("runs are lost: they could not be stored until the end", "runs", n, "error", err)
		return
	}
	// Nobody remembers after the next start that people were told.
	ctx, cancel := context.WithTimeout(ctx, lastPagesTime)
	defer cancel()
	l.distress.Tell(ctx, 0, nil, nil)
}

// flush tries every journey's oldest run, and on success those after it. When the store refuses several in a row
// it refuses all, and the rest is left in peace.
func (l *ledger) flush(ctx context.Context) {
	l.mu.Lock()
	names := slices.Collect(maps.Keys(l.waiting)) // in random order: a run that is refused for its content blocks only itself
	before := l.stored
	l.mu.Unlock()
	var all sync.WaitGroup
	places := make(chan struct{}, flushers)
	for i, name := range names {
		if i == 3 {
			all.Wait()
			if l.stopped(before) {
				return
			}
		}
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			for l.retry(ctx, name) {
			}
		})
	}
	all.Wait()
}

// stopped reports whether nothing was stored since the count was before.
func (l *ledger) stopped(before uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stored == before
}

// retry tries the journey's oldest run and reports whether to go on with the next one.
func (l *ledger) retry(ctx context.Context, journey string) bool {
	l.mu.Lock()
	if len(l.waiting[journey]) == 0 {
		l.mu.Unlock()
		return false
	}
	r := l.waiting[journey][0]
	l.mu.Unlock()
	err := l.commit(ctx, r)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		return false
	}
	l.waiting[journey] = l.waiting[journey][1:]
	l.forget(r)
	return true
}

// husk is what remains of a run that the store refuses for its content. It is no verdict on the target.
func husk(r probes.Result, err error) probes.Result {
	r.Outcome, r.Step, r.Attempts, r.Published = probes.Error, "", nil, nil
	r.Failure = &probes.Failure{Reason: probes.Internal, Message: "the run could not be stored: " + err.Error()}
	return r
}
