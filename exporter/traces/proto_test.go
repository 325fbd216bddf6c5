package traces_test

import (
	"strings"
	"testing"

	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/outrider-monitor/outrider/exporter/traces"
)

// Texts are written in two ways, by their length; OpenTelemetry's own types read both.
func TestATextOfAnyLengthIsReadAsItIs(t *testing.T) {
	for _, key := range []string{"k", strings.Repeat("k", 40), strings.Repeat("k", 41), strings.Repeat("k", 300)} {
		for n := 1; n < 20000; n += 1 + n/200 {
			value := strings.Repeat("é", n/2) + strings.Repeat("v", n%2)
			var event tracev1.Span_Event
			if err := proto.Unmarshal(traces.Spelled(key, value), &event); err != nil {
				t.Fatalf("a key of %d bytes, a value of %d: %v", len(key), n, err)
			}
			if a := event.Attributes; len(a) != 1 || a[0].Key != key || a[0].Value.GetStringValue() != value {
				t.Fatalf("a key of %d bytes, a value of %d: %v", len(key), n, a)
			}
		}
	}
}
