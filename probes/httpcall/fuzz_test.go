package httpcall_test

import (
	"net"
	"sync/atomic"
	"testing"

	"github.com/outrider-monitor/outrider/internal/loopback"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
)

// FuzzAnswer answers with any bytes at all. Whatever comes is the target's doing: it passes or fails, in bounded time, and
// is never blamed on the monitor.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\n", "HTTP/1.1 302 Found\r\nLocation: http://[::1\r\n\r\n",
		"HTTP/1.1 429 X\r\nRetry-After: 99999999999999999999\r\nSet-Cookie: a=\"\x00\r\n\r\n", "\x16\x03\x01\x00\x00", "HTTP/1.0 200\r\n\r\n<a><b>\xff",
		"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n\x28\xb5\x2f\xfd\x04\x00\x01\x00\x00", "HTTP/1.1 401 X\r\nWWW-Authenticate: Digest realm=\"\\\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n\x8b\x02\x80", "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{\"a\":[1e999]}",
	} {
		f.Add([]byte(seed))
	}
	var answer atomic.Pointer[[]byte]
	address := loopback.Serve(f, func(conn net.Conn) {
		readHead(conn)
		_, _ = conn.Write(*answer.Load())
	})
	list, err := format.Parse("fuzz.yaml", []byte(at(`
journey: fuzz
steps:
  - get: BIN/
    auth: {digest: {username: a, password: b}}
    timeout: 5s
    expect:
      - status > 0 and size >= 0 and len(headers) >= 0 and len(cookies) >= 0
      - json?.a == nil or css("a") == "" or xpath("count(//b)") == 0 or jsonpath("$..a") == 1
`, "http://"+address)))
	if err != nil {
		f.Fatal(err)
	}
	runner := probes.NewRunner(probes.Options{Drivers: []probes.Driver{httpcall.New()}})
	f.Fuzz(func(t *testing.T, bytes []byte) {
		answer.Store(&bytes)
		res := runner.Run(t.Context(), &list[0], probes.Request{})
		if res.Outcome == probes.Error {
			t.Fatalf("blamed on the monitor: %v", res.Failure)
		}
	})
}
