package httpcall

import (
	"strings"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// failed turns what net/http gave into what a person understands, with the reason that is true.
func (x *exchange) failed(err error) error {
	a := dial.Attempt{
		Host: x.url.Host, Name: x.url.Hostname(), Speaks: "HTTP", Begun: x.begun, Answered: x.status != 0, Size: x.size,
	}
	if x.hop != nil {
		a.Trace = &x.hop.Trace
	}
	var f *probes.Failure
	if x.ctx.Err() == nil {
		f = redirectFailure(err)
	}
	if f == nil {
		f = x.versionFailure(err)
	}
	if f == nil {
		f = a.Explain(x.ctx, err)
	}
	if f == nil {
		x.trouble = "cancelled"
		return x.ctx.Err()
	}
	if !a.Expiry.IsZero() {
		x.expiry = a.Expiry
	}
	x.trouble = f.Message
	if f.Err == nil {
		f.Err = err
	}
	return f
}

// versionFailure is met where the step insists on a version of HTTP that the server does not speak.
func (x *exchange) versionFailure(err error) *probes.Failure {
	want := x.route.version
	if want == "" || x.ctx.Err() != nil || x.status != 0 {
		return nil
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "no application protocol"), strings.Contains(text, "malformed HTTP"),
		strings.Contains(text, "unexpected ALPN protocol"), strings.Contains(text, "http2: failed reading the frame payload"),
		strings.Contains(text, "frame too large"):
		return wrongVersion(want, "a server that does not speak it")
	}
	return nil
}

// outdated refuses an answer in another version of HTTP than the step insists on.
func (x *exchange) outdated() error {
	want := x.route.version
	if want == "" || strings.TrimSuffix(strings.TrimPrefix(x.proto, "HTTP/"), ".0") == want {
		return nil
	}
	return wrongVersion(want, x.proto)
}

func wrongVersion(want, got string) *probes.Failure {
	return &probes.Failure{
		Reason: probes.Assertion, Message: "wanted HTTP/" + want + ", got " + got, Expected: "HTTP/" + want, Got: got,
	}
}
