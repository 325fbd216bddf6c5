package traces

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// Settled is what became of spans.
type Settled string

// Accepted: the collector has them. Refused: it does not want them. Dropped: there was no room for them any more, or no
// time.
const (
	Accepted Settled = "accepted"
	Refused  Settled = "refused"
	Dropped  Settled = "dropped"
)

const (
	// flushEvery is how long spans are gathered, OpenTelemetry's own default.
	flushEvery = 5 * time.Second
	// mostWaiting bounds what waits in memory. A segment is a request, closed by the run with which it reaches mostSegment:
	// collectors take four megabytes.
	mostWaiting = 8 << 20
	mostSegment = 256 << 10
	// mostSpare buffers are kept: while one is filled another is on its way, and a burst may have filled some more.
	mostSpare = 4
	// The pause between attempts while nothing is taken.
	leastPause, mostPause = time.Second, time.Minute
	// lastTime is for what was gathered when the monitor stops.
	lastTime = 3 * time.Second
)

// Options say where spans go.
type Options struct {
	Target Target
	// Service, Version, Deployment and Location describe who sends; Resource adds attributes, or replaces these.
	Service, Version, Deployment, Location string
	Resource                               [][2]string
	// ExternalURL is how people reach the monitor's web pages; may be empty.
	ExternalURL string
	Log         *slog.Logger
	// Count is told how many spans were settled how. It may be nil, and must return at once.
	Count func(Settled, int)
}

// Exporter gathers the spans of runs and sends them. Observe may be called from any goroutine.
type Exporter struct {
	o Options
	// resource and scope are what all requests begin with, written once.
	resource, scope []byte
	send            *sender
	wake            chan struct{}

	mu sync.Mutex
	// runs is where runs' web pages are, without their ids; may be empty.
	runs  string
	sites sites
	// waiting are segments, the oldest first; open is the last of them, as long as runs are added to it.
	waiting []*segment
	open    *segment
	size    int
	// spare are buffers for the next segments.
	spare [][]byte

	// What follows belongs to Run.
	pause   time.Duration
	retryAt time.Time
	failing time.Time // since when; zero: it works
	refused bool      // and it was said
	last    error     // the last trouble
}

// New makes an exporter. It does not ask the collector anything: trouble there must not keep the monitor from starting.
func New(o Options) (*Exporter, error) {
	if o.Count == nil {
		o.Count = func(Settled, int) {}
	}
	s, err := newSender(o.Target)
	if err != nil {
		return nil, err
	}
	e := &Exporter{o: o, send: s, wake: make(chan struct{}, 1), sites: sites{}}
	e.resource, e.scope = heads(&o)
	if o.ExternalURL != "" {
		e.runs = o.ExternalURL + "/runs/"
	}
	return e, nil
}

// heads writes what all requests begin with.
func heads(o *Options) (resource, scope []byte) {
	attributes := [][2]string{
		{"service.name", o.Service}, {"service.version", o.Version}, {"deployment.environment.name", o.Deployment}, {"outrider.location", o.Location},
		{"telemetry.sdk.name", "outrider"}, {"telemetry.sdk.language", "go"}, {"telemetry.sdk.version", o.Version},
	}
	for _, more := range o.Resource {
		if at := slices.IndexFunc(attributes, func(a [2]string) bool { return a[0] == more[0] }); at >= 0 {
			attributes[at] = more
		} else {
			attributes = append(attributes, more)
		}
	}
	var w writer
	at := w.open(resourceSpansResource)
	for _, a := range attributes {
		w.attribute(resourceAttributes, a[0], a[1])
	}
	w.close(at)
	resource = w.b
	w = writer{}
	at = w.open(scopeSpansScope)
	w.text(scopeName, "github.com/outrider-monitor/outrider")
	w.text(scopeVersion, o.Version)
	w.close(at)
	return resource, w.b
}

// Observe takes the spans of a run that leaves a trace. It costs some microseconds, whatever the network does.
func (e *Exporter) Observe(j *journeys.Journey, r *probes.Result) {
	trace, ok := spans.ParseTraceID(r.TraceID)
	if !ok {
		return
	}
	full, lost := e.add(trace, j, r)
	e.lose(lost)
	if full {
		select {
		case e.wake <- struct{}{}:
		default:
		}
	}
}

// add writes a run's spans into the open segment, and reports whether it is full.
func (e *Exporter) add(trace spans.TraceID, j *journeys.Journey, r *probes.Result) (full bool, lost int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.open == nil {
		e.open = e.newSegment(e.buffer())
		e.waiting = append(e.waiting, e.open)
		e.size += len(e.open.b)
	}
	s := e.open
	before := len(s.b)
	t := teller{writer: s.writer, trace: trace, runs: e.runs, sites: e.sites}
	t.run(j, r)
	s.writer, s.count = t.writer, s.count+t.count
	e.size += len(s.b) - before
	if full = len(s.b) >= mostSegment; full {
		e.open = nil
	}
	return full, e.bound()
}

// Run sends what is gathered every five seconds until ctx ends; then it tries once more. It never fails.
func (e *Exporter) Run(ctx context.Context) error {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	defer e.send.close()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTime)
			defer cancel()
			e.retryAt = time.Time{}
			e.flush(last)
			e.giveUp()
			return nil
		case <-tick.C:
		case <-e.wake:
		}
		e.flush(ctx)
	}
}

// Flush sends what is gathered, within ctx, and gives up the rest, of which the error says why: for a command that is about
// to end.
func (e *Exporter) Flush(ctx context.Context) error {
	e.last = nil
	e.flush(ctx)
	e.giveUp()
	e.send.close()
	return e.last
}

// giveUp counts what nobody will ever have.
func (e *Exporter) giveUp() {
	e.mu.Lock()
	lost := 0
	for len(e.waiting) > 0 {
		lost += e.drop()
	}
	e.mu.Unlock()
	if lost > 0 {
		e.o.Count(Dropped, lost)
		e.o.Log.Warn("spans could not be delivered before the end", "spans", lost)
	}
}

// flush sends segments until none waits, or the collector takes nothing.
func (e *Exporter) flush(ctx context.Context) {
	for ctx.Err() == nil && !time.Now().Before(e.retryAt) {
		s := e.next()
		if s == nil {
			return
		}
		refused, err := e.send.send(ctx, s.whole())
		switch {
		case err == nil:
			refused.count = min(refused.count, s.count)
			e.works(refused)
			e.o.Count(Accepted, s.count-refused.count)
			if refused.count > 0 {
				e.o.Count(Refused, refused.count)
			}
			e.recycle(s)
		case final(err):
			e.refuse(err)
			e.o.Count(Refused, s.count)
			e.recycle(s)
		default:
			e.fails(err)
			e.putBack(s)
			return
		}
	}
}
