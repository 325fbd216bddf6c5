package exporter

import (
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Label pairs are made once and shared by all series that bear them: five thousand journeys have some
// two hundred thousand series, and vectors that copy every pair would cost hundreds of megabytes.

// pair makes a label.
func pair(name, value string) *dto.LabelPair {
	return &dto.LabelPair{Name: proto.String(name), Value: proto.String(value)}
}

// pairs joins labels in the order that the exposition formats want.
func pairs(base []*dto.LabelPair, more ...*dto.LabelPair) []*dto.LabelPair {
	all := make([]*dto.LabelPair, 0, len(base)+len(more))
	all = append(append(all, base...), more...)
	// A handful, mostly in order: sort.Slice costs more than it saves here.
	for i := 1; i < len(all); i++ {
		for j := i; j > 0 && *all[j].Name < *all[j-1].Name; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
	return all
}

// sample is one counter's or gauge's value at the moment of a scrape.
type sample struct {
	desc   *prometheus.Desc
	labels []*dto.LabelPair
	value  float64
	// created is set for counters only: it lets Prometheus see the first increment.
	created *timestamppb.Timestamp
	// exemplar is a counter's, or nil.
	exemplar *dto.Exemplar
}

func (s *sample) Desc() *prometheus.Desc { return s.desc }

func (s *sample) Write(m *dto.Metric) error {
	m.Label = s.labels
	if s.created != nil {
		m.Counter = &dto.Counter{Value: &s.value, CreatedTimestamp: s.created, Exemplar: s.exemplar}
	} else {
		m.Gauge = &dto.Gauge{Value: &s.value}
	}
	return nil
}

// labelled gives a bare histogram its place in the catalogue.
type labelled struct {
	prometheus.Histogram
	desc   *prometheus.Desc
	labels []*dto.LabelPair
}

func (l *labelled) Desc() *prometheus.Desc { return l.desc }

func (l *labelled) Write(m *dto.Metric) error {
	err := l.Histogram.Write(m)
	m.Label = l.labels
	return err
}

// value is a gauge that may not be known yet; an unknown one is absent, not 0.
type value struct {
	v     float64
	known bool
}

func known(v float64) value { return value{v: v, known: true} }
