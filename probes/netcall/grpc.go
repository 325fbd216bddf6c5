package netcall

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// maxProto bounds a message, as gRPC's own clients do.
const maxProto = 4 << 20

// rpc calls one method over HTTP/2, as "gRPC over HTTP2" (PROTOCOL-HTTP2.md of gRPC) says. The health check's two
// messages are so small that they are written by hand; those of other methods are learnt from the server.
type rpc struct {
	address, family string
	secure          bool
	trust           dial.Trust
	service, method string
	message         []byte
	header          http.Header

	transport *http.Transport
}

func prepareGRPC(ctx context.Context, scope *journeys.Scope, a *journeys.GRPC) (job, error) {
	texts, err := evaluate(ctx, scope, &a.Address, &a.Service, &a.Method)
	if err != nil {
		return nil, err
	}
	r := &rpc{address: texts[0], service: texts[1], method: texts[2], family: a.IP, secure: a.TLS != nil, message: []byte("{}")}
	if _, err := hostOf(r.address); err != nil {
		return nil, err
	}
	if r.trust, err = trustOf(ctx, scope, a.TLS); err != nil {
		return nil, err
	}
	if a.JSON != nil {
		value, err := a.JSON.JSON(ctx, scope)
		if err != nil {
			return nil, err
		}
		if r.message, err = json.Marshal(value); err != nil {
			return nil, dial.Misconfigured("json: %w", err)
		}
	}
	r.header, err = headerOf(ctx, scope, a.Headers)
	return r, err
}

func (r *rpc) target() string { return "grpc://" + r.address }

func (r *rpc) run(ctx context.Context, c *call) error {
	config, err := r.trust.Config(c.session.o.Journey.Dir)
	if err != nil {
		return err
	}
	r.transport = newTransport(c, r.family)
	r.transport.TLSClientConfig = config
	r.transport.Protocols = new(http.Protocols)
	r.transport.Protocols.SetHTTP2(true)
	r.transport.Protocols.SetUnencryptedHTTP2(true)
	defer r.transport.CloseIdleConnections()
	if r.method == "" {
		return r.health(ctx, c)
	}
	return r.unary(ctx, c)
}

// health is grpc.health.v1.Health/Check.
func (r *rpc) health(ctx context.Context, c *call) error {
	var request []byte
	if r.service != "" {
		request = protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), r.service)
	}
	reply, err := r.invoke(ctx, c, "grpc.health.v1.Health/Check", request)
	if err != nil {
		return err
	}
	c.show(reply)
	if reply.code == codeOK {
		status, err := healthStatus(reply.message)
		if err != nil {
			return err
		}
		c.values["json"] = map[string]any{"status": status}
		c.hear(status)
		if status != "SERVING" && !c.uses("json") {
			return &probes.Failure{
				Reason: probes.Status, Message: fmt.Sprintf("the service %q is %s", r.service, status), Expected: "SERVING", Got: status,
			}
		}
		return nil
	}
	return r.judge(c, reply)
}

// healthStatus reads HealthCheckResponse: an enumeration in field 1.
func healthStatus(message []byte) (string, error) {
	names := [...]string{"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"}
	status := uint64(0)
	err := fieldsOf(message, func(number protowire.Number, value uint64, _ []byte) {
		if number == 1 {
			status = value
		}
	})
	if err != nil {
		return "", err
	}
	if status >= uint64(len(names)) {
		return strconv.FormatUint(status, 10), nil
	}
	return names[status], nil
}

// fieldsOf shows the fields of a message: numbers by value, texts and messages by content.
func fieldsOf(message []byte, see func(number protowire.Number, value uint64, content []byte)) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return unreadable(protowire.ParseError(n))
		}
		message = message[n:]
		switch kind {
		case protowire.VarintType:
			value, n := protowire.ConsumeVarint(message)
			if n < 0 {
				return unreadable(protowire.ParseError(n))
			}
			see(number, value, nil)
			message = message[n:]
		case protowire.BytesType:
			content, n := protowire.ConsumeBytes(message)
			if n < 0 {
				return unreadable(protowire.ParseError(n))
			}
			see(number, 0, content)
			message = message[n:]
		default:
			n := protowire.ConsumeFieldValue(number, kind, message)
			if n < 0 {
				return unreadable(protowire.ParseError(n))
			}
			message = message[n:]
		}
	}
	return nil
}

func unreadable(err error) *probes.Failure {
	return &probes.Failure{Reason: probes.Assertion, Message: "the answer's message cannot be read: " + err.Error(), Got: err.Error(), Err: err}
}

// reply is what a method gave.
type reply struct {
	code    int
	text    string
	message []byte
	headers map[string]string
}

// show gives the expressions their names.
func (c *call) show(r *reply) {
	c.answered = true
	c.values["code"], c.values["message"], c.values["headers"] = codeName(r.code), r.text, r.headers
}

