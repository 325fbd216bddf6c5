package exporter

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// both count the same values: ours, and the client library's, which is the oracle.
type both struct {
	ours   *histogram
	theirs prometheus.Histogram
	now    time.Time
}

// shown is a histogram as a scrape shows it.
func shown(h *histogram) *dto.Metric {
	b := &batch{set: newSet()}
	h.show(b, runDuration, nil)
	return b.set.Metrics(int(runDuration))[0]
}

func newBoth() *both {
	m := catalogue()[runDuration]
	now := time.Now()
	return &both{ours: newHistogram(&m, timestamppb.New(now)), theirs: m.histogram(), now: now}
}

func (b *both) observe(v float64) {
	b.ours.observe(v, b.now, nil)
	b.theirs.Observe(v)
}

func (b *both) compare(t *testing.T, what string) {
	t.Helper()
	var theirs dto.Metric
	ours := shown(b.ours)
	if err := b.theirs.Write(&theirs); err != nil {
		t.Fatal(err)
	}
	theirs.Histogram.CreatedTimestamp = ours.Histogram.CreatedTimestamp
	if got, want := ours.Histogram.GetSampleSum(), theirs.Histogram.GetSampleSum(); math.Abs(got-want) > 1e-9*want {
		t.Errorf("%s: the sum is %v, want %v", what, got, want)
	}
	theirs.Histogram.SampleSum = ours.Histogram.SampleSum // the order of additions differs
	if !proto.Equal(ours, &theirs) {
		t.Errorf("%s:\n ours: %v\ntheirs: %v", what, ours, &theirs)
	}
}

func TestAHistogramShowsWhatTheClientLibraryShows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	newBoth().compare(t, "without a value")
	for range 50 {
		b := newBoth()
		center, spread := math.Exp(r.NormFloat64()*3), r.Float64()*4
		for n := range 400 {
			v := center * math.Exp(r.NormFloat64()*spread)
			switch r.IntN(20) {
			case 0:
				v = 0
			case 1:
				v = math.Ldexp(1, r.IntN(20)-10) // on the edge of a bucket
			case 2:
				v = math.Exp2(float64(r.IntN(160)-80) / 8)
			case 3:
				v = b.ours.bounds[r.IntN(len(b.ours.bounds))]
			}
			b.observe(v)
			if n == 3 {
				b.compare(t, "a few values")
			}
		}
		b.compare(t, "many values")
	}
}

func TestAHistogramWithTooManyBucketsGrowsCoarseAsTheClientLibrarysDoes(t *testing.T) {
	b := newBoth()
	for n := range 4000 {
		b.observe(math.Exp2(float64(n%2000)/8 - 125))
	}
	b.compare(t, "values over 250 powers of two")
	if len(b.ours.native) > nativeMost+1 {
		t.Errorf("it has %d buckets", len(b.ours.native))
	}
}

func TestACoarseHistogramStartsAnewAfterAnHour(t *testing.T) {
	m := catalogue()[runDuration]
	begun := time.Now()
	h := newHistogram(&m, timestamppb.New(begun))
	for n := range 200 {
		h.observe(math.Exp2(float64(n)/8-10), begun, nil)
	}
	if h.schema == nativeSchema {
		t.Fatal("it did not grow coarse")
	}
	h.observe(1, begun.Add(histogramReset-time.Second), nil)
	if h.count != 201 {
		t.Errorf("it counts %d values within the hour, want 201", h.count)
	}
	later := begun.Add(histogramReset)
	h.observe(1, later, nil)
	if h.count != 1 || h.schema != nativeSchema || !h.created.AsTime().Equal(later) {
		t.Errorf("after an hour it counts %d values, schema %d, since %s", h.count, h.schema, h.created.AsTime())
	}
}

func TestAScrapeSeesNoLaterValue(t *testing.T) {
	m := catalogue()[runDuration]
	h := newHistogram(&m, timestamppb.Now())
	h.observe(1, time.Now(), nil)
	got := shown(h)
	h.observe(1, time.Now(), nil)
	if n := got.Histogram.GetSampleCount(); n != 1 || got.Histogram.PositiveDelta[0] != 1 {
		t.Errorf("the sample counts %d values: %v", n, got.Histogram)
	}
}
