package exporter

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/outrider-monitor/outrider/exporter/families"
)

// batch is a scrape on its way: a set under the names of the catalogue.
type batch struct{ set *families.Set }

func newSet() *families.Set {
	table := catalogue()
	all := make([]families.Family, len(table))
	for i, m := range table {
		all[i] = families.Family{Name: m.Name, Help: m.Help, Type: m.Kind.wire()}
	}
	return families.New(all)
}

func newSets() *sync.Pool { return &sync.Pool{New: func() any { return newSet() }} }

// wire is the kind as the exposition formats number it.
func (k Kind) wire() dto.MetricType {
	switch k {
	case Counter:
		return dto.MetricType_COUNTER
	case Histogram:
		return dto.MetricType_HISTOGRAM
	}
	return dto.MetricType_GAUGE
}

// Gather implements prometheus.TransactionalGatherer: what it gives may be read until done is called.
func (e *Exporter) Gather() (shown []*dto.MetricFamily, done func(), err error) {
	e.mu.RLock()
	sets := e.sets
	e.mu.RUnlock()
	set := sets.Get().(*families.Set)
	e.fill(set)
	return set.Families(), func() {
		set.Clear()
		sets.Put(set)
	}, nil
}

// fill takes a journey's lock for the few microseconds in which its numbers are copied, and one at a time: no scrape, however
// slow its reader, delays a run; nor does it keep the processor from one.
func (e *Exporter) fill(set *families.Set) {
	e.mu.RLock()
	all := e.sorted
	e.mu.RUnlock()
	b, p := &batch{set: set}, newPace()
	for _, s := range all {
		s.collect(e.parts, b)
		p.rest()
	}
	e.monitor.collect(&e.o, b)
}

// Describe implements prometheus.Collector.
func (e *Exporter) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range e.desc {
		ch <- d
	}
}

// Collect implements prometheus.Collector, with what Gather shows.
func (e *Exporter) Collect(ch chan<- prometheus.Metric) {
	set := newSet() // the registry keeps it
	e.fill(set)
	for i, d := range e.desc {
		for _, m := range set.Metrics(i) {
			ch <- &made{desc: d, metric: m}
		}
	}
}

// made is a metric that needs no more work.
type made struct {
	desc   *prometheus.Desc
	metric *dto.Metric
}

func (m *made) Desc() *prometheus.Desc { return m.desc }

func (m *made) Write(to *dto.Metric) error {
	to.Label, to.Gauge, to.Counter, to.Histogram = m.metric.Label, m.metric.Gauge, m.metric.Counter, m.metric.Histogram
	return nil
}

func (b *batch) gauge(i id, v float64, base []*dto.LabelPair, own ...*dto.LabelPair) {
	b.set.Gauge(int(i), v, base, own...)
}

func (b *batch) known(i id, v value, base []*dto.LabelPair, own ...*dto.LabelPair) {
	if v.known {
		b.set.Gauge(int(i), v.v, base, own...)
	}
}

func (b *batch) counter(i id, v float64, created timestamp, e *exemplar, base []*dto.LabelPair, own ...*dto.LabelPair) {
	b.set.Counter(int(i), v, created, e.in(b.set), base, own...)
}

// histogram adds one of the client library's.
func (b *batch) histogram(i id, h prometheus.Histogram) {
	var m dto.Metric
	if h.Write(&m) == nil { // it never fails
		b.set.Add(int(i), &m)
	}
}
