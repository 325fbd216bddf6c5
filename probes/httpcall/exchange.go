package httpcall

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// exchange is one step's request with all its hops, and the answer.
type exchange struct {
	session *Session
	step    *journeys.Step
	action  *journeys.Request
	// home is the step's own URL: what the step says is meant for its host alone. Once strayed from there, a hop is
	// told nothing more.
	home    *url.URL
	strayed bool
	route   route
	signer  signer
	// tokenKey is that of the token in use, which is forgotten when the target refuses it.
	tokenKey string
	// traced says that a hop bore our traceparent: what the next one bears is not the author's.
	traced bool
	begun  time.Time
	ctx    context.Context
	// hop is the last one.
	hop *hop

	// method and url are those of the last hop.
	method    string
	url       *url.URL
	redirects int
	// written is the URL as text, once it was asked for, and of which URL it is.
	written   string
	writtenOf *url.URL

	status int
	proto  string
	header http.Header
	// body is the answer's beginning, or all of it where expectations look at it; text is the same for them.
	body []byte
	text string
	// size counts the bytes of the body that were read, wireSize those before they were decompressed.
	size, wireSize int64
	// transfer is the time from the first byte to the last, total that of all hops.
	transfer, total time.Duration
	// expiry is that of the certificate shown, even if it was refused.
	expiry time.Time
	// trouble is the error in short, for evidence.
	trouble string

	json lazyJSON
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
	x.transfer = x.hop.Since(dial.Answered)
	if err == nil {
		err = x.nowhere()
	}
	if err == nil {
		err = x.outdated()
	}
	if err != nil {
		return x.failed(err)
	}
	return nil
}

// head keeps what precedes the body.
func (x *exchange) head(resp *http.Response) {
	x.status, x.proto, x.header = resp.StatusCode, resp.Proto, resp.Header
	if x.hop != nil {
		x.expiry = x.hop.expiry
	}
	if x.status == http.StatusUnauthorized && x.tokenKey != "" {
		x.session.driver.tokens.forget(x.tokenKey)
	}
}

// info gives the measures.
func (x *exchange) info() *probes.HTTPInfo {
	info := &probes.HTTPInfo{
		Method: x.method, URL: x.shownURL(), Status: x.status, Proto: x.proto,
		Redirects: x.redirects, BodyBytes: x.size, WireBytes: x.wireSize, Transfer: x.transfer,
		CertificateExpiry: x.expiry,
	}
	if h := x.hop; h != nil {
		p := h.phases()
		info.RemoteAddr = h.RemoteAddr()
		info.Resolve, info.Connect, info.TLS, info.Processing = p.Resolve, p.Connect, p.TLS, p.Processing
		info.Hops = x.hops()
		if h.tls != nil {
			info.TLSVersion, info.Cipher = dial.TLSNames(h.tls)
		}
	}
	return info
}

// shownURL is the last hop's URL without a password. It is asked for several times.
func (x *exchange) shownURL() string {
	if x.writtenOf != x.url {
		x.written, x.writtenOf = shown(x.url), x.url
	}
	return x.written
}

// shownOf is shownURL for any hop's URL.
func (x *exchange) shownOf(u *url.URL) string {
	if u == x.url {
		return x.shownURL()
	}
	return shown(u)
}
