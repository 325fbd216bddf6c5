package cloudwatch

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// slowly takes what it is sent a while later, and keeps how old the newest datapoint of each request was.
type slowly struct {
	takes time.Duration
	mu    sync.Mutex
	// fresh is when datapoints of each minute first came; old counts those from before the mend.
	fresh map[int64]time.Time
	mend  time.Time
	old   int
}

func (s *slowly) PutMetricData(_ context.Context, in *cloudwatch.PutMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error) {
	time.Sleep(s.takes)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range in.MetricData {
		if d.Timestamp.Before(s.mend) {
			s.old++
			continue
		}
		if at := d.Timestamp.Unix(); s.fresh[at].IsZero() {
			s.fresh[at] = time.Now()
		}
	}
	return &cloudwatch.PutMetricDataOutput{}, nil
}

// What has waited through an outage leaves behind what is new, so that alarms see the present first.
func TestWhatHasWaitedDelaysNothingNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &slowly{takes: 3 * time.Second, fresh: map[int64]time.Time{}}
		p, c := publisher(t, api, func(o *Options) { o.Quota = 64 << 20 })
		p.retryAt = time.Now().Add(6 * time.Hour)
		for range 6 * 60 { // one minute of twenty journeys at a time
			for n := range 20 {
				p.Observe(&journeys.Journey{Name: fmt.Sprint("j", n)}, run(time.Now(), probes.Passed, time.Second), Terms{Every: time.Second})
			}
			p.flush(t.Context())
			time.Sleep(time.Minute)
		}
		api.mend = time.Now()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); p.Run(ctx) }()
		seen := map[int64]time.Time{}
		for range 40 * 60 {
			now := time.Now()
			p.Observe(checkout, run(now, probes.Passed, time.Second), Terms{Every: time.Second})
			seen[now.Unix()] = now
			time.Sleep(time.Second)
		}
		time.Sleep(15*time.Second + flushEvery/2)
		stop()
		<-done
		for at, observed := range seen {
			// Gathered for ten seconds, behind one request that was on its way, in one of its own.
			if late := api.fresh[at].Sub(observed); api.fresh[at].IsZero() || late > flushEvery+2*api.takes+time.Second {
				t.Errorf("what was seen at %s left after %s", observed, late)
				break
			}
		}
		if api.old != 6*60*20*8 || c.of(Dropped) > 0 {
			t.Errorf("%d of %d that waited have left, %d were dropped", api.old, 6*60*20*8, c.of(Dropped))
		}
	})
}

// BenchmarkOutage is what a flush of ten seconds of 100 runs a second, of a thousand journeys, takes on disk. quota is the part
// of the default quota of 256 MB that six hours of it fill: it is to stay below 1.
func BenchmarkOutage(b *testing.B) {
	p, err := NewPublisher(Options{Dir: b.TempDir(), Quota: 1 << 30, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	p.retryAt = time.Now().Add(time.Hour)
	all := make([]*journeys.Journey, 1000)
	for n := range all {
		all[n] = &journeys.Journey{Name: fmt.Sprintf("a-journey-with-a-name-%d", n)}
	}
	flushes := 0
	for b.Loop() {
		at := time.Now().Add(time.Duration(flushes) * flushEvery)
		for n, j := range all {
			p.Observe(j, run(at, probes.Passed, time.Duration(100+n*7%900)*time.Millisecond), Terms{Every: flushEvery})
		}
		p.flush(b.Context())
		flushes++
	}
	perFlush := float64(p.spool.size) / float64(flushes)
	b.ReportMetric(perFlush/1000, "kB/flush")
	b.ReportMetric(perFlush*6*3600/flushEvery.Seconds()/(256<<20), "quota")
}
