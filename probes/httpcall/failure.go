package httpcall

import (
	"context"
	"crypto/tls"
	"crypto/x509"
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

// failed turns what net/http gave into what a person understands, with the reason that is true.
func (x *exchange) failed(err error) error {
	f := x.explain(err)
	if f == nil {
		x.trouble = "cancelled"
		return x.ctx.Err()
	}
	x.trouble = f.Message
	if f.Err == nil {
		f.Err = err
	}
	return f
}

// explain gives nil when the run was stopped.
func (x *exchange) explain(err error) *probes.Failure {
	var f *probes.Failure
	if errors.As(err, &f) {
		return f
	}
	switch {
	case errors.Is(x.ctx.Err(), context.Canceled):
		return nil
	case x.ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded):
		return x.timeout()
	}
	for _, explain := range [...]func(error) *probes.Failure{
		resourceFailure, x.dnsFailure, x.tlsFailure, redirectFailure,
	} {
		if f := explain(err); f != nil {
			return f
		}
	}
	return x.connectFailure(err)
}

// timeout says what the step was waiting for.
func (x *exchange) timeout() *probes.Failure {
	after := time.Since(x.begun).Round(time.Millisecond)
	what := "for the answer"
	switch t := x.trace; {
	case t == nil:
		what = "to send the request"
	case x.status != 0:
		what = fmt.Sprintf("for the rest of the body (%d bytes so far)", x.size)
	case t.reached(resolving) && !t.reached(resolved):
		what = "for the name server's answer about " + x.url.Hostname()
	case t.reached(connecting) && !t.reached(connected) && !t.reached(connection):
		what = "for a connection to " + t.remoteAddr()
	case t.reached(shaking) && !t.reached(shook):
		what = "for the TLS handshake with " + x.url.Host
	case !t.reached(connection):
		what = "for a connection to " + x.url.Host
	case !t.reached(wrote):
		what = "for the server to take the request"
	case !t.reached(answered):
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

func (x *exchange) dnsFailure(err error) *probes.Failure {
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

// connectFailure is what remains: the connection could not be made, or did not last.
func (x *exchange) connectFailure(err error) *probes.Failure {
	f := &probes.Failure{Reason: probes.Connect}
	host := x.url.Host
	if addr := x.trace.remoteAddr(); addr != "" && addr != host {
		host += " (" + addr + ")"
	}
	cause := innermost(err)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		f.Message, f.Got = host+" refuses connections", "connection refused"
	case x.status != 0 && isBroken(err):
		f.Message = fmt.Sprintf("%s broke the connection off in the middle of the body, after %d bytes", host, x.size)
		f.Got = shortCause(cause)
	case isBroken(err):
		f.Message, f.Got = host+" closed the connection without an answer", shortCause(cause)
	case x.status != 0:
		f.Message = fmt.Sprintf("reading the body from %s: %s", host, cause)
	case x.trace.reached(connection):
		f.Message = fmt.Sprintf("%s did not answer in HTTP: %s", host, cause)
	default:
		f.Message = fmt.Sprintf("cannot connect to %s: %s", host, shortCause(cause))
		f.Got = shortCause(cause)
	}
	return f
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

// tlsFailure explains why no TLS connection came about.
func (x *exchange) tlsFailure(err error) *probes.Failure {
	f := &probes.Failure{Reason: probes.TLS}
	host := x.url.Hostname()
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.As(err, &verification):
		x.certificateFailure(f, host, verification)
	case errors.As(err, &record):
		f.Message, f.Got = host+" does not answer in TLS", record.Msg
	case errors.As(err, &alert):
		f.Message = fmt.Sprintf("%s refuses the TLS handshake: %s", host, alert)
		f.Got = alert.Error()
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		f.Message, f.Got = host+" answers in plain HTTP where TLS is expected", "plain HTTP"
	case x.trace != nil && x.trace.reached(shaking) && !x.trace.reached(shook) && !x.trace.reached(connection):
		f.Message = fmt.Sprintf("the TLS handshake with %s failed: %s", host, shortCause(innermost(err)))
		f.Got = shortCause(innermost(err))
	default:
		return nil
	}
	return f
}

// certificateFailure names what is wrong with the certificate, with its names and dates.
func (x *exchange) certificateFailure(f *probes.Failure, host string, err *tls.CertificateVerificationError) {
	var leaf *x509.Certificate
	if len(err.UnverifiedCertificates) > 0 {
		leaf = err.UnverifiedCertificates[0]
		x.expiry = earliest(err.UnverifiedCertificates)
	}
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var hostname x509.HostnameError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		certificateDates(f, host, invalid.Cert)
	case errors.As(err, &hostname):
		names := strings.Join(certificateNames(hostname.Certificate), ", ")
		f.Message = fmt.Sprintf("the certificate of %s is not for this name but for %s", host, names)
		f.Expected, f.Got = "a certificate for "+hostname.Host, "one for "+names
	case errors.As(err, &unknown) && leaf != nil:
		f.Message = fmt.Sprintf("the certificate of %s is signed by an unknown authority: %s", host, leaf.Issuer)
		f.Expected, f.Got = "a known authority", leaf.Issuer.String()
	default:
		f.Message = fmt.Sprintf("the certificate of %s is refused: %s", host, err.Err)
		f.Got = err.Err.Error()
	}
}

func certificateDates(f *probes.Failure, host string, c *x509.Certificate) {
	const layout = "2 January 2006 15:04 MST"
	now := time.Now()
	switch {
	case now.After(c.NotAfter):
		f.Message = fmt.Sprintf("the certificate of %s expired on %s", host, c.NotAfter.UTC().Format(layout))
		f.Got = "expired " + c.NotAfter.UTC().Format(time.RFC3339)
	default:
		f.Message = fmt.Sprintf("the certificate of %s is not valid before %s", host, c.NotBefore.UTC().Format(layout))
		f.Got = "valid from " + c.NotBefore.UTC().Format(time.RFC3339)
	}
	f.Expected = "a certificate that is valid now"
}

func certificateNames(c *x509.Certificate) []string {
	if c == nil {
		return []string{"nobody"}
	}
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		names = append(names, c.Subject.String())
	}
	return names[:min(len(names), 5)]
}

// earliestExpiry is when the first certificate of the chain in use expires.
func earliestExpiry(state *tls.ConnectionState) time.Time {
	if len(state.VerifiedChains) == 0 {
		return earliest(state.PeerCertificates)
	}
	// Of several chains the one that lasts longest counts: clients use it when the others have expired.
	var latest time.Time
	for _, chain := range state.VerifiedChains {
		if expiry := earliest(chain); expiry.After(latest) {
			latest = expiry
		}
	}
	return latest
}

func earliest(chain []*x509.Certificate) time.Time {
	var expiry time.Time
	for _, c := range chain {
		if expiry.IsZero() || c.NotAfter.Before(expiry) {
			expiry = c.NotAfter
		}
	}
	return expiry.UTC()
}
