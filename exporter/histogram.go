package exporter

import (
	"math"
	"slices"
	"sort"
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// The native buckets, as the client library makes them of a growth factor of 1.1: at least 2^3 of them for each power
// of two, and the values up to 2^-128 in a bucket of their own.
const (
	nativeFactor  = 1.1
	nativeSchema  = 3
	leastSchema   = -4
	nativeMost    = 100
	zeroThreshold = 0x1p-128
)

// histogram counts durations in classic and in native buckets, and is guarded by its journey's lock. The client library's
// is made for many writers at once: it has everything twice, in maps, and takes 2 kB where this takes a few hundred
// bytes. A monitor has one for each journey and each step. What it shows is the same; a test holds it to that.
type histogram struct {
	// bounds are the upper ends of the classic buckets; all histograms of a metric share them.
	bounds  []float64
	created timestamp
	sum     float64
	count   uint64
	zero    uint64
	// classic has one more place than bounds. A counter of 32 bits is enough for a run a second for 136 years.
	classic []uint32
	// native is in the order of its keys.
	native []nativeBucket
	schema int32
	// exemplars are by the classic buckets: Prometheus takes those where native ones have none.
	exemplars *exemplars
}

// nativeBucket counts the values in (2^((key-1)/2^schema), 2^(key/2^schema)].
type nativeBucket struct {
	key   int32
	count uint32
}

func newHistogram(m *Metric, created timestamp) *histogram {
	return &histogram{bounds: m.Buckets, created: created, classic: make([]uint32, len(m.Buckets)+1), schema: nativeSchema}
}

// observe counts a value that is not negative. e is the run's exemplar, or nil.
func (h *histogram) observe(v float64, now time.Time, e *exemplar) {
	if e != nil {
		h.exemplars = note(h.exemplars, sort.SearchFloat64s(h.bounds, v), len(h.classic), e)
	}
	if h.schema < nativeSchema && now.Sub(h.created.AsTime()) >= histogramReset {
		h.reset(now)
	}
	h.add(v)
	if len(h.native) <= nativeMost {
		return
	}
	if now.Sub(h.created.AsTime()) >= histogramReset {
		h.reset(now)
		h.add(v)
		return
	}
	h.coarsen()
}

func (h *histogram) add(v float64) {
	h.sum += v
	h.count++
	h.classic[sort.SearchFloat64s(h.bounds, v)]++
	if v <= zeroThreshold {
		h.zero++
		return
	}
	key := nativeKey(v, h.schema)
	at, found := slices.BinarySearchFunc(h.native, key, func(b nativeBucket, key int32) int { return int(b.key - key) })
	if !found {
		h.native = slices.Insert(h.native, at, nativeBucket{key: key})
	}
	h.native[at].count++
}

// nativeKey numbers the native bucket of a positive value.
func nativeKey(v float64, schema int32) int32 {
	fraction, exponent := math.Frexp(v)
	if schema > 0 {
		parts := 1 << schema
		within := sort.Search(parts, func(i int) bool { return nativeBounds[i<<(nativeSchema-schema)] >= fraction })
		return int32(within + (exponent-1)*parts)
	}
	key := exponent
	if fraction == 0.5 {
		key--
	}
	return int32((key + 1<<-schema - 1) >> -schema)
}

// nativeBounds are the upper ends of the native buckets from a half to one: 2^(i/8-1), rounded as the client library
// has them.
var nativeBounds = [...]float64{
	0.5, 0.5452538663326288, 0.5946035575013605, 0.6484197773255048,
	0.7071067811865475, 0.7711054127039704, 0.8408964152537144, 0.9170040432046711,
}

// coarsen makes one native bucket of every two.
func (h *histogram) coarsen() {
	if h.schema == leastSchema {
		return
	}
	h.schema--
	merged := h.native[:0]
	for _, b := range h.native {
		b.key = (b.key + 1) >> 1
		if n := len(merged); n > 0 && merged[n-1].key == b.key {
			merged[n-1].count += b.count
			continue
		}
		merged = append(merged, b)
	}
	h.native = merged
}

// reset begins anew, with fine buckets.
func (h *histogram) reset(now time.Time) {
	h.created = timestamppb.New(now)
	h.sum, h.count, h.zero, h.schema = 0, 0, 0, nativeSchema
	clear(h.classic)
	h.native = h.native[:0]
	h.exemplars = nil
}

// show adds the histogram to a scrape.
func (h *histogram) show(b *batch, i id, base []*dto.LabelPair, own ...*dto.LabelPair) {
	shown := b.set.Histogram(int(i), len(h.bounds), h.count, h.sum, h.created, base, own...)
	below := uint64(0)
	for i, bound := range h.bounds {
		below += uint64(h.classic[i])
		shown.Classic(bound, below, h.exemplars.of(i).in(b.set))
	}
	shown.Above(h.exemplars.of(len(h.bounds)).in(b.set))
	shown.Zero(h.schema, zeroThreshold, h.zero)
	for _, n := range h.native {
		shown.Native(n.key, n.count)
	}
}
