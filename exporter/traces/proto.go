package traces

import (
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/outrider-monitor/outrider/probes/spans"
)

// The fields of OTLP 1.x, as opentelemetry/proto/trace/v1/trace.proto and its neighbours number them.
const (
	requestResourceSpans = 1

	resourceSpansResource = 1
	resourceSpansScopes   = 2
	resourceAttributes    = 1

	scopeSpansScope = 1
	scopeSpansSpans = 2
	scopeName       = 1
	scopeVersion    = 2

	spanTraceID    = 1
	spanSpanID     = 2
	spanParent     = 4
	spanName       = 5
	spanKind       = 6
	spanStart      = 7
	spanEnd        = 8
	spanAttributes = 9
	spanEvents     = 11
	spanLinks      = 13
	spanStatus     = 15
	spanFlags      = 16

	eventTime       = 1
	eventName       = 2
	eventAttributes = 3

	linkTraceID = 1
	linkSpanID  = 2

	statusMessage = 1
	statusCode    = 2 + 1
	statusError   = 2

	keyValueKey   = 1
	keyValueValue = 2
	valueString   = 1
	valueBool     = 2
	valueInt      = 3
	valueDouble   = 4
)

// writer writes messages into one buffer. A message within another is written behind room for its length.
type writer struct{ b []byte }

// head is the head of a field, of which all but one have numbers below sixteen: it is one byte.
func head(field protowire.Number, kind protowire.Type) byte { return byte(field)<<3 | byte(kind) }

// oneByte is the longest length that is written as one byte.
const oneByte = 0x7f

// text writes a string, unless it is empty.
func (w *writer) text(field protowire.Number, s string) {
	switch {
	case s == "":
	case len(s) <= oneByte:
		w.b = append(append(w.b, head(field, protowire.BytesType), byte(len(s))), s...)
	default:
		w.b = protowire.AppendString(append(w.b, head(field, protowire.BytesType)), s)
	}
}

// bytes writes an id.
func (w *writer) bytes(field protowire.Number, id []byte) {
	w.b = append(append(w.b, head(field, protowire.BytesType), byte(len(id))), id...)
}

// number writes a number that is not above oneByte.
func (w *writer) number(field protowire.Number, n uint8) {
	w.b = append(w.b, head(field, protowire.VarintType), n)
}

func (w *writer) moment(field protowire.Number, at time.Time) {
	w.b = protowire.AppendFixed64(append(w.b, head(field, protowire.Fixed64Type)), uint64(max(0, at.UnixNano())))
}

// open begins a message, and gives the place to close it at.
func (w *writer) open(field protowire.Number) int {
	w.b = append(w.b, head(field, protowire.BytesType), 0, 0, 0, 0)
	return len(w.b)
}

// close writes a message's length: as four bytes of a varint, which readers take as any other.
func (w *writer) close(at int) {
	n := len(w.b) - at
	w.b[at-4] = byte(n) | 0x80
	w.b[at-3] = byte(n>>7) | 0x80
	w.b[at-2] = byte(n>>14) | 0x80
	w.b[at-1] = byte(n>>21) & 0x7f
}

// short is the longest text around which all lengths are one byte. Nearly all are that short, and attributes are most of what
// there is to write.
const short = oneByte - longestKey - 6

// longestKey bounds the keys of all attributes, which are ours; a test holds them to it.
const longestKey = 40

// keyed writes the head of an attribute whose value takes n bytes, a byte's worth, which follow.
func (w *writer) keyed(field protowire.Number, key string, n int) {
	b := append(w.b, head(field, protowire.BytesType), byte(2+len(key)+2+n), head(keyValueKey, protowire.BytesType), byte(len(key)))
	w.b = append(append(b, key...), head(keyValueValue, protowire.BytesType), byte(n))
}

// attribute writes an attribute; an empty text is left out.
func (w *writer) attribute(field protowire.Number, key, value string) {
	if value == "" {
		return
	}
	if len(value) <= short && len(key) <= longestKey {
		w.keyed(field, key, 2+len(value))
		w.b = append(append(w.b, head(valueString, protowire.BytesType), byte(len(value))), value...)
		return
	}
	n := 1 + protowire.SizeBytes(len(value))
	w.b = append(w.b, head(field, protowire.BytesType))
	w.b = protowire.AppendVarint(w.b, uint64(2+protowire.SizeBytes(len(key))+protowire.SizeBytes(n)))
	w.text(keyValueKey, key)
	w.b = protowire.AppendVarint(append(w.b, head(keyValueValue, protowire.BytesType)), uint64(n))
	w.text(valueString, value)
}

// integer writes an attribute that is a number; zero is left out.
func (w *writer) integer(field protowire.Number, key string, value int64) {
	if value == 0 {
		return
	}
	w.keyed(field, key, 1+protowire.SizeVarint(uint64(value)))
	w.b = protowire.AppendVarint(append(w.b, head(valueInt, protowire.VarintType)), uint64(value))
}

// seconds writes an attribute that is a time; zero is left out.
func (w *writer) seconds(field protowire.Number, key string, value time.Duration) {
	if value == 0 {
		return
	}
	w.keyed(field, key, 1+protowire.SizeFixed64())
	w.b = protowire.AppendFixed64(append(w.b, head(valueDouble, protowire.Fixed64Type)), math.Float64bits(value.Seconds()))
}

// truth writes an attribute that is true; false is left out.
func (w *writer) truth(field protowire.Number, key string, value bool) {
	if !value {
		return
	}
	w.keyed(field, key, 2)
	w.b = append(w.b, head(valueBool, protowire.VarintType), 1)
}

// failed writes the status of a span that failed.
func (w *writer) failed(message string) {
	at := w.open(spanStatus)
	w.text(statusMessage, message)
	w.number(statusCode, statusError)
	w.close(at)
}

// link points to a span of somebody else's trace.
func (w *writer) link(trace spans.TraceID, span spans.ID) {
	at := w.open(spanLinks)
	w.bytes(linkTraceID, trace[:])
	w.bytes(linkSpanID, span[:])
	w.close(at)
}
