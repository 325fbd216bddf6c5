package httpcall

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
)

// runHeader carries the run's id to the hosts that the journey names.
const runHeader = "X-Outrider-Run"

// prepare evaluates the step's templates and makes its request.
func (x *exchange) prepare(ctx context.Context, scope *journeys.Scope) (*http.Request, error) {
	x.ctx = ctx
	x.method = x.action.Method
	target, err := x.target(ctx, scope)
	if err != nil {
		return nil, err
	}
	x.url = target
	if err := x.prepareTrust(ctx, scope); err != nil {
		return nil, err
	}
	body, contentType, err := x.requestBody(ctx, scope)
	if err != nil {
		return nil, err
	}
	req := &http.Request{
		Method: x.action.Method, URL: target, Host: target.Host, Header: make(http.Header, 4),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if body != nil {
		req.ContentLength = int64(len(body))
		req.Body = io.NopCloser(bytes.NewReader(body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	if contentType != "" {
		req.Header["Content-Type"] = []string{contentType}
	}
	if err := x.prepareHeader(ctx, scope, req); err != nil {
		return nil, err
	}
	return req.WithContext(ctx), nil
}

func (x *exchange) target(ctx context.Context, scope *journeys.Scope) (*url.URL, error) {
	text, err := x.action.URL.Text(ctx, scope)
	if err != nil {
		return nil, err
	}
	target, err := url.Parse(text)
	if err != nil {
		return nil, misconfigured("the URL %q cannot be read: %w", text, err)
	}
	if target.Scheme != "http" && target.Scheme != "https" || target.Host == "" {
		return nil, misconfigured("the URL %q is not one of http or https", text)
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

// prepareTrust evaluates how certificates are to be checked; they may never be, over http.
func (x *exchange) prepareTrust(ctx context.Context, scope *journeys.Scope) error {
	want := &x.action.TLS
	ca, err := want.CAFile.Text(ctx, scope)
	if err != nil {
		return err
	}
	name, err := want.ServerName.Text(ctx, scope)
	if err != nil {
		return err
	}
	x.trust = trust{caFile: ca, serverName: name, insecure: want.InsecureSkipVerify}
	return nil
}

// requestBody gives the body and its content type; nil without one.
func (x *exchange) requestBody(ctx context.Context, scope *journeys.Scope) ([]byte, string, error) {
	switch a := x.action; {
	case a.JSON != nil:
		value, err := a.JSON.JSON(ctx, scope)
		if err != nil {
			return nil, "", err
		}
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(value); err != nil {
			return nil, "", misconfigured("json: %w", err)
		}
		return bytes.TrimSuffix(text.Bytes(), []byte("\n")), "application/json", nil
	case a.Form != nil:
		form, err := encodePairs(ctx, scope, a.Form)
		return []byte(form), "application/x-www-form-urlencoded", err
	case a.Body != nil:
		text, err := a.Body.Text(ctx, scope)
		return []byte(text), "", err
	}
	return nil, "", nil
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
			return misconfigured("the header %s cannot hold a line break or another control character", pair.Name)
		}
		if strings.EqualFold(pair.Name, "Host") {
			req.Host = value
			continue
		}
		if strings.EqualFold(pair.Name, "Content-Type") {
			req.Header.Set(pair.Name, value)
			continue
		}
		req.Header.Add(pair.Name, value)
	}
	if auth := x.action.Auth; auth != nil {
		username, err := auth.Username.Text(ctx, scope)
		if err != nil {
			return err
		}
		password, err := auth.Password.Text(ctx, scope)
		if err != nil {
			return err
		}
		req.SetBasicAuth(username, password)
	}
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
