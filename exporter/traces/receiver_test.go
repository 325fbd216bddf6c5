package traces_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	tracev1 "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // the server takes packed messages with it
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/outrider-monitor/outrider/exporter/traces"
	"github.com/outrider-monitor/outrider/internal/leakcheck"
)

func TestMain(m *testing.M) {
	if os.Getenv(benchElsewhere) != "" {
		if err := answerElsewhere(); err != nil {
			panic(err)
		}
		return
	}
	leakcheck.Main(m)
}

// receiver is a collector: it reads with OpenTelemetry's own types what it is sent, over HTTP and over gRPC.
type receiver struct {
	collector.UnimplementedTraceServiceServer
	URL string
	// answer decides about a request, if set: a status of HTTP, with headers.
	answer func(w http.ResponseWriter) bool

	mu       sync.Mutex
	requests []*collector.ExportTraceServiceRequest
	headers  []http.Header
	changed  chan struct{}
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{changed: make(chan struct{}, 1000)}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.URL = server.URL + "/v1/traces"
	return r
}

// newGRPCReceiver is gRPC's own server.
func newGRPCReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{changed: make(chan struct{}, 1000)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, r)
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }()
	t.Cleanup(func() { server.Stop(); <-done })
	r.URL = "http://" + l.Addr().String()
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if r.answer != nil && r.answer(w) {
		return
	}
	body := io.Reader(req.Body)
	if req.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(req.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	text, err := io.ReadAll(body)
	got := &collector.ExportTraceServiceRequest{}
	if err == nil {
		err = proto.Unmarshal(text, got)
	}
	if err != nil || req.Method != http.MethodPost || req.URL.Path != "/v1/traces" || req.Header.Get("Content-Type") != "application/x-protobuf" {
		http.Error(w, fmt.Sprint("not OTLP: ", err), http.StatusBadRequest)
		return
	}
	r.take(got, req.Header)
	answer, _ := proto.Marshal(&collector.ExportTraceServiceResponse{})
	w.Header().Set("Content-Type", "application/x-protobuf")
	_, _ = w.Write(answer)
}

// Export is the service of gRPC.
func (r *receiver) Export(ctx context.Context, got *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	header := http.Header{}
	for name, values := range md {
		header[http.CanonicalHeaderKey(name)] = values
	}
	r.take(got, header)
	return &collector.ExportTraceServiceResponse{PartialSuccess: &collector.ExportTracePartialSuccess{RejectedSpans: 1, ErrorMessage: "one is too old"}}, nil
}

func (r *receiver) take(got *collector.ExportTraceServiceRequest, header http.Header) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests, r.headers = append(r.requests, got), append(r.headers, header)
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// spans are all that came, by name; the later of two with one name wins.
func (r *receiver) spans() (all []*tracev1.Span) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, req := range r.requests {
		for _, resource := range req.GetResourceSpans() {
			for _, scope := range resource.GetScopeSpans() {
				all = append(all, scope.GetSpans()...)
			}
		}
	}
	return all
}

// resource are the attributes of the first resource.
func (r *receiver) resource() map[string]any {
	r.mu.Lock()
	defer r.mu.Unlock()
	return plain(r.requests[0].GetResourceSpans()[0].GetResource().GetAttributes())
}

// plain makes a map of attributes; one that comes twice is a mistake.
func plain(attributes []*common.KeyValue) map[string]any {
	all := map[string]any{}
	for _, a := range attributes {
		if _, twice := all[a.GetKey()]; twice {
			panic("attribute twice: " + a.GetKey())
		}
		switch v := a.GetValue().GetValue().(type) {
		case *common.AnyValue_StringValue:
			all[a.GetKey()] = v.StringValue
		case *common.AnyValue_IntValue:
			all[a.GetKey()] = v.IntValue
		case *common.AnyValue_DoubleValue:
			all[a.GetKey()] = v.DoubleValue
		case *common.AnyValue_BoolValue:
			all[a.GetKey()] = v.BoolValue
		default:
			panic(fmt.Sprintf("attribute %s has no value", a.GetKey()))
		}
	}
	return all
}

// tally adds up what became of spans.
type tally struct {
	mu  sync.Mutex
	all map[traces.Settled]int
}

func (c *tally) add(s traces.Settled, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[traces.Settled]int{}
	}
	c.all[s] += n
}

func (c *tally) of(s traces.Settled) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all[s]
}

func newExporter(t *testing.T, target traces.Target, count func(traces.Settled, int)) *traces.Exporter {
	t.Helper()
	e, err := traces.New(traces.Options{
		Target: target, Service: "outrider", Version: "1.2", Deployment: "test", Location: "london", Resource: [][2]string{{"team.cost", "42"}},
		ExternalURL: "https://outrider.example", Log: slog.New(slog.DiscardHandler), Count: count,
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func flush(t *testing.T, e *traces.Exporter) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return e.Flush(ctx)
}
