package httpcall

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// hop is one request of an exchange on the wire: the step's own, one that a redirect led to, or one that answers a
// challenge.
type hop struct {
	dial.Trace
	previous *hop
	method   string
	url      *url.URL
	status   int
	proto    string
	tls      *tls.ConnectionState
	expiry   time.Time
	// waiting: it was begun with the step and is not on its way yet.
	waiting bool
	span    span
}

// first begins the step's own hop, and gives the context in which its moments are noted.
func (x *exchange) first(ctx context.Context) context.Context {
	x.hop = &hop{waiting: true}
	x.hop.Start()
	return httptrace.WithClientTrace(ctx, &x.hop.Hooks)
}

// begin begins a hop: the phases of a step are those of its last one.
func (x *exchange) begin(req *http.Request) *http.Request {
	x.method, x.url = req.Method, req.URL
	if h := x.hop; h != nil && h.waiting {
		h.waiting, h.method, h.url = false, req.Method, req.URL
		x.introduce(h, req)
		return req
	}
	h := &hop{previous: x.hop, method: req.Method, url: req.URL}
	h.Start()
	x.hop = h
	x.introduce(h, req)
	return req.WithContext(httptrace.WithClientTrace(x.ctx, &h.Hooks))
}

// answered keeps what a hop's answer says of itself.
func (h *hop) answered(resp *http.Response) {
	h.status, h.proto, h.tls = resp.StatusCode, resp.Proto, resp.TLS
	if resp.TLS != nil {
		h.expiry = dial.EarliestExpiry(resp.TLS)
	}
}

// phases gives a hop's measures; the transfer is known to the exchange alone.
func (h *hop) phases() probes.Phases {
	return probes.Phases{
		Resolve:    h.Between(dial.Resolving, dial.Resolved),
		Connect:    h.Between(dial.Connecting, dial.Connected),
		TLS:        h.Between(dial.Shaking, dial.Shook),
		Processing: h.Between(dial.Wrote, dial.Answered),
	}
}

// hops lists the hops that led to the last one, first to last; none for an exchange of one.
func (x *exchange) hops() []probes.Hop {
	count := 0
	for h := x.hop; h != nil; h = h.previous {
		count++
	}
	if count < 2 {
		return nil
	}
	list := make([]probes.Hop, count-1)
	at := count - 2
	for h := x.hop.previous; h != nil; h = h.previous {
		list[at] = probes.Hop{
			Method: h.method, URL: shown(h.url), Status: h.status, Proto: h.proto, RemoteAddr: h.RemoteAddr(),
			Phases: h.phases(), CertificateExpiry: h.expiry,
		}
		at--
	}
	return list
}

// shown is a URL without a password.
func shown(u *url.URL) string {
	switch {
	case u == nil:
		return ""
	case u.User != nil:
		return u.Redacted()
	}
	return u.String()
}
