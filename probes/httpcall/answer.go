package httpcall

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
)

// lazyJSON is the body read as JSON, once somebody asks.
type lazyJSON struct {
	read  bool
	value any
	err   error
}

// Scope gives what the step's expressions see of the answer: status, headers (lower-case names, several
// values joined by a comma), body, json, cookies (those that would be sent to the same URL again), url,
// proto, timing, and after https tls.
func (s *Session) Scope(context.Context) (map[string]any, journeys.PageFuncs, error) {
	x := s.last
	if x == nil || x.header == nil {
		return nil, nil, nil
	}
	values := map[string]any{
		"status": x.status, "url": x.shownURL(), "proto": x.proto,
		"body":    func() (any, error) { return string(x.body), nil },
		"json":    x.parsed,
		"headers": x.headers,
		"cookies": func() (any, error) {
			cookies := map[string]string{}
			for _, c := range s.jar.Cookies(x.url) {
				cookies[c.Name] = c.Value
			}
			return cookies, nil
		},
		"timing": func() (any, error) { return x.timing(), nil },
	}
	if x.tls != nil {
		values["tls"] = x.tlsValues()
	}
	return values, nil, nil
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

func (x *exchange) tlsValues() map[string]any {
	values := map[string]any{
		"version": tls.VersionName(x.tls.Version), "cipher": tls.CipherSuiteName(x.tls.CipherSuite),
		"expiry": x.expiry.Format(time.RFC3339), "days_left": time.Until(x.expiry).Hours() / 24,
	}
	if len(x.tls.PeerCertificates) > 0 {
		leaf := x.tls.PeerCertificates[0]
		values["issuer"], values["subject"] = leaf.Issuer.String(), leaf.Subject.String()
	}
	return values
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
