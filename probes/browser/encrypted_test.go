package browser

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// strict is a shop that wants to be visited encrypted from the first visit on (HSTS), and notes for each run whether a
// connection of it took up an earlier one.
type strict struct {
	flags []string // that a browser needs to find and to trust it

	mu      sync.Mutex
	resumed map[string]int // how many connections took up an earlier one, by run
}

func newStrict(t *testing.T) *strict {
	s := &strict{resumed: map[string]int{}}
	answer := func(title string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Connection", "close")
			if r.TLS != nil {
				w.Header().Set("Strict-Transport-Security", "max-age=3600")
				if r.TLS.DidResume {
					s.mu.Lock()
					s.resumed[r.Header.Get("X-Outrider-Run")]++
					s.mu.Unlock()
				}
			}
			fmt.Fprintf(w, "<title>%s</title>", title)
		}
	}
	plain, encrypted := httptest.NewServer(answer("plain")), httptest.NewTLSServer(answer("encrypted"))
	t.Cleanup(plain.Close)
	t.Cleanup(encrypted.Close)
	key := sha256.Sum256(encrypted.Certificate().RawSubjectPublicKeyInfo)
	at := func(s *httptest.Server) net.Addr { return s.Listener.Addr() }
	s.flags = []string{
		fmt.Sprintf("--host-resolver-rules=MAP strict.example:80 %s, MAP strict.example:443 %s", at(plain), at(encrypted)),
		"--ignore-certificate-errors-spki-list=" + base64.StdEncoding.EncodeToString(key[:]),
	}
	return s
}

// takeUps gives how many connections of a run took up an earlier one.
func (s *strict) takeUps(run string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.resumed[run]
}

// keepsNoTransport has a run learn that a host wants to be visited encrypted, and take up its connections; and wants another
// one to know of neither.
func keepsNoTransport(t *testing.T, d *Driver, z *zoo, s *strict) {
	const sure = `  - goto: https://strict.example/
    expect: title == "encrypted"
`
	const first = "  - goto: http://strict.example/\n    expect: title == \"plain\"\n"
	visitWith(t, d, z, first+sure+sure+strings.Replace(sure, "https", "http", 1)).pass()
	if s.takeUps("run-1") == 0 {
		t.Error("no connection of the run itself was taken up: nothing was tried")
	}
	v := visitWith(t, d, z, first+sure)
	v.s.tab.options.RunID = "run-2"
	v.pass()
	if n := s.takeUps("run-2"); n > 0 {
		t.Errorf("another run takes up %d connections", n)
	}
}
