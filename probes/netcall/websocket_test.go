package netcall_test

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	// An implementation that is not the one under test.
	"golang.org/x/net/websocket"

	"github.com/outrider-monitor/outrider/internal/loopback"
	"github.com/outrider-monitor/outrider/probes"
)

// live greets with the headers that it got, echoes, and says something endless on demand.
func live(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/forbidden", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/live", http.StatusFound) })
	mux.Handle("/live", websocket.Server{
		Handshake: func(c *websocket.Config, _ *http.Request) error {
			if len(c.Protocol) > 0 {
				c.Protocol = c.Protocol[:1]
			}
			return nil
		},
		Handler: func(ws *websocket.Conn) {
			r := ws.Request()
			_ = websocket.Message.Send(ws, fmt.Sprintf(`{"agent": %q, "run": %t, "x": %q}`, r.UserAgent(), r.Header.Get("X-Outrider-Run") != "", r.Header.Get("X-Own")))
			for {
				var text string
				if websocket.Message.Receive(ws, &text) != nil {
					return
				}
				if text == "large" {
					text = strings.Repeat("x", 2<<20)
				}
				if text == "bye" || websocket.Message.Send(ws, text) != nil {
					return
				}
			}
		},
	})
	return httptest.NewUnstartedServer(mux)
}

func TestAWebSocketIsSpokenOver(t *testing.T) {
	p := newPlace(t)
	srv := live(t)
	srv.Start()
	t.Cleanup(srv.Close)
	host := strings.TrimPrefix(srv.URL, "http://")
	p.passes(t, host, `
  - websocket: ws://HOST/live
    headers: {X-Own: mine}
    subprotocols: [v1.orders, v2.orders]
    query_response:
      - expect: '"agent": "(.+?)"'
      - send: '{"said": "${1}", "n": 12.50}'
      - expect: said
    expect:
      - json.said == "Outrider/1.0" and json.n == 12.5 and jsonpath("$.n") == 12.5
      - len(messages) == 2 and messages[0] contains "true" and messages[0] contains "mine"
      - subprotocol == "v1.orders" and headers.upgrade == "websocket" and timing.connect > 0
  - websocket: ws://HOST/live
`)
	p.fails(t, probes.Status, host, "  - websocket: ws://HOST/forbidden\n", "403 Forbidden instead")
	p.fails(t, probes.Status, host, "  - websocket: ws://HOST/moved\n", "302 Found instead")
	p.fails(t, probes.Assertion, host, "  - websocket: ws://HOST/live\n    query_response: [{send: bye}, {expect: ^never}]\n", "ended the conversation")
	p.fails(t, probes.Assertion, host, "  - websocket: ws://HOST/live\n    query_response: [{send: large}, {expect: ^never}]\n", "larger than 1048576 bytes")
	p.fails(t, probes.Timeout, host, "  - websocket: ws://HOST/live\n    timeout: 200ms\n    query_response: [{expect: ^never}]\n", `matches "^never"`)
	p.fails(t, probes.Config, host, "  - websocket: ws://HOST/live\n    headers: {X: \"a\\r\\nb: c\"}\n", "control character")
	p.fails(t, probes.Connect, loopback.FreeAddress(t), "  - websocket: ws://HOST/live\n", "refuses connections")
}

func TestAWebSocketIsSpokenOverInTLS(t *testing.T) {
	p := newPlace(t)
	srv := live(t)
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{*p.Valid}}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	host := "localhost:" + srv.URL[strings.LastIndex(srv.URL, ":")+1:]
	p.passes(t, host, `
  - websocket: wss://HOST/live
    tls: {ca_file: ca.pem}
    query_response: [{expect: agent}]
    expect: tls.days_left > 0 and json.agent == "Outrider/1.0"
`)
	p.fails(t, probes.TLS, host, "  - websocket: wss://HOST/live\n", "unknown authority")
}
