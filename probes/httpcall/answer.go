package httpcall

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// lazyJSON is the body read as JSON, once somebody asks.
type lazyJSON struct {
	read  bool
	value any
	err   error
}

// Scope gives what the step's expressions see of the answer.
func (s *Session) Scope(context.Context) (journeys.Names, journeys.PageFuncs, error) {
	if s.last == nil || s.last.header == nil {
		return nil, nil, nil
	}
	return (*answer)(s), nil, nil
}

// answer is a session as its last answer's names. They are made when they are asked for: most steps look at two.
type answer Session

// Named gives status, headers (lower-case names, several values joined by a comma), body, json, size, cookies (those
// that would be sent to the same URL again), url, proto, remote_addr, redirects, timing, and after https tls.
func (a *answer) Named(name string) (value any, found bool, err error) {
	x := a.last
	switch name {
	case "status":
		value = x.status
	case "url":
		value = x.shownURL()
	case "proto":
		value = x.proto
	case "size":
		value = int(x.size)
	case "remote_addr":
		value = x.hop.RemoteAddr()
	case "redirects":
		value, err = x.hopValues()
	case "body":
		value, err = x.bodyText()
	case "json":
		value, err = x.parsed()
	case "headers":
		value, err = x.headers()
	case "cookies":
		value = a.cookies()
	case "timing":
		value = x.timing()
	case "tls":
		if x.hop.tls == nil {
			return nil, false, nil
		}
		value = dial.TLSValues(x.hop.tls)
	default:
		return nil, false, nil
	}
	return value, err == nil, err
}

func (a *answer) cookies() map[string]string {
	cookies := map[string]string{}
	for _, c := range a.jar.Cookies(a.last.url) {
		cookies[c.Name] = c.Value
	}
	return cookies
}

func (x *exchange) headers() (any, error) {
	headers := make(map[string]string, len(x.header))
	for name, values := range x.header {
		headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	return headers, nil
}

// timing gives the phases in seconds, and their total from the step's first byte to the last one received.
func (x *exchange) timing() map[string]float64 {
	info := x.info()
	return map[string]float64{
		"resolve": info.Resolve.Seconds(), "connect": info.Connect.Seconds(), "tls": info.TLS.Seconds(),
		"processing": info.Processing.Seconds(), "transfer": info.Transfer.Seconds(),
		"total": x.total.Seconds(),
	}
}

// bodyText is made once: a body may be large, and several expectations look at it.
func (x *exchange) bodyText() (any, error) {
	if x.text == "" {
		x.text = string(x.body)
	}
	return x.text, nil
}

// hopValues are the requests that led to the last one: url and status of each.
func (x *exchange) hopValues() (any, error) {
	hops := x.hops()
	values := make([]any, len(hops))
	for i := range hops {
		values[i] = map[string]any{"url": hops[i].URL, "status": hops[i].Status}
	}
	return values, nil
}

// parsed gives the body as JSON.
func (x *exchange) parsed() (any, error) {
	if !x.json.read {
		x.json.read = true
		if x.json.value, x.json.err = parseJSON(x.body); x.json.err != nil {
			x.json.err = fmt.Errorf("the body is not JSON: %w", x.json.err)
		}
	}
	return x.json.value, x.json.err
}

// parseJSON reads exactly one JSON value. Numbers keep their digits, so that an order number is written as it
// was read.
func parseJSON(body []byte) (any, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, describeJSON(err, body)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("there is more after the JSON value, from byte %d on", decoder.InputOffset())
	}
	return v, nil
}

func describeJSON(err error, body []byte) error {
	var syntax *json.SyntaxError
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return errors.New("it is empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("it ends in the middle, after %d bytes", len(body))
	case errors.As(err, &syntax):
		return fmt.Errorf("%s at byte %d", syntax, syntax.Offset)
	}
	return err
}
