package httpcall

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/outrider-monitor/outrider/probes"
)

// maxHead bounds a response's header.
const maxHead = 1 << 20

// The buffers of a connection, which serves one attempt only: net/http's 4 kB each would be a quarter of all that a
// check allocates. Bodies are read past the buffer.
const (
	readBuffer  = 2 << 10
	writeBuffer = 1 << 10
)

// wire is a transport for one session at a time. It knows its connections, so that none outlives the session:
// net/http closes only those that it believes idle.
type wire struct {
	transport http.Transport
	dialer    net.Dialer

	mu    sync.Mutex
	conns []net.Conn
	shut  bool
}

// newPlainWire makes a wire for http URLs. It may be used again once it has been rested.
func newPlainWire() *wire {
	w := newWire()
	w.transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	return w
}

// newSecureWire makes a wire for https URLs; a nil config checks certificates as everybody does.
func newSecureWire(config *tls.Config) *wire {
	w := newWire()
	w.transport.TLSClientConfig = config
	w.transport.ForceAttemptHTTP2 = true
	return w
}

// newWire makes one without a proxy and without timeouts of its own: the step's deadline is the one that
// counts.
func newWire() *wire {
	w := &wire{dialer: net.Dialer{KeepAlive: -1}}
	w.transport.DialContext = w.dial
	w.transport.MaxResponseHeaderBytes = maxHead
	w.transport.ReadBufferSize, w.transport.WriteBufferSize = readBuffer, writeBuffer
	return w
}

func (w *wire) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := w.dialer.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.shut {
		conn.Close()
		return nil, net.ErrClosed
	}
	w.conns = append(w.conns, conn)
	return conn, nil
}

// rest closes all connections; the wire can be used again.
func (w *wire) rest() {
	w.transport.CloseIdleConnections()
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, conn := range w.conns {
		conn.Close()
		w.conns[i] = nil
	}
	w.conns = w.conns[:0]
}

// end closes all connections, and those that are still being made.
func (w *wire) end() {
	w.mu.Lock()
	w.shut = true
	w.mu.Unlock()
	w.rest()
}

// trust is how a step wants certificates to be checked. The zero value: as everybody does.
type trust struct {
	caFile     string
	serverName string
	insecure   bool
}

// private is the wire of the steps that check certificates in a way of their own.
type private struct {
	trust
	wire *wire
}

// config gives the TLS configuration. A certificate file that cannot be read is a fault of the monitor's.
func (t trust) config(dir string) (*tls.Config, error) {
	c := &tls.Config{ServerName: t.serverName, InsecureSkipVerify: t.insecure}
	if t.caFile == "" {
		return c, nil
	}
	path := t.caFile
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, misconfigured("tls.ca_file: %w", err)
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, misconfigured("tls.ca_file: %s holds no certificate in PEM", path)
	}
	return c, nil
}

// misconfigured is a failure that lies with the journey's file or its surroundings.
func misconfigured(format string, args ...any) *probes.Failure {
	err := fmt.Errorf(format, args...)
	return &probes.Failure{Reason: probes.Config, Message: err.Error(), Err: err}
}
