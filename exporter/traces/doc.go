// Package traces writes what a run did as OpenTelemetry spans, and sends them to whoever collects them (OTLP, over HTTP or
// gRPC).
//
// It derives all from the result, whose secrets are gone, after the run is judged and stored; so it can neither tell more
// than the result does nor delay anything. It writes the few messages of OTLP by hand: the SDK would have to be told of spans
// that are over, and its packages' registration alone costs resident memory. Its one rule: what cannot be delivered is
// counted and forgotten; no run and no page waits for it.
package traces
