package dial

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// Attempt is one attempt at a target, with what is known of it when it fails.
type Attempt struct {
	// Host is the target as people know it, such as shop.example:8443; Name is it without the port.
	Host, Name string
	// Trace is nil before the attempt began; Begun is the beginning of the step.
	Trace *Trace
	Begun time.Time
	// Answered says that the head of an answer came; Size counts what came of its body.
	Answered bool
	Size     int64
	// Speaks is what the target is expected to speak, such as HTTP.
	Speaks string
	// Expiry is filled in by Explain: that of a certificate that was refused.
	Expiry time.Time
}

// Explain says in words why the attempt failed, with the reason that is true. It gives nil when the run was stopped.
func (a *Attempt) Explain(ctx context.Context, err error) *probes.Failure {
	f := a.explain(ctx, err)
	if f != nil && f.Err == nil {
		f.Err = err
	}
	return f
}

func (a *Attempt) explain(ctx context.Context, err error) *probes.Failure {
	var f *probes.Failure
	if errors.As(err, &f) {
		return f
	}
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return nil
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded):
		return a.timeout()
	}
	if f := unrouted(err, reaches); f != nil {
		return f
	}
	for _, explain := range [...]func(error) *probes.Failure{resourceFailure, a.dnsFailure, a.tlsFailure, proxyFailure, a.silence} {
		if f := explain(err); f != nil {
			return f
		}
	}
	return a.connectFailure(err)
}

// timeout says what the step was waiting for.
func (a *Attempt) timeout() *probes.Failure {
	after := time.Since(a.Begun).Round(time.Millisecond)
	what := "for the answer"
	switch t := a.Trace; {
	case t == nil:
		what = "to send the request"
	case a.Answered:
		what = fmt.Sprintf("for the rest of the body (%d bytes so far)", a.Size)
	case t.Reached(Resolving) && !t.Reached(Resolved):
		what = "for the name server's answer about " + a.Name
	case t.Reached(Connecting) && !t.Reached(Connected) && !t.Reached(HasConnection):
		what = "for a connection to " + t.RemoteAddr()
	case t.Reached(Shaking) && !t.Reached(Shook):
		what = "for the TLS handshake with " + a.Host
	case !t.Reached(HasConnection):
		what = "for a connection to " + a.Host
	case !t.Reached(Wrote):
		what = "for the server to take the request"
	case !t.Reached(Answered):
		what = "for the first byte of the answer"
	}
	return &probes.Failure{
		Reason:  probes.Timeout,
		Message: fmt.Sprintf("waited %s %s", after, what),
		Got:     "nothing after " + after.String(),
	}
}

// resourceFailure recognises what this machine has run out of.
func resourceFailure(err error) *probes.Failure {
	for _, ours := range [...]syscall.Errno{
		syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.ENOBUFS, syscall.ENOMEM,
	} {
		if errors.Is(err, ours) {
			return &probes.Failure{
				Reason: probes.Resources, Message: "the monitor's machine cannot open a connection: " + ours.Error(),
			}
		}
	}
	return nil
}

func (a *Attempt) dnsFailure(err error) *probes.Failure {
	var family *net.AddrError
	if errors.As(err, &family) && family.Err == "no suitable address found" {
		// What the resolver knows is only of the other family.
		what := "no address of the family that the step asks for"
		return &probes.Failure{Reason: probes.DNS, Message: fmt.Sprintf("%s has %s", a.Name, what), Got: what}
	}
	var dns *net.DNSError
	if !errors.As(err, &dns) {
		return nil
	}
	what := dns.Err
	switch {
	case dns.IsNotFound:
		what = "no such host"
	case dns.IsTimeout:
		what = "the name server did not answer"
	}
	return &probes.Failure{
		Reason:  probes.DNS,
		Message: fmt.Sprintf("cannot resolve %s: %s", dns.Name, what), Got: what,
	}
}

// proxyFailure is one of the way, not of the target, which was never asked.
func proxyFailure(err error) *probes.Failure {
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "proxyconnect" && op.Op != "socks connect" {
		return nil
	}
	cause := shortCause(Innermost(err))
	return &probes.Failure{Reason: probes.Connect, Message: "the proxy did not connect: " + cause, Got: cause}
}

// silence is the time-out of a connection that has its own, such as QUIC's.
func (a *Attempt) silence(err error) *probes.Failure {
	var quiet net.Error
	if !errors.As(err, &quiet) || !quiet.Timeout() {
		return nil
	}
	return a.timeout()
}

