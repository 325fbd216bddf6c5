package traces

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Protocol is how spans are sent.
type Protocol string

// The protocols of OTLP, as OTEL_EXPORTER_OTLP_PROTOCOL spells them. JSON over HTTP is not among them: it costs more, and
// whoever takes it takes the others.
const (
	HTTP Protocol = "http/protobuf"
	GRPC Protocol = "grpc"
)

// Target is where spans go and how. Its headers are secrets.
type Target struct {
	Protocol Protocol
	// URL is the whole address for HTTP, with its path; for gRPC the scheme and the host.
	URL     string
	Headers map[string]string
	Gzip    bool
	// CA is a file of certificates to believe, beside the system's. May be empty.
	CA string
	// Timeout bounds one request. Zero: 10s.
	Timeout time.Duration
}

// String names the place, without what a URL may hold of secrets.
func (t Target) String() string {
	if u, err := url.Parse(t.URL); err == nil {
		return u.Redacted()
	}
	return "the collector"
}

// GoString hides the headers.
func (t Target) GoString() string { return "traces.Target{" + t.String() + "}" }

// defaultTimeout is that of the standard.
const defaultTimeout = 10 * time.Second

// maxAnswer bounds what is read of an answer.
const maxAnswer = 64 << 10

// partly is what a collector says of spans that it leaves out of those it takes.
type partly struct {
	count   int
	message string
}

// sender sends requests, one at a time.
type sender struct {
	target    Target
	transport *http.Transport
	// lent counts the readers of requests' bodies that the transport has not closed yet: it may go on reading after an
	// answer has come.
	lent atomic.Int32
}

// loan is a request's body until it is closed.
type loan struct {
	*bytes.Reader
	back func()
}

func (l *loan) Close() error {
	l.back()
	return nil
}

func newSender(t Target) (*sender, error) {
	t.Timeout = max(0, t.Timeout)
	if t.Timeout == 0 {
		t.Timeout = defaultTimeout
	}
	// The proxy is that of the environment, as everywhere; a collector's answer is never a redirect that is followed.
	s := &sender{target: t, transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConns: 1, IdleConnTimeout: time.Minute}}
	s.transport.ForceAttemptHTTP2 = true
	if t.CA != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		text, err := os.ReadFile(t.CA)
		if err != nil {
			return s, fmt.Errorf("reading the collector's certificate authority: %w", err)
		}
		if !pool.AppendCertsFromPEM(text) {
			return s, fmt.Errorf("%s holds no certificate", t.CA)
		}
		s.transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	if t.Protocol == GRPC {
		s.transport.Protocols = new(http.Protocols)
		s.transport.Protocols.SetHTTP2(true)
		s.transport.Protocols.SetUnencryptedHTTP2(true)
	}
	return s, nil
}

func (s *sender) close() { s.transport.CloseIdleConnections() }

// send sends a request. Its bytes may be used again once none are lent. The error is a *refusal if it is of no use to send it again.
func (s *sender) send(ctx context.Context, body []byte) (partly, error) {
	ctx, cancel := context.WithTimeout(ctx, s.target.Timeout)
	defer cancel()
	var p partly
	var err error
	if s.target.Protocol == GRPC {
		p, err = s.call(ctx, body)
	} else {
		p, err = s.post(ctx, body)
	}
	if err != nil {
		return p, fmt.Errorf("sending spans to %s: %w", s.target, s.hide(err))
	}
	return p, nil
}

// hide removes the headers' values from an error: a collector may repeat what it was sent.
func (s *sender) hide(err error) error {
	text := err.Error()
	for _, value := range s.target.Headers {
		if len(value) >= 4 && strings.Contains(text, value) {
			text = strings.ReplaceAll(text, value, "«secret»")
		}
	}
	if text == err.Error() {
		return err
	}
	clean := errors.New(text)
	var p *patient
	switch {
	case final(err):
		return &refusal{clean}
	case errors.As(err, &p):
		return &patient{clean, p.after}
	}
	return clean
}

func (s *sender) request(ctx context.Context, target string, body []byte, contentType string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, nil)
	if err != nil {
		return nil, &refusal{err}
	}
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) {
		s.lent.Add(1)
		return &loan{Reader: bytes.NewReader(body), back: sync.OnceFunc(func() { s.lent.Add(-1) })}, nil
	}
	req.Body, _ = req.GetBody()
	for name, value := range s.target.Headers {
		req.Header.Set(name, value)
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", "Outrider OTLP exporter")
	return req, nil
}

// post sends over HTTP ("OTLP/HTTP" of the specification).
func (s *sender) post(ctx context.Context, body []byte) (partly, error) {
	if s.target.Gzip {
		body = packed(body)
	}
	req, err := s.request(ctx, s.target.URL, body, "application/x-protobuf")
	if err != nil {
		return partly{}, err
	}
	if s.target.Gzip {
		req.Header.Set("Content-Encoding", "gzip")
	}
	resp, err := s.transport.RoundTrip(req)
	if err != nil {
		return partly{}, err
	}
	defer resp.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch code := resp.StatusCode; code {
	case http.StatusOK, http.StatusAccepted, http.StatusNoContent:
		return partial(answer), nil
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return partly{}, &patient{fmt.Errorf("it answers %s", resp.Status), time.Duration(seconds) * time.Second}
	default:
		return partly{}, &refusal{fmt.Errorf("it answers %s %s", resp.Status, shown(resp.Header.Get("Content-Type"), answer))}
	}
}

// shown is the beginning of an answer that people can read.
func shown(contentType string, answer []byte) string {
	if !strings.HasPrefix(contentType, "text/") && !strings.Contains(contentType, "json") {
		return ""
	}
	return strings.ToValidUTF8(strings.Join(strings.Fields(string(answer[:min(len(answer), 300)])), " "), "\ufffd")
}

func packed(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}

// partial reads ExportTraceServiceResponse: in field 1 how many spans were refused, and why.
func partial(answer []byte) (p partly) {
	each(answer, func(field protowire.Number, _ uint64, inner []byte) {
		if field != 1 {
			return
		}
		each(inner, func(field protowire.Number, n uint64, text []byte) {
			switch field {
			case 1:
				p.count = int(min(n, 1<<30))
			case 2:
				p.message = string(text)
			}
		})
	})
	return p
}

// each shows a message's fields; what cannot be read ends it.
func each(message []byte, see func(field protowire.Number, n uint64, content []byte)) {
	for len(message) > 0 {
		field, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return
		}
		message = message[n:]
		var number uint64
		var content []byte
		switch kind {
		case protowire.VarintType:
			number, n = protowire.ConsumeVarint(message)
		case protowire.BytesType:
			content, n = protowire.ConsumeBytes(message)
		default:
			n = protowire.ConsumeFieldValue(field, kind, message)
		}
		if n < 0 {
			return
		}
		see(field, number, content)
		message = message[n:]
	}
}
