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
	see := func() {
		for n := range 1250 { // 8 datapoints each
			p.Observe(&journeys.Journey{Name: fmt.Sprintf("journey-%d", n)}, run(time.Now(), probes.Passed, time.Second), Terms{Every: time.Minute})
		}
		p.flush(t.Context())
	}
	ahead.Store(int64(3 * time.Hour))
	see()
	if calls := fake.Calls("PutMetricData"); calls > 3*mostAlone || c.of(Refused) != 10_000 {
		t.Errorf("%d datapoints are refused, after %d requests; want 10000, and at most %d requests", c.of(Refused), calls, 3*mostAlone)
	}
	ahead.Store(0)
	see()
	if c.of(Accepted) != 10_000 || c.of(Postponed) != 0 {
		t.Errorf("with the clock set right, %v", c.all)
	}
}
