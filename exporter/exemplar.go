package exporter

import (
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/outrider-monitor/outrider/exporter/families"
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

// of gives that of a place, or nil.
func (all *exemplars) of(at int) *exemplar {
	if all == nil {
		return nil
	}
	return (*all)[at]
}

// in is what the exposition formats want, or nil.
func (e *exemplar) in(set *families.Set) *dto.Exemplar {
	if e == nil {
		return nil
	}
	return set.Exemplar(traceLabel, e.trace.String(), e.value, e.at)
}

// traced makes a run's exemplars, which differ in their values alone; nil for a run without a trace.
func traced(id string, now time.Time) func(value float64) *exemplar {
	trace, ok := spans.ParseTraceID(id)
	if !ok {
		return func(float64) *exemplar { return nil }
	}
	return func(value float64) *exemplar { return &exemplar{trace, value, now.UnixMilli()} }
}
