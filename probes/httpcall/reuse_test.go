package httpcall_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
)

func TestEveryRunShakesHandsAnewThoughWiresAreKept(t *testing.T) {
	ca := newAuthority(t)
	srv := ca.serveTLS(t, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	var connections sync.Map
	var resumed atomic.Int64
	srv.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		connections.Store(r.RemoteAddr, true)
		if r.TLS.DidResume {
			resumed.Add(1)
		}
	})
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	r := probes.NewRunner(probes.Options{
		Drivers: []probes.Driver{httpcall.NewTrusting(&tls.Config{RootCAs: roots})}, Env: func(string) (string, bool) { return "x", true },
	})
	const runs = 20
	for range runs {
		res := runBy(t, r, at("  - get: BIN/\n    expect: proto == \"HTTP/2.0\" and timing.tls > 0\n  - get: BIN/again\n    expect: timing.tls == 0\n", srv.URL), nil)
		if res.Outcome != probes.Passed {
			t.Fatal(told(res))
		}
	}
	count := 0
	connections.Range(func(any, any) bool { count++; return true })
	if count != runs || resumed.Load() != 0 {
		t.Errorf("%d connections for %d runs, %d resumed", count, runs, resumed.Load())
	}
}
