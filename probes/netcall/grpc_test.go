package netcall_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"

	"github.com/outrider-monitor/outrider/internal/loopback"
	"github.com/outrider-monitor/outrider/probes"
)

// healthier is gRPC's own health service, which refuses one name.
type healthier struct{ *health.Server }

func (h healthier) Check(ctx context.Context, r *grpc_health_v1.HealthCheckRequest) (*grpc_health_v1.HealthCheckResponse, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	switch {
	case r.Service == "busy":
		return nil, status.Error(codes.ResourceExhausted, "later: 100% busy")
	case r.Service == "slow":
		<-ctx.Done()
		return nil, ctx.Err()
	case r.Service == "metadata" && strings.Join(md.Get("x-own"), "") != "mine":
		return nil, status.Error(codes.PermissionDenied, "x-own is missing")
	}
	return h.Server.Check(ctx, r)
}

// greeter is a gRPC server as its makers wrote it.
func greeter(t *testing.T, described bool, options ...grpc.ServerOption) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer(options...)
	h := healthier{health.NewServer()}
	h.SetServingStatus("shop.Orders", grpc_health_v1.HealthCheckResponse_SERVING)
	h.SetServingStatus("metadata", grpc_health_v1.HealthCheckResponse_SERVING)
	h.SetServingStatus("shop.Old", grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	grpc_health_v1.RegisterHealthServer(s, h)
	if described {
		reflection.Register(s)
	}
	ended := make(chan bool)
	go func() { _ = s.Serve(l); close(ended) }()
	t.Cleanup(func() { s.Stop(); <-ended })
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return "localhost:" + port
}

func TestAGRPCServerIsAskedForItsHealth(t *testing.T) {
	p := newPlace(t)
	host := greeter(t, false)
	p.passes(t, host, `
  - grpc: HOST
    expect: json.status == "SERVING" and code == "OK" and message == "" and timing.processing > 0
  - grpc: HOST
    service: shop.Orders
  - grpc: HOST
    service: shop.Old
    expect: json.status == "NOT_SERVING"
  - grpc: HOST
    service: nothing
    expect: code == "NOT_FOUND"
  - grpc: HOST
    service: metadata
    headers: {x-own: mine}
`)
	p.fails(t, probes.Status, host, "  - grpc: HOST\n    service: shop.Old\n", "NOT_SERVING")
	p.fails(t, probes.Status, host, "  - grpc: HOST\n    service: nothing\n", "NOT_FOUND: unknown service")
	p.fails(t, probes.RateLimited, host, "  - grpc: HOST\n    service: busy\n", "later: 100% busy")
	p.fails(t, probes.Status, host, "  - grpc: HOST\n    service: metadata\n", "x-own is missing")
	p.fails(t, probes.Timeout, host, "  - grpc: HOST\n    service: slow\n    timeout: 200ms\n")
	p.fails(t, probes.Connect, loopback.FreeAddress(t), "  - grpc: HOST\n", "refuses connections")
	p.fails(t, probes.Assertion, host, "  - grpc: HOST\n    method: shop.Orders/Get\n", "no reflection")
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }))
	web.Config.Protocols = new(http.Protocols)
	web.Config.Protocols.SetUnencryptedHTTP2(true)
	web.Start()
	t.Cleanup(web.Close)
	p.fails(t, probes.Status, strings.TrimPrefix(web.URL, "http://"), "  - grpc: HOST\n", "not gRPC")
	old := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }))
	t.Cleanup(old.Close)
	p.fails(t, probes.Connect, strings.TrimPrefix(old.URL, "http://"), "  - grpc: HOST\n", "gRPC goes over HTTP/2")
	p.fails(t, probes.TLS, strings.TrimPrefix(old.URL, "http://"), "  - grpc: HOST\n    tls: true\n", "does not answer in TLS")
}

func TestAMethodIsCalledAsTheServerDescribesIt(t *testing.T) {
	p := newPlace(t)
	credentials := credentials.NewServerTLSFromCert(p.Valid)
	host := greeter(t, true, grpc.Creds(credentials))
	p.passes(t, host, `
  - grpc: HOST
    method: grpc.health.v1.Health/Check
    json: {service: shop.Orders}
    tls: {ca_file: ca.pem}
    expect: json.status == "SERVING" and code == "OK" and tls.days_left > 0
  - grpc: HOST
    method: grpc.health.v1.Health/List
    tls: {ca_file: ca.pem}
    expect: json.statuses["shop.Orders"].status == "SERVING" and len(jsonpath_all("$.statuses.*")) > 2
`)
	call := func(method, json string) string {
		return "  - grpc: HOST\n    method: " + method + "\n    json: " + json + "\n    tls: {ca_file: ca.pem}\n"
	}
	p.fails(t, probes.Status, host, call("grpc.health.v1.Health/Check", "{service: nothing}"), "NOT_FOUND")
	p.fails(t, probes.Config, host, call("grpc.health.v1.Health/Check", "{servise: x}"), "json is not a grpc.health.v1.HealthCheckRequest", "servise")
	p.fails(t, probes.Assertion, host, call("grpc.health.v1.Health/Chek", "{}"), "no method Chek")
	p.fails(t, probes.Assertion, host, call("shop.Orders/Get", "{}"), "nothing of shop.Orders")
	p.fails(t, probes.Config, host, call("grpc.health.v1.Health/Watch", "{}"), "is a stream")
	p.fails(t, probes.TLS, host, "  - grpc: HOST\n    tls: true\n", "unknown authority")
	// In the clear to a server that wants TLS: it goes away without a word.
	res := p.run(t, host, "  - grpc: HOST\n    timeout: 2s\n")
	if res.Failure == nil || res.Failure.Reason.Ours() {
		t.Error(told(res))
	}
}
