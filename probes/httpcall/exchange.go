package httpcall

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// exchange is one step's request with all its hops, and the answer.
type exchange struct {
	session *Session
	step    *journeys.Step
	action  *journeys.Request
	trust   trust
	begun   time.Time
	ctx     context.Context
	trace   *trace

	// method and url are those of the last hop.
	method    string
	url       *url.URL
	redirects int

	status int
	proto  string
	header http.Header
	tls    *tls.ConnectionState
	// body is the answer's beginning, or all of it where expectations look at it.
	body []byte
	// size counts the bytes of the body that were read.
	size int64
	// transfer is the time from the first byte to the last, total that of all hops.
	transfer, total time.Duration
	// expiry is that of the certificate shown, even if it was refused.
	expiry time.Time
	// trouble is the error in short, for evidence.
	trouble string

	json lazyJSON
}

// hop begins a request's way over the wire: the phases measured are those of the last hop.
func (x *exchange) hop(req *http.Request) *http.Request {
	x.trace = newTrace()
	x.method, x.url = req.Method, req.URL
	return req.WithContext(httptrace.WithClientTrace(x.ctx, &x.trace.hooks))
}

// perform sends the request and reads the answer.
func (x *exchange) perform(req *http.Request, whole bool) error {
	resp, err := x.session.client.Do(req)
	if resp != nil {
		x.head(resp)
	}
	if err != nil {
		return x.failed(err)
	}
	defer resp.Body.Close()
	err = x.read(resp, whole)
	x.transfer = x.trace.since(answered)
	if err == nil {
		err = x.nowhere()
	}
	if err != nil {
		return x.failed(err)
	}
	return nil
}

// head keeps what precedes the body.
func (x *exchange) head(resp *http.Response) {
	x.status, x.proto, x.header, x.tls = resp.StatusCode, resp.Proto, resp.Header, resp.TLS
	if resp.TLS != nil {
		x.expiry = earliestExpiry(resp.TLS)
	}
}

// info gives the measures.
func (x *exchange) info() *probes.HTTPInfo {
	info := &probes.HTTPInfo{
		Method: x.method, URL: x.shownURL(), Status: x.status, Proto: x.proto,
		Redirects: x.redirects, BodyBytes: x.size, Transfer: x.transfer,
		CertificateExpiry: x.expiry,
	}
	if t := x.trace; t != nil {
		info.RemoteAddr = t.remoteAddr()
		info.Resolve = t.between(resolving, resolved)
		info.Connect = t.between(connecting, connected)
		info.TLS = t.between(shaking, shook)
		info.Processing = t.between(wrote, answered)
	}
	return info
}

// shownURL is the URL without a password.
func (x *exchange) shownURL() string {
	if x.url == nil {
		return ""
	}
	if x.url.User != nil {
		return x.url.Redacted()
	}
	return x.url.String()
}
