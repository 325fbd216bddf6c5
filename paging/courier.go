package paging

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// How the courier works. Its promises are kept by the outbox; these only set the pace.
const (
	sendTimeout  = 15 * time.Second
	parallel     = 4 // Sends to one pager at a time, of different dedup keys.
	outboxRetry  = time.Second
	stopPatience = 5 * time.Second
	// idle is how long nothing is looked at unasked; farOff is later than any wait can make a delivery due.
	idle   = time.Hour
	farOff = 2 * max(maxRetryAfter, lastResortWait)
)

// Directory is who can be paged, as the configuration says.
type Directory struct {
	Pagers map[string]Pager
	// Fallback names the pagers that hear of what another pager refused or could not be sent.
	Fallback []string
}

// CourierOptions are what a Courier works with.
type CourierOptions struct {
	Outbox Outbox
	Log    *slog.Logger
	// OnSettled, when set, hears the outcome of every try.
	OnSettled func(pager string, outcome Outcome)
}

// Courier carries pages from the outbox to the pagers. Each pager has its own lane, so that one that hangs
// delays no other; within a dedup key the order is kept.
type Courier struct {
	o         CourierOptions
	directory atomic.Pointer[Directory]
	wake      chan struct{}
}

// NewCourier makes a courier.
func NewCourier(o CourierOptions, d Directory) *Courier {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &Courier{o: o, wake: make(chan struct{}, 1)}
	c.directory.Store(&d)
	return c
}

// SetDirectory replaces the directory. Sends that are on their way end with the old one.
func (c *Courier) SetDirectory(d Directory) {
	c.directory.Store(&d)
	c.Wake()
}

// Wake says that something may have entered the outbox. It never blocks.
func (c *Courier) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Run delivers until ctx ends. Sends on their way then have a moment to finish; what does not is sent again
// after the next start. It returns nil.
func (c *Courier) Run(ctx context.Context) error {
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	r := &round{Courier: c, lanes: map[string]*lane{}, tries: make(chan try), sending: sending}
	for {
		look := time.NewTimer(r.dispatch(ctx))
		select {
		case <-ctx.Done():
			look.Stop()
			r.finish(stop)
			return nil
		case t := <-r.tries:
			r.ended(t)
		case <-c.wake:
		case <-look.C:
		}
		look.Stop()
	}
}

// round is what a running courier remembers: who is being sent what, and whom to leave alone for a while.
// Nothing of it matters after a restart.
type round struct {
	*Courier
	lanes    map[string]*lane
	tries    chan try
	inFlight int
	sending  context.Context
}

// lane is the way to one pager.
type lane struct {
	inFlight map[int64]bool
	// failures counts the tries in a row that did not reach the pager. As long as there are any, one page at a
	// time tests the way.
	failures int
	until    time.Time
}

// try is the end of one try.
type try struct {
	pager string
	seq   int64
	// err is why the pager could not be reached; nil if it was, whatever it said.
	err error
}

// dispatch starts what is due and gives the time until something may be due again.
func (r *round) dispatch(ctx context.Context) time.Duration {
	now := time.Now()
	next := now.Add(idle)
	names, err := r.o.Outbox.Pagers(ctx)
	for _, name := range names {
		due, servingErr := r.serve(ctx, name, now)
		err = errors.Join(err, servingErr)
		if due.Before(next) {
			next = due
		}
	}
	if err == nil {
		return next.Sub(now)
	}
	if ctx.Err() == nil {
		r.o.Log.Error("the outbox cannot be read", "err", err)
	}
	return outboxRetry
}

