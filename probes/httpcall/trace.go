package httpcall

import (
	"crypto/tls"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// moment is a point in the course of one hop.
type moment int

const (
	resolving moment = iota
	resolved
	connecting
	connected
	shaking
	shook
	connection
	wrote
	answered
	moments
)

// trace notes when each moment came. The transport's goroutines write it, and may go on after the request
// has been given up.
type trace struct {
	begun time.Time
	// at holds nanoseconds since begun, plus one; 0 is not yet.
	at     [moments]atomic.Int64
	reused atomic.Bool
	remote atomic.Pointer[string]
	hooks  httptrace.ClientTrace
}

func newTrace() *trace {
	t := &trace{begun: time.Now()}
	t.hooks = httptrace.ClientTrace{
		DNSStart:          func(httptrace.DNSStartInfo) { t.first(resolving) },
		DNSDone:           func(httptrace.DNSDoneInfo) { t.last(resolved) },
		ConnectStart:      func(_, addr string) { t.first(connecting); t.remote.Store(&addr) },
		ConnectDone:       t.connectDone,
		TLSHandshakeStart: func() { t.first(shaking) },
		TLSHandshakeDone:  func(_ tls.ConnectionState, err error) { t.done(shook, err) },
		GotConn:           t.gotConn,
		WroteRequest:      func(httptrace.WroteRequestInfo) { t.last(wrote) },
		GotFirstResponseByte: func() {
			t.last(answered)
		},
	}
	return t
}

func (t *trace) connectDone(_, addr string, err error) {
	if t.done(connected, err); err == nil {
		t.remote.Store(&addr)
	}
}

func (t *trace) gotConn(info httptrace.GotConnInfo) {
	t.last(connection)
	if info.Reused {
		t.reused.Store(true)
		addr := info.Conn.RemoteAddr().String()
		t.remote.Store(&addr)
	}
}

func (t *trace) first(m moment) { t.at[m].CompareAndSwap(0, int64(time.Since(t.begun))+1) }
func (t *trace) last(m moment)  { t.at[m].Store(int64(time.Since(t.begun)) + 1) }

// done notes the end of a phase that did not fail: a failed one is what the step fails with.
func (t *trace) done(m moment, err error) {
	if err == nil {
		t.last(m)
	}
}

func (t *trace) reached(m moment) bool { return t.at[m].Load() != 0 }

// between gives the time from one moment to another; 0 if either did not come.
func (t *trace) between(from, to moment) time.Duration {
	a, b := t.at[from].Load(), t.at[to].Load()
	if a == 0 || b == 0 || b < a {
		return 0
	}
	return time.Duration(b - a)
}

// since gives the time from a moment until now.
func (t *trace) since(m moment) time.Duration {
	at := t.at[m].Load()
	if at == 0 {
		return 0
	}
	return time.Since(t.begun) - time.Duration(at-1)
}

// remoteAddr is the address of the connection, or of the last attempt at one.
func (t *trace) remoteAddr() string {
	if addr := t.remote.Load(); addr != nil {
		return *addr
	}
	return ""
}