// connectFailure is what remains: the connection could not be made, or did not last.
func (a *Attempt) connectFailure(err error) *probes.Failure {
	f := &probes.Failure{Reason: probes.Connect}
	host := a.Host
	if addr := a.remoteAddr(); addr != "" && addr != host {
		host += " (" + addr + ")"
	}
	cause := Innermost(err)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		f.Message, f.Got = host+" refuses connections", "connection refused"
	case a.Answered && isBroken(err):
		f.Message = fmt.Sprintf("%s broke the connection off in the middle of the body, after %d bytes", host, a.Size)
		f.Got = shortCause(cause)
	case unestablished(err) && a.Trace != nil && a.Trace.Reached(Shook):
		f.Message = host + " closed the connection right after the TLS handshake; servers that want a client certificate do so"
		f.Got = "the connection closed"
	case isBroken(err):
		f.Message, f.Got = host+" closed the connection without an answer", shortCause(cause)
		if a.Speaks == "gRPC" {
			f.Message += "; gRPC goes over HTTP/2, which it may not speak"
		}
	case a.Answered:
		f.Message = fmt.Sprintf("reading the body from %s: %s", host, cause)
	case oneNotTwo(err) || unestablished(err):
		f.Message, f.Got = host+" does not answer in HTTP/2 but in HTTP/1, perhaps", "no HTTP/2"
		if a.Speaks != "HTTP" {
			f.Message += "; " + a.Speaks + " goes over HTTP/2"
		}
	case a.Trace != nil && a.Trace.Reached(HasConnection):
		f.Message = fmt.Sprintf("%s did not answer in %s: %s", host, a.Speaks, cause)
	default:
		f.Message = fmt.Sprintf("cannot connect to %s: %s", host, shortCause(cause))
		f.Got = shortCause(cause)
	}
	return f
}

func (a *Attempt) remoteAddr() string {
	if a.Trace == nil {
		return ""
	}
	return a.Trace.RemoteAddr()
}

// oneNotTwo reports whether an answer of HTTP/1 came where HTTP/2 was spoken: its first bytes, "HTTP/1.1", are the length of
// a frame that would be too large. A server that has agreed to another protocol in TLS says so before.
func oneNotTwo(err error) bool {
	return strings.Contains(err.Error(), "http2: frame too large") || strings.Contains(err.Error(), "http2: unexpected ALPN protocol")
}

// unestablished reports whether a connection of HTTP/2 ended before it began. After TLS the server did not like us; without,
// it did not understand.
func unestablished(err error) bool {
	return strings.Contains(err.Error(), "client conn could not be established")
}

// isBroken reports whether the other side ended the connection before its time.
func isBroken(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, syscall.EPIPE) || strings.Contains(err.Error(), "server closed idle connection") ||
		strings.Contains(err.Error(), "stream error: stream ID") || strings.Contains(err.Error(), "GOAWAY")
}

func shortCause(err error) string {
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	return err.Error()
}

// refusedByAlert reports whether the other side ended TLS with an alert.
func refusedByAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}

// HandshakeError is one that came while TLS was begun, where the order of moments does not tell.
type HandshakeError struct{ Err error }

func (e *HandshakeError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *HandshakeError) Unwrap() error { return e.Err }

// tlsFailure explains why no TLS connection came about.
func (a *Attempt) tlsFailure(err error) *probes.Failure {
	f := &probes.Failure{Reason: probes.TLS}
	host := a.Name
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var handshake *HandshakeError
	shaking := errors.As(err, &handshake) ||
		a.Trace != nil && a.Trace.Reached(Shaking) && !a.Trace.Reached(Shook) && !a.Trace.Reached(HasConnection)
	switch {
	case errors.As(err, &verification):
		a.certificateFailure(f, host, verification)
	case errors.As(err, &record):
		f.Message, f.Got = host+" does not answer in TLS", record.Msg
	case refusedByAlert(err):
		// TLS 1.3 lets the server refuse us after our side of the handshake is over.
		cause := strings.TrimPrefix(Innermost(err).Error(), "tls: ")
		f.Message, f.Got = fmt.Sprintf("%s refuses the TLS connection: %s", host, cause), cause
	case errors.As(err, &alert):
		f.Message = fmt.Sprintf("%s refuses the TLS handshake: %s", host, alert)
		f.Got = alert.Error()
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		f.Message, f.Got = host+" answers in plain HTTP where TLS is expected", "plain HTTP"
	case shaking:
		f.Message = fmt.Sprintf("the TLS handshake with %s failed: %s", host, shortCause(Innermost(err)))
		f.Got = shortCause(Innermost(err))
	default:
		return nil
	}
	return f
}

// Innermost is the error at the bottom of a chain.
func Innermost(err error) error {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err
}