// serve starts what one pager can be sent now, and gives when it will have to be looked at again.
func (r *round) serve(ctx context.Context, name string, now time.Time) (next time.Time, err error) {
	next = now.Add(idle)
	l := r.lanes[name]
	if l == nil {
		l = &lane{inFlight: map[int64]bool{}}
		r.lanes[name] = l
	}
	free := parallel - len(l.inFlight)
	if l.failures > 0 {
		free = min(free, 1-len(l.inFlight))
	}
	if free <= 0 {
		return next, nil // The end of a try will bring us back.
	}
	if now.Before(l.until) {
		return l.until, nil
	}
	heads, err := r.o.Outbox.Heads(ctx, name, len(l.inFlight)+free+1)
	if err != nil {
		return next, err
	}
	for n := range heads {
		d := heads[n]
		// What is due later than any wait makes it was postponed before the clock was set back.
		if d.DueAt.After(now) && d.DueAt.Sub(now) <= farOff {
			return d.DueAt, nil
		}
		if free > 0 && !l.inFlight[d.Seq] {
			l.inFlight[d.Seq] = true
			r.inFlight++
			free--
			go func() { r.tries <- r.deliver(d) }()
		}
	}
	return next, nil
}

// ended takes a try into account.
func (r *round) ended(t try) {
	l := r.lanes[t.pager]
	delete(l.inFlight, t.seq)
	r.inFlight--
	if t.err == nil {
		l.failures, l.until = 0, time.Time{}
	} else {
		l.failures++
		l.until = time.Now().Add(wait(l.failures, t.err, rand.Float64()))
	}
	if len(l.inFlight) == 0 && l.failures == 0 {
		delete(r.lanes, t.pager)
	}
}

// finish waits for the sends on their way, but not for long.
func (r *round) finish(stop func()) {
	defer time.AfterFunc(stopPatience, stop).Stop()
	for r.inFlight > 0 {
		r.ended(<-r.tries)
	}
}

// deliver makes one try and settles it.
func (r *round) deliver(d Delivery) try {
	directory := r.directory.Load()
	err := r.send(directory, &d)
	t := try{pager: d.Pager, seq: d.Seq}
	if err != nil && r.sending.Err() != nil {
		return t // We are stopping: it is still due.
	}
	if err != nil && !permanent(err) {
		t.err = err
	}
	r.settle(&d, decide(&d, err, time.Now(), rand.Float64(), directory.Fallback))
	return t
}

// send calls the pager, within the time for it. A pager's panic is its failure, not the courier's.
func (r *round) send(directory *Directory, d *Delivery) (err error) {
	pager := directory.Pagers[d.Pager]
	if pager == nil {
		return errUnknownPager
	}
	ctx, cancel := context.WithTimeout(r.sending, sendTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("pager %q panicked: %v", d.Pager, p)
		}
	}()
	return pager.Send(ctx, d.Page)
}

// settle writes the outcome down. Until it is written, the delivery counts as on its way: a disk that is full
// must not make us send the same page again and again.
func (r *round) settle(d *Delivery, s Settlement) {
	for failures := 1; ; failures++ {
		err := r.o.Outbox.Settle(r.sending, s)
		if err == nil {
			break
		}
		if r.sending.Err() != nil {
			return
		}
		r.o.Log.Error("a delivery cannot be settled", "pager", d.Pager, "page", d.Page.ID, "outcome", s.Outcome, "err", err)
		select {
		case <-time.After(Backoff(failures, rand.Float64())):
		case <-r.sending.Done():
			return
		}
	}
	r.report(d, s)
}

// report tells the log and the metrics.
func (r *round) report(d *Delivery, s Settlement) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("pager", d.Pager), slog.String("outcome", string(s.Outcome)), slog.String("event", d.Page.Event),
		slog.String("dedup_key", d.Page.DedupKey), slog.String("page", d.Page.ID),
		slog.Int("tries", d.Attempts+1), slog.Duration("waited", s.At.Sub(d.CreatedAt)),
	}
	if s.Outcome != Accepted {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("cause", s.Cause))
	}
	if s.Outcome == Refused {
		level = slog.LevelError
	}
	if n := len(s.Relay); n > 0 {
		attrs = append(attrs, slog.Int("relayed_to", n))
	}
	r.o.Log.LogAttrs(context.Background(), level, "page", attrs...)
	if r.o.OnSettled != nil {
		r.o.OnSettled(d.Pager, s.Outcome)
	}
	if len(s.Relay) > 0 {
		r.Wake()
	}
}
