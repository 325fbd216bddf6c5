package paging

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// How the courier works. Its promises are kept by the outbox; these only set the pace.
const (
	sendTimeout  = 15 * time.Second
	parallel     = 4 // Sends to one pager at a time, of different dedup keys.
	outboxRetry  = time.Second
	stopPatience = 5 * time.Second
	// unsettled bounds how many answers of one pager wait for our disk.
	unsettled = 32
	// A lane reads so much of the outbox ahead, and forgets it so soon: what was read says whether an incident is over.
	ahead     = 64
	aheadTime = 500 * time.Millisecond
	// While a pager cannot be reached, what waits too long for it is looked for so often, and so much at a time.
	sweepEvery = 30 * time.Second
	sweepMost  = 100
	// idle is how long nothing is looked at unasked; farOff is later than any wait can make a delivery due.
	idle   = time.Hour
	farOff = 2 * max(maxRetryAfter, lastResortWait)
)

// Directory is who can be paged, as the configuration says.
type Directory struct {
	Pagers map[string]Pager
	// Fallback names the pagers that hear of what another pager refused or could not be sent.
	Fallback []string
	// Paces bound how much a pager is sent; without one, a pager is sent what there is.
	Paces map[string]Pace
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
	stale     chan struct{}
	asked     chan chan error
}

// NewCourier makes a courier.
func NewCourier(o CourierOptions, d Directory) *Courier {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &Courier{o: o, wake: make(chan struct{}, 1), stale: make(chan struct{}, 1), asked: make(chan chan error)}
	c.directory.Store(&d)
	return c
}

// SetDirectory replaces the directory. Sends that are on their way end with the old one.
func (c *Courier) SetDirectory(d Directory) {
	c.directory.Store(&d)
	c.Wake()
	c.lags()
}

// Wake says that something may have entered the outbox. It never blocks.
func (c *Courier) Wake() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Alive proves that the courier is at work: it returns nil when Run has just read the outbox because we asked.
func (c *Courier) Alive(ctx context.Context) error {
	answer := make(chan error, 1)
	select {
	case c.asked <- answer:
	case <-ctx.Done():
		return fmt.Errorf("the courier does not answer: %w", context.Cause(ctx))
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return fmt.Errorf("the courier does not answer: %w", context.Cause(ctx))
	}
}

// Run delivers until ctx ends. Sends on their way then have a moment to finish; what does not is sent again
// after the next start. It returns nil.
func (c *Courier) Run(ctx context.Context) error {
	sending, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var others sync.WaitGroup
	others.Go(func() { c.renew(ctx) })
	defer others.Wait()
	r := &round{Courier: c, lanes: map[string]*lane{}, news: make(chan report), sending: sending}
	r.lookAround(ctx)
	for {
		look := time.NewTimer(time.Until(r.next()))
		select {
		case <-ctx.Done():
			look.Stop()
			r.finish(stop)
			return nil
		case t := <-r.news:
			r.take(t)
			r.look(ctx, t.pager)
		case <-c.wake:
			r.lookAround(ctx)
		case answer := <-c.asked:
			_, err := c.o.Outbox.Pagers(ctx)
			answer <- err
		case <-look.C:
			r.lookAround(ctx)
		}
		look.Stop()
	}
}

// round is what a running courier remembers: who is being sent what, and whom to leave alone for a while.
// Nothing of it matters after a restart.
type round struct {
	*Courier
	lanes    map[string]*lane
	news     chan report
	inFlight int
	sending  context.Context
	// again is when the outbox is looked at next although nobody asks.
	again time.Time
}

// report is what the goroutine of a delivery tells the round.
type report struct {
	pager string
	seq   int64
	// sent: the pager has answered, or did not in time. settled: nothing of the delivery is left to do.
	sent, settled bool
	// err is why the pager could not be reached; nil if it was, whatever it said.
	err error
	// swept: the fallback pagers know of what waits too long.
	swept bool
}

// next is when something may be due.
func (r *round) next() time.Time {
	next := r.again
	for _, l := range r.lanes {
		if l.next.Before(next) {
			next = l.next
		}
	}
	return next
}

