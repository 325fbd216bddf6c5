package families

import (
	"math"

	dto "github.com/prometheus/client_model/go"
)

// Histogram is a row for a histogram, with classic and native buckets.
type Histogram struct {
	metric    dto.Metric
	histogram dto.Histogram
	labels    labels

	count, zero     uint64
	sum, zeroWithin float64
	schema          int32

	classic []classicBucket
	native  []nativeSpan
	// next is the first native bucket that was not written, before the count of the last that was.
	next   int32
	before int64
}

type classicBucket struct {
	bucket dto.Bucket
	below  uint64
	bound  float64
}

type nativeSpan struct {
	span   dto.BucketSpan
	offset int32
	length uint32
}

// Histogram adds a histogram without buckets. It has room for that many classic ones, and one more that has no bound.
func (s *Set) Histogram(family, buckets int, count uint64, sum float64, created Timestamp, base []*dto.LabelPair, own ...*dto.LabelPair) *Histogram {
	h := s.histograms.next()
	if cap(h.classic) <= buckets {
		h.classic = make([]classicBucket, 0, buckets+1)
	}
	h.classic, h.native, h.next, h.before = h.classic[:0], h.native[:0], 0, 0
	h.count, h.sum = count, sum
	m := &h.histogram
	m.SampleCount, m.SampleSum, m.CreatedTimestamp = &h.count, &h.sum, created
	m.Bucket, m.PositiveSpan, m.PositiveDelta = m.Bucket[:0], m.PositiveSpan[:0], m.PositiveDelta[:0]
	m.Schema, m.ZeroThreshold, m.ZeroCount = nil, nil, nil
	h.metric.Histogram, h.metric.Label = m, h.labels.join(base, own)
	s.Add(family, &h.metric)
	return h
}

// Classic adds the next classic bucket, which counts all values up to bound.
func (h *Histogram) Classic(bound float64, below uint64, e *dto.Exemplar) {
	h.classic = h.classic[:len(h.classic)+1]
	b := &h.classic[len(h.classic)-1]
	b.below, b.bound = below, bound
	b.bucket.CumulativeCount, b.bucket.UpperBound, b.bucket.Exemplar = &b.below, &b.bound, e
	h.histogram.Bucket = append(h.histogram.Bucket, &b.bucket)
}

// Above adds the exemplar of the values above all bounds. Without one the bucket is left out: the formats know how many
// there are.
func (h *Histogram) Above(e *dto.Exemplar) {
	if e != nil {
		h.Classic(math.Inf(1), h.count, e)
	}
}

// Zero says how fine the native buckets are, and how many values are too small for them, up to within.
func (h *Histogram) Zero(schema int32, within float64, count uint64) {
	h.schema, h.zeroWithin, h.zero = schema, within, count
	h.histogram.Schema, h.histogram.ZeroThreshold, h.histogram.ZeroCount = &h.schema, &h.zeroWithin, &h.zero
}

// Native adds a native bucket; the keys must rise. Buckets are told as runs, with the difference of each to the one before;
// a gap of one or two is told as empty buckets.
func (h *Histogram) Native(key int32, count uint32) {
	gap := key - h.next
	if n := len(h.native); n == 0 || gap > 2 {
		h.begin(gap)
		gap = 0
	}
	for range gap {
		h.delta(0)
	}
	h.delta(int64(count))
	h.next = key + 1
}

// begin opens a run. When the runs outgrow their place, those before stay where they were, and are pointed to there.
func (h *Histogram) begin(gap int32) {
	h.native = append(h.native, nativeSpan{})
	s := &h.native[len(h.native)-1]
	s.offset = gap
	s.span.Offset, s.span.Length = &s.offset, &s.length
	h.histogram.PositiveSpan = append(h.histogram.PositiveSpan, &s.span)
}

func (h *Histogram) delta(count int64) {
	h.native[len(h.native)-1].length++
	h.histogram.PositiveDelta = append(h.histogram.PositiveDelta, count-h.before)
	h.before = count
}
