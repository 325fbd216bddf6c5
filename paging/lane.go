package paging

import (
	"context"
	"math/rand/v2"
	"time"
)

// lane is the way to one pager, as the round sees it.
type lane struct {
	name string
	// inFlight are the deliveries that are not settled yet; sending is how many of them wait for the pager's answer.
	inFlight map[int64]bool
	sending  int
	// ready is what was found due at readAt and has not left yet, in its order.
	ready  []Delivery
	readAt time.Time
	// failures counts the tries in a row that did not reach the pager. As long as there are any, one page at a
	// time tests the way, and not before until.
	failures int
	until    time.Time
	cause    string
	// sweeping: what waits too long is being told to others; swept is when it was last looked for.
	sweeping bool
	swept    time.Time
	pace     pacer
	// next is when to look again.
	next time.Time
}

// answered takes over how a try ended: err is why the pager could not be reached.
func (l *lane) answered(err error, now time.Time) {
	if err == nil {
		l.failures, l.until, l.cause = 0, time.Time{}, ""
		return
	}
	l.failures++
	l.cause = err.Error()
	l.until = now.Add(wait(l.failures, err, rand.Float64()))
}

// free is how many more sends may start.
func (l *lane) free() int {
	if l.failures > 0 {
		return 1 - len(l.inFlight)
	}
	return min(parallel-l.sending, unsettled-len(l.inFlight))
}

// serve starts what the pager can be sent now, and gives when it will have to be looked at again.
func (r *round) serve(ctx context.Context, l *lane, now time.Time) (next time.Time, err error) {
	next = now.Add(idle)
	if l.failures > 0 {
		if next, err = r.watch(ctx, l, now); err != nil {
			return next, err
		}
	}
	free := l.free()
	if free <= 0 {
		return next, nil // The end of a try will bring us back.
	}
	if now.Before(l.until) {
		return earlier(next, l.until), nil
	}
	l.pace.set(r.directory.Load().Paces[l.name])
	for ; free > 0; free-- {
		if len(l.ready) == 0 || l.failures > 0 || now.Sub(l.readAt) > aheadTime {
			due, err := r.read(ctx, l, now)
			if err != nil || len(l.ready) == 0 {
				return earlier(next, due), err
			}
		}
		if at := l.pace.take(now); at.After(now) {
			return earlier(next, at), nil
		}
		d := l.ready[0]
		l.ready = l.ready[1:]
		l.inFlight[d.Seq] = true
		l.sending++
		r.inFlight++
		go r.deliver(d)
	}
	return next, nil
}

// read finds what is due for a pager and not on its way, and when the first that is not due will be.
func (r *round) read(ctx context.Context, l *lane, now time.Time) (next time.Time, err error) {
	next = now.Add(idle)
	l.ready, l.readAt = nil, now
	heads, err := r.o.Outbox.Heads(ctx, l.name, len(l.inFlight)+ahead)
	if err != nil {
		return next, err
	}
	for n := range heads {
		due := l.due(&heads[n])
		switch {
		case l.inFlight[heads[n].Seq]:
		// What is due later than any wait makes it was postponed before the clock was set back.
		case due.After(now) && due.Sub(now) <= farOff:
			next = earlier(next, due)
		default:
			l.ready = append(l.ready, heads[n])
		}
	}
	return next, nil
}

// due is when a delivery is to be tried. Its waits have grown while the pager could not be reached: they are no reason to
// wait once it can.
func (l *lane) due(d *Delivery) time.Time {
	if l.failures == 0 && !d.SoonAt.IsZero() {
		return earlier(d.DueAt, d.SoonAt)
	}
	return d.DueAt
}

// watch looks for what has waited too long for a pager that cannot be reached, and gives when to do so again.
func (r *round) watch(ctx context.Context, l *lane, now time.Time) (again time.Time, err error) {
	again = now.Add(idle)
	if l.sweeping || !anotherOf(r.directory.Load().Fallback, l.name) {
		return again, nil // The end of the sweep will bring us back.
	}
	if due := l.swept.Add(sweepEvery); due.After(now) && due.Sub(now) <= sweepEvery {
		return due, nil
	}
	overdue, err := r.o.Outbox.Overdue(ctx, l.name, now.Add(-unreachable), sweepMost)
	if err != nil {
		return again, err
	}
	if len(overdue) < sweepMost {
		l.swept, again = now, now.Add(sweepEvery)
	}
	if len(overdue) > 0 {
		l.sweeping = true
		r.inFlight++
		go r.sweep(overdue, l.cause)
	}
	return again, nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
