package cloudwatch

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch/cwfake"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// Whoever is refused everything, by a clock that is hours ahead, does not ask for every datapoint by itself; and once that has
// ended, none is lost any more.
func TestARefusalOfEverythingCostsFewRequests(t *testing.T) {
	var ahead atomic.Int64
	fake := cwfake.New(cwfake.Options{Now: func() time.Time { return time.Now().Add(-time.Duration(ahead.Load())) }})
	p, c := publisher(t, client(t, fake), nil)
	p.limit = rate.NewLimiter(rate.Inf, 1)
	see := func(journeys int, at time.Time) { // 8 datapoints each
		for n := range journeys {
			p.Observe(journey(n), run(at, probes.Passed, time.Second), Terms{Every: time.Minute})
		}
	}
	ahead.Store(int64(3 * time.Hour))
	see(1250, time.Now())
	p.flush(t.Context())
	if calls := fake.Calls("PutMetricData"); calls > 3*mostAlone || c.of(Refused) != 10_000 {
		t.Errorf("%d datapoints are refused, after %d requests; want 10000, and at most %d requests", c.of(Refused), calls, 3*mostAlone)
	}
	ahead.Store(0)
	for _, wrong := range []time.Duration{3 * time.Hour, -30 * 24 * time.Hour} { // What is left from then takes nothing with it that is right.
		p.alone = mostAlone
		before := c.of(Accepted)
		see(20, time.Now().Add(wrong))
		see(50, time.Now())
		p.flush(t.Context())
		if got := c.of(Accepted) - before; got != 50*8 {
			t.Errorf("beside what is dated %s ahead, %d of 400 datapoints are accepted", wrong, got)
		}
	}
	see(1250, time.Now())
	p.flush(t.Context())
	if c.of(Accepted) != 10_800 || c.of(Postponed) != 0 {
		t.Errorf("with the clock set right, %v", c.all)
	}
}

func journey(n int) *journeys.Journey { return &journeys.Journey{Name: fmt.Sprint("journey-", n)} }
