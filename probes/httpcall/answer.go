package httpcall

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
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

// Scope gives what the step's expressions see of the answer: status, headers (lower-case keys, several
// values joined by a comma), body, json, cookies (those that would be sent to the same URL again), url,
// proto, tls and timing. Json is there only if the step's expressions mention it and the body is JSON, tls
// only after https.
func (s *Session) Scope(context.Context) (map[string]any, journeys.PageFuncs, error) {
	x := s.last
	if x == nil || x.header == nil {
		return nil, nil, nil
	}
	headers := make(map[string]any, len(x.header))
	for name, values := range x.header {
		headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	cookies := map[string]any{}
	for _, c := range s.jar.Cookies(x.url) {
		cookies[c.Name] = c.Value
	}
	values := map[string]any{
		"status": x.status, "headers": headers, "cookies": cookies, "url": x.shownURL(), "proto": x.proto,
		"body": string(x.body), "timing": x.timing(),
	}
	if x.asks("json") {
		if v, err := x.parsed(); err == nil {
			values["json"] = v
		}
	}
	if x.tls != nil {
		values["tls"] = x.tlsValues()
	}
	return values, nil, nil
}

// asks reports whether the step's expressions hold a word.
func (x *exchange) asks(word string) bool {
	for i := range x.step.Expect {
		if strings.Contains(x.step.Expect[i].Source, word) {
			return true
		}
	}
	for i := range x.step.Save {
		if strings.Contains(x.step.Save[i].Expr.Source, word) {
			return true
		}
	}
	return false
}

// timing gives the phases in seconds, and their total from the step's first byte to the last one received.
func (x *exchange) timing() map[string]any {
	info := x.info()
	return map[string]any{
		"resolve": info.Resolve.Seconds(), "connect": info.Connect.Seconds(), "tls": info.TLS.Seconds(),
		"processing": info.Processing.Seconds(), "transfer": info.Transfer.Seconds(),
		"total": x.total.Seconds(),
	}
}

func (x *exchange) tlsValues() map[string]any {
	values := map[string]any{
		"version": tls.VersionName(x.tls.Version), "cipher": tls.CipherSuiteName(x.tls.CipherSuite),
		"expiry": x.expiry, "days_left": time.Until(x.expiry).Hours() / 24,
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
		x.json.value, x.json.err = parseJSON(x.body)
	}
	return x.json.value, x.json.err
}

// parseJSON reads exactly one JSON value. Whole numbers are int where they fit, so that an order number is
// written as it was read; all others are float64.
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
	return numbers(v), nil
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

// numbers replaces json.Number in a tree.
func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := strconv.Atoi(v.String()); err == nil {
			return n
		}
		if f, err := v.Float64(); err == nil {
			return f
		}
		return v.String()
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = numbers(v[key])
		}
	}
	return v
}
