package cloudwatch

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"golang.org/x/time/rate"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// MetricsAPI is what the publisher needs of CloudWatch; *cloudwatch.Client has it.
type MetricsAPI interface {
	PutMetricData(context.Context, *cloudwatch.PutMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error)
}

// Settled is what became of datapoints.
type Settled string

// Accepted: CloudWatch has them. Refused: it never will. Postponed: they wait on disk. Dropped: there was no room for them
// any more, or their file was damaged.
const (
	Accepted  Settled = "accepted"
	Refused   Settled = "refused"
	Postponed Settled = "postponed"
	Dropped   Settled = "dropped"
)

// Options say what is published and where it waits.
type Options struct {
	API       MetricsAPI
	Namespace string
	// Steps publishes the duration of each step too: a metric for each, to be paid for.
	Steps bool
	// Dir is the folder for what cannot be delivered, Quota its size in bytes.
	Dir   string
	Quota int64
	Log   *slog.Logger
	// Count is told how many datapoints were settled how. Trouble is told when CloudWatch has taken nothing for
	// Patience, with the reason, and with nil when it does again. Both may be nil, and must return at once.
	Count    func(Settled, int)
	Trouble  func(error)
	Patience time.Duration
	// Gather is how long datapoints are gathered. Zero: ten seconds.
	Gather time.Duration
	// Troubled says that trouble was told of, and its end was not: by an earlier run of the monitor.
	Troubled bool
}

const (
	// flushEvery is how long datapoints are gathered: an alarm of one minute hears of a failure within its period.
	flushEvery = 10 * time.Second
	// callTimeout bounds one request with its repeats: the SDK has no bound of its own.
	callTimeout = 15 * time.Second
	// The pause between attempts while nothing is taken.
	leastPause, mostPause = 5 * time.Second, 2 * time.Minute
	// requestsPerSecond is far below CloudWatch's 500 for an account and a region, which are not ours alone.
	requestsPerSecond = 20
	// lastTime is for what was gathered when the monitor stops.
	lastTime = 5 * time.Second
	// tooOld is the age up to which CloudWatch takes datapoints.
	tooOld = 14 * 24 * time.Hour
)

// Publisher sends datapoints. Observe may be called from any goroutine.
type Publisher struct {
	o      Options
	gather gatherer
	spool  *spool
	limit  *rate.Limiter

	// What follows belongs to Run.
	pause    time.Duration
	retryAt  time.Time
	failing  time.Time // since when; zero: it works
	troubled bool
	// alone counts the datapoints that were refused one by one since any was accepted.
	alone int
}

// NewPublisher makes a publisher, and finds what an earlier one has left on disk. It does not ask AWS anything: trouble
// there must not keep the monitor from starting.
func NewPublisher(o Options) (*Publisher, error) {
	s, err := openSpool(o.Dir, o.Quota)
	if err != nil {
		return nil, err
	}
	if o.Count == nil {
		o.Count = func(Settled, int) {}
	}
	if o.Trouble == nil {
		o.Trouble = func(error) {}
	}
	if o.Gather <= 0 {
		o.Gather = flushEvery
	}
	return &Publisher{o: o, spool: s, limit: rate.NewLimiter(requestsPerSecond, 1), troubled: o.Troubled}, nil
}

// Terms are what the configuration says of a journey. Degraded: it has a policy for runs over their budget, and so a metric
// that counts them.
type Terms struct {
	Every    time.Duration
	Degraded bool
}

// Observe takes a run into the datapoints of its minute.
func (p *Publisher) Observe(j *journeys.Journey, r *probes.Result, t Terms) {
	p.gather.add(observe(j, r, t, p.o.Steps))
}

// Run sends what is gathered, new datapoints before those that wait, until ctx ends; then it sends, or
// puts aside, what is left. It never fails.
func (p *Publisher) Run(ctx context.Context) error {
	tick := time.NewTicker(p.o.Gather)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTime)
			defer cancel()
			p.flush(last)
			return nil
		case <-tick.C:
			p.flush(ctx)
			p.drain(ctx, tick.C)
		}
	}
}

// flush sends what was gathered, or puts it aside.
func (p *Publisher) flush(ctx context.Context) {
	for _, points := range batches(p.gather.take()) {
		left := points
		if !time.Now().Before(p.retryAt) {
			left = p.send(ctx, points)
		}
		p.putAside(left)
	}
}

