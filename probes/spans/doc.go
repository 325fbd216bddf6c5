// Package spans is how a run appears in OpenTelemetry: the identity that goes out with its requests (W3C Trace Context),
// and the record of those requests.
//
// It sends nothing and knows no format but the header's: exporter/traces writes the spans, from the result. Its one rule: a
// nil *Trace is a run that nobody traces, and costs a comparison.
package spans