// judge fails unless the step judges the code itself.
func (r *rpc) judge(c *call, reply *reply) error {
	if reply.code == codeOK || c.uses("code") {
		return nil
	}
	got := codeName(reply.code)
	f := &probes.Failure{Reason: probes.Status, Message: "the server answered " + got, Expected: "OK", Got: got}
	if reply.text != "" {
		f.Message += ": " + reply.text
	}
	switch got {
	case "RESOURCE_EXHAUSTED":
		f.Reason = probes.RateLimited
	case "DEADLINE_EXCEEDED":
		// It knows how long the step waits, and may be a moment earlier in noticing.
		f.Reason = probes.Timeout
	}
	return f
}

// invoke calls a method with one message, and gives the last one that comes.
func (r *rpc) invoke(ctx context.Context, c *call, method string, message []byte) (*reply, error) {
	scheme := "http"
	if r.secure {
		scheme = "https"
	}
	frame := make([]byte, 5, 5+len(message))
	binary.BigEndian.PutUint32(frame[1:], uint32(len(message)))
	target := &url.URL{Scheme: scheme, Host: r.address, Path: "/" + method}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(append(frame, message...)))
	if err != nil {
		return nil, dial.Misconfigured("the address %q cannot be called: %w", r.address, err)
	}
	req.Header = r.header.Clone()
	c.introduce(req.Header, r.address)
	req.Header.Set("Content-Type", "application/grpc")
	req.Header.Set("Te", "trailers")
	told := announce(ctx)
	told.tell(req.Header)
	resp, err := r.transport.RoundTrip(req)
	if err != nil {
		return nil, told.over(err)
	}
	defer resp.Body.Close()
	if resp.TLS != nil {
		c.secured(*resp.TLS)
	}
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "application/grpc") {
		got := fmt.Sprintf("%d %s", resp.StatusCode, kind)
		return nil, &probes.Failure{
			Reason: probes.Status, Message: "the server answered " + got + ", which is not gRPC", Expected: "200 application/grpc", Got: got,
		}
	}
	answer, err := readReply(resp)
	return answer, told.over(err)
}

// readReply reads the message and then the status, which stands in the trailers, or in the head where nothing else came.
func readReply(resp *http.Response) (*reply, error) {
	r := &reply{headers: map[string]string{}}
	message, err := readFrame(resp.Body)
	if err != nil {
		return nil, err
	}
	r.message = message
	if _, err := io.CopyN(io.Discard, resp.Body, maxProto); err != io.EOF {
		if err == nil {
			err = tooBig()
		}
		return nil, err
	}
	for _, from := range [...]http.Header{resp.Header, resp.Trailer} {
		for name, values := range from {
			r.headers[strings.ToLower(name)] = strings.Join(values, ", ")
		}
	}
	status, ok := r.headers["grpc-status"]
	if r.code, err = strconv.Atoi(status); !ok || err != nil {
		return nil, &probes.Failure{
			Reason: probes.Assertion, Message: "the answer has no grpc-status", Expected: "a grpc-status", Got: strconv.Quote(status),
		}
	}
	r.text, err = url.PathUnescape(r.headers["grpc-message"])
	if err != nil {
		r.text = r.headers["grpc-message"]
	}
	if r.code == codeOK && message == nil {
		return nil, &probes.Failure{Reason: probes.Assertion, Message: "the answer is OK, but holds no message", Expected: "a message", Got: "none"}
	}
	return r, nil
}

// readFrame reads one length-prefixed message; nil if there is none.
func readFrame(body io.Reader) ([]byte, error) {
	var head [5]byte
	if _, err := io.ReadFull(body, head[:]); err != nil {
		if err == io.EOF {
			return nil, nil
		}
		return nil, err
	}
	if head[0] != 0 {
		return nil, &probes.Failure{Reason: probes.Assertion, Message: "the message is compressed, which was not asked for", Expected: "plain", Got: "compressed"}
	}
	size := binary.BigEndian.Uint32(head[1:])
	if size > maxProto {
		return nil, tooBig()
	}
	// What a server says of its length is believed as it comes true.
	var message bytes.Buffer
	n, err := io.CopyN(&message, body, int64(size))
	if err != nil {
		return nil, fmt.Errorf("%w after %d of %d bytes", io.ErrUnexpectedEOF, n, size)
	}
	if message.Len() == 0 {
		return []byte{}, nil
	}
	return message.Bytes(), nil
}

func tooBig() *probes.Failure {
	return &probes.Failure{
		Reason: probes.Assertion, Message: fmt.Sprintf("the answer is larger than %d bytes", maxProto),
		Expected: fmt.Sprintf("at most %d bytes", maxProto), Got: "more",
	}
}

const codeOK = 0

// codeName is a status code as gRPC's documentation writes it.
func codeName(code int) string {
	names := [...]string{
		"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
		"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
		"UNAUTHENTICATED",
	}
	if code < 0 || code >= len(names) {
		return strconv.Itoa(code)
	}
	return names[code]
}
