package paging

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Renewer is a pager whose other side forgets what it is not told again, as Alertmanager does: an incident stays open
// there only as long as somebody says so.
type Renewer interface {
	Pager
	// RenewEvery is how often it wants to hear what stands.
	RenewEvery() time.Duration
	// Renew tells it again what it has accepted: pages of incidents that are open still, and the ends of those that closed
	// within [EndedLately]. An error says who of several has not taken it; that is no reason to page anybody.
	Renew(ctx context.Context, standing []Page) error
	// Behind reports whether a part of the other side, such as a replica, lacks what another has accepted.
	Behind() bool
}

// EndedLately is how long the end of an incident is told again to a [Renewer].
const EndedLately = 15 * time.Minute

// renewals tells the pagers that forget what stands, out of the outbox: nothing of it matters after a restart.
type renewals struct {
	*Courier
	of   map[string]*renewal
	done chan renewed
	busy int
}

// renewal is how it stands with one pager.
type renewal struct {
	busy     bool
	failures int
	next     time.Time
}

type renewed struct {
	pager string
	every time.Duration
	err   error
}

// renew tells pagers what stands, until ctx ends. The first time is at once: what has been told before a restart may be
// about to be forgotten.
func (c *Courier) renew(ctx context.Context) {
	r := &renewals{Courier: c, of: map[string]*renewal{}, done: make(chan renewed)}
	for {
		look := time.NewTimer(time.Until(r.begin(ctx, time.Now())))
		select {
		case <-ctx.Done():
			look.Stop()
			for r.busy > 0 {
				r.end(ctx, <-r.done)
			}
			return
		case d := <-r.done:
			r.end(ctx, d)
		case <-c.stale:
		case <-look.C:
		}
		look.Stop()
	}
}

// begin starts the renewals that are due, and gives when the next will be.
func (r *renewals) begin(ctx context.Context, now time.Time) (next time.Time) {
	next = now.Add(idle)
	pagers := r.directory.Load().Pagers
	for name := range r.of {
		if _, still := pagers[name].(Renewer); !still && !r.of[name].busy {
			delete(r.of, name)
		}
	}
	for name, pager := range pagers {
		p, ok := pager.(Renewer)
		if !ok {
			continue
		}
		one := r.of[name]
		if one == nil {
			one = &renewal{next: now}
			r.of[name] = one
		}
		if one.failures == 0 && p.Behind() {
			one.next = earlier(one.next, now.Add(firstWait))
		}
		// A clock that was set back must not silence it.
		one.next = earlier(one.next, now.Add(p.RenewEvery()))
		if !one.busy && !one.next.After(now) {
			one.busy = true
			r.busy++
			go func() { r.done <- renewed{name, p.RenewEvery(), r.tell(ctx, name, p)} }()
		}
		if !one.busy {
			next = earlier(next, one.next)
		}
	}
	return next
}

// end takes the end of a renewal into account.
func (r *renewals) end(ctx context.Context, d renewed) {
	one, now := r.of[d.pager], time.Now()
	one.busy = false
	r.busy--
	if d.err == nil {
		if one.failures > 0 {
			r.o.Log.Info("a pager knows again of all that is open", "pager", d.pager)
		}
		one.failures, one.next = 0, now.Add(d.every)
		return
	}
	one.failures++
	one.next = now.Add(min(d.every, Backoff(one.failures, rand.Float64())))
	if ctx.Err() == nil {
		r.o.Log.Warn("a pager could not be told again what is open", "pager", d.pager, "tries", one.failures, "err", d.err)
	}
}

// tell tells one pager what stands. Its panic is its failure.
func (r *renewals) tell(ctx context.Context, name string, p Renewer) (err error) {
	defer func() {
		if caught := recover(); caught != nil {
			err = fmt.Errorf("pager %q panicked: %v", name, caught)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, min(sendTimeout, p.RenewEvery()))
	defer cancel()
	standing, err := r.o.Outbox.Standing(ctx, name, time.Now().Add(-EndedLately))
	if err != nil || len(standing) == 0 && !p.Behind() {
		return err
	}
	return p.Renew(ctx, standing)
}

// lags says that what a pager knows may be out of date. It never blocks.
func (c *Courier) lags() {
	select {
	case c.stale <- struct{}{}:
	default:
	}
}
