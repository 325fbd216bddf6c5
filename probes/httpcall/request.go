package httpcall

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// runHeader carries the run's id to the hosts that the journey names.
const runHeader = "X-Outrider-Run"

// prepare evaluates the step's templates and makes its request.
func (x *exchange) prepare(ctx context.Context, scope *journeys.Scope, family string) (*http.Request, error) {
	x.ctx = ctx
	x.method = x.action.Method
	target, err := x.target(ctx, scope)
	if err != nil {
		return nil, err
	}
	x.url, x.home = target, target
	if err := x.prepareRoute(ctx, scope, family); err != nil {
		return nil, err
	}
	body, contentType, err := x.payload(ctx, scope)
	if err != nil {
		return nil, err
	}
	if err := x.prepareCookies(ctx, scope); err != nil {
		return nil, err
	}
	req := newRequest(x.first(ctx), x.action.Method, target, body)
	if contentType != "" {
		req.Header["Content-Type"] = []string{contentType}
	}
	if err := x.prepareHeader(ctx, scope, req); err != nil {
		return nil, err
	}
	return req, x.prepareAuth(ctx, scope, req)
}

// newRequest makes a request whose body can be sent again.
func newRequest(ctx context.Context, method string, target *url.URL, body []byte) *http.Request {
	req := new(http.Request).WithContext(ctx)
	req.Method, req.URL, req.Host, req.Header = method, target, target.Host, make(http.Header, 5)
	req.Proto, req.ProtoMajor, req.ProtoMinor = "HTTP/1.1", 1, 1
	if body != nil {
		req.ContentLength = int64(len(body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		req.Body, _ = req.GetBody()
	}
	return req
}

func (x *exchange) target(ctx context.Context, scope *journeys.Scope) (*url.URL, error) {
	text, err := x.action.URL.Text(ctx, scope)
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(text)
	if err != nil {
		return nil, dial.Misconfigured("the URL %q cannot be read: %w", text, err)
	}
	if target.Scheme != "http" && target.Scheme != "https" || target.Host == "" {
		return nil, dial.Misconfigured("the URL %q is not one of http or https", text)
	}
	if err := portOf(target); err != nil {
		return nil, err
	}
	query, err := encodePairs(ctx, scope, x.action.Query)
	if err != nil {
		return nil, err
	}
	target.RawQuery = escapeQuery(target.RawQuery)
	if query != "" && target.RawQuery != "" {
		query = target.RawQuery + "&" + query
	}
	if query != "" {
		target.RawQuery = query
	}
	return target, nil
}

// portOf refuses a port that no machine has: it would look as if the target could not be reached.
func portOf(target *url.URL) error {
	port := target.Port()
	if _, err := strconv.ParseUint(port, 10, 16); err != nil && port != "" {
		return dial.Misconfigured("the URL %q has no port from 0 to 65535", shown(target))
	}
	return nil
}

// escapeQuery encodes what cannot stand in a request's first line, as browsers do (WHATWG URL, the query
// percent-encode set): a value in a URL may hold blanks, and net/url leaves them there.
func escapeQuery(raw string) string {
	special := func(c byte) bool { return c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' }
	var b strings.Builder
	for i := range len(raw) {
		if c := raw[i]; special(c) {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// prepareCookies gives the session the cookies that the step's customer has already.
func (x *exchange) prepareCookies(ctx context.Context, scope *journeys.Scope) error {
	if len(x.action.Cookies) == 0 {
		return nil
	}
	cookies := make([]*http.Cookie, len(x.action.Cookies))
	for i := range x.action.Cookies {
		pair := &x.action.Cookies[i]
		value, err := pair.Value.Text(ctx, scope)
		if err != nil {
			return err
		}
		if strings.ContainsFunc(value, isControl) || strings.ContainsAny(value, ";,\" \t") {
			return dial.Misconfigured("the cookie %s cannot hold blanks, quotes, commas, semicolons or control characters", pair.Name)
		}
		cookies[i] = &http.Cookie{Name: pair.Name, Value: value, Path: "/"}
	}
	x.session.jar.SetCookies(x.home, cookies)
	return nil
}

func (x *exchange) prepareHeader(ctx context.Context, scope *journeys.Scope, req *http.Request) error {
	o := &x.session.o
	for i := range x.action.Headers {
		pair := &x.action.Headers[i]
		value, err := pair.Value.Text(ctx, scope)
		if err != nil {
			return err
		}
		if strings.ContainsFunc(value, isControl) {
			return notInHeader(pair.Name)
		}
		switch name := http.CanonicalHeaderKey(pair.Name); name {
		case "Host":
			// net/http would send what stands before the first blank or slash, and something else than was asked for.
			if strings.ContainsAny(value, " \t/") {
				return dial.Misconfigured("the header Host cannot hold blanks or slashes")
			}
			req.Host = value
		case "Content-Type":
			req.Header.Set(name, value)
		default:
			req.Header.Add(name, value)
		}
	}
	x.acceptEncoding(req)
	agent := req.Header.Get("User-Agent")
	switch {
	case agent == "":
		agent = o.UserAgent
	case !strings.Contains(agent, o.UserAgent):
		agent += " " + o.UserAgent
	}
	req.Header["User-Agent"] = []string{agent}
	req.Header[runHeader] = []string{o.RunID}
	return nil
}

func notInHeader(name string) *probes.Failure {
	return dial.Misconfigured("the header %s cannot hold a line break or another control character", name)
}

// encodePairs writes pairs as a query or a form, in their order.
func encodePairs(ctx context.Context, scope *journeys.Scope, pairs []journeys.Pair) (string, error) {
	var b strings.Builder
	for i := range pairs {
		value, err := pairs[i].Value.Text(ctx, scope)
		if err != nil {
			return "", err
		}
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(pairs[i].Name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(value))
	}
	return b.String(), nil
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
