package exporter

import (
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/outrider-monitor/outrider/probes/spans"
)

// exemplar is a run that a bucket or a counter counted, by its trace: the way from a curve to what happened. It never
// changes.
type exemplar struct {
	trace spans.TraceID
	value float64
	at    int64 // milliseconds since 1970
}

// traceLabel is the label under which Prometheus' users expect a trace's id.
const traceLabel = "trace_id"

// exemplars are the latest of each bucket, or of each counter. Nil until a traced run was counted: without traces they cost a
// pointer.
type exemplars []*exemplar

// note keeps an exemplar at one of n places.
func note(all *exemplars, at, n int, e *exemplar) *exemplars {
	if e == nil {
		return all
	}
	if all == nil {
		made := make(exemplars, n)
		all = &made
	}
	(*all)[at] = e
	return all
}

// of gives what the exposition formats want, or nil.
func (all *exemplars) of(at int) *dto.Exemplar {
	if all == nil || (*all)[at] == nil {
		return nil
	}
	e := (*all)[at]
	return &dto.Exemplar{Label: []*dto.LabelPair{pair(traceLabel, e.trace.String())}, Value: proto.Float64(e.value), Timestamp: timestamppb.New(time.UnixMilli(e.at))}
}

// clone is what a scrape keeps.
func (all *exemplars) clone() *exemplars {
	if all == nil {
		return nil
	}
	copied := append(exemplars(nil), *all...)
	return &copied
}

// traced makes a run's exemplars, which differ in their values alone; nil for a run without a trace.
func traced(id string, now time.Time) func(value float64) *exemplar {
	trace, ok := spans.ParseTraceID(id)
	if !ok {
		return func(float64) *exemplar { return nil }
	}
	return func(value float64) *exemplar { return &exemplar{trace, value, now.UnixMilli()} }
}