// drain sends what was put aside, the oldest first, until it is time for new datapoints.
func (p *Publisher) drain(ctx context.Context, tick <-chan time.Time) {
	for !p.spool.empty() && ctx.Err() == nil && !time.Now().Before(p.retryAt) {
		select {
		case <-tick:
			p.flush(ctx)
			continue
		default:
		}
		points, lost, err := p.spool.oldest()
		if err != nil {
			p.o.Count(Dropped, lost)
			p.o.Log.Error("datapoints for CloudWatch are lost", "datapoints", lost, "error", err)
			continue
		}
		points, old := young(points, time.Now())
		if old > 0 {
			p.o.Count(Dropped, old)
		}
		left := p.send(ctx, points)
		if len(left) > 0 && len(left) == len(points) {
			return // it stays where it is
		}
		p.spool.drop()
		p.putAside(left)
	}
}

// young leaves out what CloudWatch would refuse for its age, and with it the whole request.
func young(points []datapoint, now time.Time) (kept []datapoint, old int) {
	for _, d := range points {
		if now.Sub(time.Unix(d.At, 0)) < tooOld-time.Hour {
			kept = append(kept, d)
		}
	}
	return kept, len(points) - len(kept)
}

func (p *Publisher) putAside(points []datapoint) {
	if len(points) == 0 {
		return
	}
	dropped, err := p.spool.put(points)
	if err != nil {
		p.o.Count(Dropped, len(points))
		p.o.Log.Error("datapoints for CloudWatch are lost", "datapoints", len(points), "error", err)
		return
	}
	p.o.Count(Postponed, len(points))
	if dropped > 0 {
		p.o.Count(Dropped, dropped)
		p.o.Log.Error("datapoints for CloudWatch are lost: the folder is full", "datapoints", dropped, "folder", p.spool.dir)
	}
}

// mostAlone is how many datapoints in a row are refused one by one before the rest is believed to be like them: with a clock
// that is hours ahead, or a namespace that nobody may have, all are, and to ask for each would keep the publisher busy for an
// hour with what was seen in a minute.
const mostAlone = 100

// send gives the datapoints that are not settled: neither accepted nor refused for good. One that is refused takes its
// whole request with it, so a refused request is cut in halves until the datapoint is alone.
func (p *Publisher) send(ctx context.Context, points []datapoint) (left []datapoint) {
	if len(points) == 0 || p.limit.Wait(ctx) != nil {
		return points
	}
	call, cancel := context.WithTimeout(ctx, callTimeout)
	_, err := p.o.API.PutMetricData(call, request(p.o.Namespace, points))
	cancel()
	switch {
	case err == nil:
		p.works()
		p.alone = 0
		p.o.Count(Accepted, len(points))
		return nil
	case !refused(err):
		p.fails(err)
		return points
	case len(points) == 1:
		p.works()
		p.alone++
		p.o.Count(Refused, 1)
		p.o.Log.Error("CloudWatch refuses a datapoint", "metric", points[0].Metric, "journey", points[0].Journey, "error", err)
		return nil
	case p.alone >= mostAlone:
		// The clock may have been set right meanwhile: then what it dated wrongly is at one end, for they are in the order
		// of their times.
		for _, end := range []int{len(points) - 1, 0} {
			if left = p.send(ctx, points[end:end+1]); len(left) > 0 {
				return points
			}
			if points = slices.Delete(slices.Clone(points), end, end+1); p.alone == 0 || len(points) == 0 {
				return p.send(ctx, points)
			}
		}
		p.o.Count(Refused, len(points))
		p.o.Log.Error("CloudWatch refuses all datapoints", "datapoints", len(points), "error", err)
		return nil
	}
	half := len(points) / 2
	left = p.send(ctx, points[:half])
	return append(left[:len(left):len(left)], p.send(ctx, points[half:])...)
}

func (p *Publisher) works() {
	if !p.failing.IsZero() {
		p.o.Log.Info("CloudWatch takes datapoints again", "after", time.Since(p.failing).Round(time.Second))
	}
	if p.troubled {
		p.o.Trouble(nil)
	}
	p.failing, p.retryAt, p.pause, p.troubled = time.Time{}, time.Time{}, 0, false
}

func (p *Publisher) fails(err error) {
	now := time.Now()
	if p.failing.IsZero() {
		p.failing = now
		p.o.Log.Warn("CloudWatch takes no datapoints; they wait on disk", "error", err)
	}
	p.pause = min(max(2*p.pause, leastPause), mostPause)
	p.retryAt = now.Add(p.pause)
	if !p.troubled && now.Sub(p.failing) >= p.o.Patience {
		p.troubled = true
		p.o.Trouble(err)
	}
}
