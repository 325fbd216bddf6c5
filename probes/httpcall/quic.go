package httpcall

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"github.com/outrider-monitor/outrider/probes/dial"
)

// quicCarrier is the carrier of HTTP/3. Its connection and its TLS handshake are one: both phases last until it is
// over.
type quicCarrier struct {
	transport     http3.Transport
	family, fixed string

	mu   sync.Mutex
	ways []quicWay
	shut bool
}

// quicWay is a connection with the socket below it.
type quicWay struct {
	conn   *quic.Conn
	socket *quic.Transport
	udp    net.PacketConn
}

func newQUIC(r route, config *tls.Config) *quicCarrier {
	q := &quicCarrier{family: r.family, fixed: r.fixed}
	q.transport.TLSClientConfig = config
	// The step's deadline is the one that counts.
	q.transport.QUICConfig = &quic.Config{HandshakeIdleTimeout: time.Hour, MaxIdleTimeout: time.Hour}
	q.transport.DisableCompression = true
	q.transport.MaxResponseHeaderBytes = maxHead
	q.transport.Dial = q.dial
	return q
}

// RoundTrip does one hop.
func (q *quicCarrier) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" {
		return nil, dial.Misconfigured("HTTP/3 goes with https URLs only")
	}
	return q.transport.RoundTrip(req)
}

func (q *quicCarrier) dial(ctx context.Context, addr string, tlsConfig *tls.Config, config *quic.Config) (*quic.Conn, error) {
	target, err := resolve(ctx, q.family, instead(q.fixed, addr))
	if err != nil {
		return nil, err
	}
	if err := dial.Routed(target); err != nil {
		return nil, err
	}
	udp, err := net.ListenPacket("udp", "")
	if err != nil {
		return nil, err
	}
	socket := &quic.Transport{Conn: udp}
	way := quicWay{socket: socket, udp: udp}
	trace := httptrace.ContextClientTrace(ctx)
	if trace == nil {
		trace = &httptrace.ClientTrace{ConnectStart: func(string, string) {}, TLSHandshakeStart: func() {}}
	}
	trace.ConnectStart("udp", target.String())
	trace.TLSHandshakeStart()
	way.conn, err = socket.Dial(ctx, net.UDPAddrFromAddrPort(target), tlsConfig, config)
	if err != nil {
		way.close()
		return nil, err
	}
	if trace.ConnectDone != nil && trace.TLSHandshakeDone != nil {
		trace.ConnectDone("udp", target.String(), nil)
		trace.TLSHandshakeDone(way.conn.ConnectionState().TLS, nil)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.shut {
		way.close()
		return nil, net.ErrClosed
	}
	q.ways = append(q.ways, way)
	return way.conn, nil
}

// resolve gives the first address of a host, of a family if one is wanted. The resolver tells the context's trace.
func resolve(ctx context.Context, family, addr string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return netip.AddrPort{}, err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, dial.Misconfigured("%q is no port", port)
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip"+family, host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return netip.AddrPortFrom(addrs[0].Unmap(), uint16(number)), nil
}

func (w *quicWay) close() {
	if w.conn != nil {
		_ = w.conn.CloseWithError(0, "")
	}
	_ = w.socket.Close()
	_ = w.udp.Close()
}

func (q *quicCarrier) rest() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.ways {
		q.ways[i].close()
	}
	q.ways = nil
}

func (q *quicCarrier) end() {
	q.mu.Lock()
	q.shut = true
	q.mu.Unlock()
	_ = q.transport.Close()
	q.rest()
}
