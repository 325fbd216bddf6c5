package families

import (
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// Family says what its metrics have in common.
type Family struct {
	Name, Help string
	Type       dto.MetricType
}

// Set is what one scrape shows. It is filled and read by one goroutine at a time.
type Set struct {
	families []dto.MetricFamily
	// byName are the places of the families in the order in which they are shown.
	byName []int

	gauges     rows[gauge]
	counters   rows[counter]
	histograms rows[Histogram]
	exemplars  rows[exemplar]
}

// New makes an empty set of the families, which are known by their places from then on.
func New(all []Family) *Set {
	s := &Set{families: make([]dto.MetricFamily, len(all)), byName: make([]int, len(all))}
	for i := range all {
		f := &s.families[i]
		f.Name, f.Help, f.Type = &all[i].Name, &all[i].Help, &all[i].Type
		s.byName[i] = i
	}
	slices.SortFunc(s.byName, func(a, b int) int { return strings.Compare(all[a].Name, all[b].Name) })
	return s
}

// Clear empties the set. What it has shown must not be read any more.
func (s *Set) Clear() {
	for i := range s.families {
		s.families[i].Metric = s.families[i].Metric[:0]
	}
	s.gauges.used, s.counters.used, s.histograms.used, s.exemplars.used = 0, 0, 0, 0
}

// Families are those that have metrics, in the order of their names.
func (s *Set) Families() []*dto.MetricFamily {
	shown := make([]*dto.MetricFamily, 0, len(s.families))
	for _, i := range s.byName {
		if len(s.families[i].Metric) > 0 {
			shown = append(shown, &s.families[i])
		}
	}
	return shown
}

// Metrics are those of one family, in the order in which they were added.
func (s *Set) Metrics(family int) []*dto.Metric { return s.families[family].Metric }

// Add adds a metric that somebody else has made.
func (s *Set) Add(family int, m *dto.Metric) {
	f := &s.families[family]
	f.Metric = append(f.Metric, m)
}

// Gauge adds a gauge, with the labels of base and one or two of its own.
func (s *Set) Gauge(family int, v float64, base []*dto.LabelPair, own ...*dto.LabelPair) {
	g := s.gauges.next()
	g.value = v
	g.gauge.Value, g.metric.Gauge, g.metric.Label = &g.value, &g.gauge, g.labels.join(base, own)
	s.Add(family, &g.metric)
}

// Counter adds a counter. created lets Prometheus see the first increment; e is its exemplar, or nil.
func (s *Set) Counter(family int, v float64, created Timestamp, e *dto.Exemplar, base []*dto.LabelPair, own ...*dto.LabelPair) {
	c := s.counters.next()
	c.value = v
	c.counter.Value, c.counter.CreatedTimestamp, c.counter.Exemplar = &c.value, created, e
	c.metric.Counter, c.metric.Label = &c.counter, c.labels.join(base, own)
	s.Add(family, &c.metric)
}
