package httpcall

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"sync"

	"github.com/outrider-monitor/outrider/probes/dial"
)

// maxHead bounds a response's header.
const maxHead = 1 << 20

// The buffers of a connection, which serves one attempt only: net/http's 4 kB each would be a quarter of all that a
// check allocates. Bodies are read past the buffer.
const (
	readBuffer  = 1 << 10
	writeBuffer = 512
)

// carrier takes hops to their targets for one session at a time.
type carrier interface {
	http.RoundTripper
	// rest closes all connections; the carrier can be used again. end closes it for good.
	rest()
	end()
}

// wire is the carrier of HTTP/1.1 and 2. It knows its connections, so that none outlives the session: net/http closes
// only those that it believes idle.
type wire struct {
	transport http.Transport
	dialer    net.Dialer
	// family is 4, 6 or empty, fixed the address that is connected to whatever is asked for.
	family, fixed string

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

// newSecureWire makes a wire for https URLs that checks certificates as everybody does. It may be used again once it has
// been rested: a connection of HTTP/2 that is closed as idle is not taken again.
func newSecureWire() *wire {
	w := newWire()
	w.transport.ForceAttemptHTTP2 = true
	return w
}

// newCarrier makes the carrier of a route that is not everybody's.
func (d *Driver) newCarrier(r route, dir string) (carrier, error) {
	config, err := d.configs.Get(r.trust, dir)
	if err != nil {
		return nil, err
	}
	if r.version == "3" {
		return newQUIC(r, config), nil
	}
	w := newWire()
	w.transport.TLSClientConfig = config
	w.transport.Protocols = new(http.Protocols)
	w.transport.Protocols.SetHTTP1(r.version != "2")
	w.transport.Protocols.SetHTTP2(r.version != "1.1")
	// Without TLS nothing can be negotiated: it is HTTP/2 where the step says so.
	w.transport.Protocols.SetUnencryptedHTTP2(r.version == "2")
	w.family, w.fixed = r.family, r.fixed
	if r.proxy != "" {
		proxy, err := url.Parse(r.proxy)
		if err != nil || proxy.Host == "" {
			return nil, dial.Misconfigured("proxy: not a URL with a host")
		}
		w.transport.Proxy = http.ProxyURL(proxy)
	}
	return w, nil
}

// newWire makes one without a proxy and without timeouts of its own: the step's deadline is the one that
// counts.
func newWire() *wire {
	w := &wire{dialer: net.Dialer{KeepAlive: -1}}
	w.transport.DialContext = w.dial
	w.transport.MaxResponseHeaderBytes = maxHead
	w.transport.ReadBufferSize, w.transport.WriteBufferSize = readBuffer, writeBuffer
	// We decompress ourselves: net/http would hide that the body was compressed, and how well.
	w.transport.DisableCompression = true
	return w
}

// RoundTrip does one hop.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	return w.transport.RoundTrip(req)
}

func (w *wire) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	_ = deepen(len(addr))
	conn, err := w.dialer.DialContext(ctx, network+w.family, instead(w.fixed, addr))
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

// instead gives the address to connect to: the fixed one if there is one, with the port of the other where it has
// none of its own.
func instead(fixed, addr string) string {
	if fixed == "" {
		return addr
	}
	if _, _, err := net.SplitHostPort(fixed); err == nil {
		return fixed
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fixed
	}
	if len(fixed) > 2 && fixed[0] == '[' {
		fixed = fixed[1 : len(fixed)-1]
	}
	return net.JoinHostPort(fixed, port)
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

// private is the carrier of the steps that go a way of their own.
type private struct {
	route
	carrier carrier
}