// lookAround starts what is due for every pager.
func (r *round) lookAround(ctx context.Context) {
	r.again = time.Now().Add(idle)
	names, err := r.o.Outbox.Pagers(ctx)
	if err != nil {
		r.unreadable(ctx, err)
	}
	for _, l := range r.lanes {
		l.next = r.again
	}
	for _, name := range names {
		r.look(ctx, name)
	}
}

// look starts what is due for one pager.
func (r *round) look(ctx context.Context, name string) {
	l := r.lanes[name]
	if l == nil {
		l = &lane{name: name, inFlight: map[int64]bool{}}
		r.lanes[name] = l
	}
	next, err := r.serve(ctx, l, time.Now())
	l.next = next
	if err != nil {
		r.unreadable(ctx, err)
	}
}

func (r *round) unreadable(ctx context.Context, err error) {
	r.again = time.Now().Add(outboxRetry)
	if ctx.Err() == nil {
		r.o.Log.Error("the outbox cannot be read", "err", err)
	}
}

// take takes a report into account.
func (r *round) take(t report) {
	l := r.lanes[t.pager]
	if t.sent {
		l.sending--
		l.answered(t.err, time.Now())
	}
	if t.settled {
		delete(l.inFlight, t.seq)
		r.inFlight--
	}
	if t.swept {
		l.sweeping = false
		r.inFlight--
	}
}

// finish waits for the sends on their way, but not for long.
func (r *round) finish(stop func()) {
	defer time.AfterFunc(stopPatience, stop).Stop()
	for r.inFlight > 0 {
		r.take(<-r.news)
	}
}

// deliver makes one try and settles it. The pager's next page need not wait for our disk.
func (r *round) deliver(d Delivery) {
	directory := r.directory.Load()
	page := d.next()
	note, err := r.send(directory, &d, page)
	told := report{pager: d.Pager, seq: d.Seq, sent: true}
	if err != nil && r.sending.Err() != nil {
		told.settled = true // We are stopping: it is still due.
		r.news <- told
		return
	}
	if err != nil && !reached(err) {
		told.err = err
	}
	r.news <- told
	s := decide(&d, err, time.Now(), rand.Float64(), directory.Fallback)
	s.Note = note
	forgets, is := directory.Pagers[d.Pager].(Renewer)
	s.Keep = is && s.Outcome == Accepted && !page.Notice
	r.settle(&d, s)
	if is && forgets.Behind() {
		r.lags()
	}
	r.news <- report{pager: d.Pager, seq: d.Seq, settled: true}
}

// sweep tells the fallback pagers of what waits too long for a pager that cannot be reached, without a try for each.
func (r *round) sweep(overdue []Delivery, cause string) {
	fallback := r.directory.Load().Fallback
	relayed := map[string]bool{}
	for n := range overdue {
		d := &overdue[n]
		d.Relayed = d.Relayed || relayed[d.Page.Incident.ID] // They were read before the first was relayed.
		s := Settlement{Seq: d.Seq, Through: d.Through, Outcome: Told, At: time.Now(), Cause: cause, Relay: untold(d, d.copied(), cause, fallback)}
		if len(s.Relay) > 0 {
			relayed[d.Page.Incident.ID] = true
		}
		r.settle(d, s)
	}
	r.news <- report{pager: overdue[0].Pager, swept: true}
}

// send calls the pager, within the time for it. A pager's panic is its failure, not the courier's.
func (r *round) send(directory *Directory, d *Delivery, page Page) (note string, err error) {
	pager := directory.Pagers[d.Pager]
	if pager == nil {
		return "", errUnknownPager
	}
	ctx, cancel := context.WithTimeout(r.sending, sendTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("pager %q panicked: %v", d.Pager, p)
		}
	}()
	if notes, is := pager.(Noter); is {
		return notes.SendNoting(ctx, page, d.Notes)
	}
	return "", pager.Send(ctx, page)
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
	r.note(d, s)
}

// note tells the log and the metrics.
func (r *round) note(d *Delivery, s Settlement) {
	if s.Outcome == Told {
		if len(s.Relay) > 0 {
			r.o.Log.Warn("a page waits too long; the fallback pagers are told", "pager", d.Pager, "page", d.Page.ID,
				"dedup_key", d.Page.DedupKey, "cause", s.Cause)
			r.Wake()
		}
		return
	}
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
	if s.Through > 0 {
		attrs = append(attrs, slog.Bool("over_before_it_was_told", true))
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
