package dial

import (
	"crypto/tls"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// Moment is a point in the course of one connection and what is asked over it.
type Moment int

// The moments, in their order.
const (
	Resolving Moment = iota
	Resolved
	Connecting
	Connected
	Shaking
	Shook
	// HasConnection: a connection can be used, a new one or not.
	HasConnection
	Wrote
	Answered
	moments
)

// Trace notes when each moment came. The transport's goroutines write it, and may go on after the request
// has been given up.
type Trace struct {
	begun time.Time
	// at holds nanoseconds since begun, plus one; 0 is not yet.
	at     [moments]atomic.Int64
	reused atomic.Bool
	remote atomic.Pointer[string]
	// Hooks are for net/http and for the resolver: httptrace.WithClientTrace(ctx, &t.Hooks).
	Hooks httptrace.ClientTrace
}

// Start begins it, once.
func (t *Trace) Start() {
	t.begun = time.Now()
	t.Hooks = httptrace.ClientTrace{
		DNSStart:          func(httptrace.DNSStartInfo) { t.Begin(Resolving) },
		DNSDone:           func(httptrace.DNSDoneInfo) { t.Note(Resolved) },
		ConnectStart:      func(_, addr string) { t.Begin(Connecting); t.remote.Store(&addr) },
		ConnectDone:       t.connectDone,
		TLSHandshakeStart: func() { t.Begin(Shaking) },
		TLSHandshakeDone:  func(_ tls.ConnectionState, err error) { t.done(Shook, err) },
		GotConn:           t.gotConn,
		WroteHeaders:      func() { t.Note(Wrote) },
		WroteRequest:      func(httptrace.WroteRequestInfo) { t.wroteAll() },
		GotFirstResponseByte: func() {
			t.Note(Answered)
		},
	}
}

func (t *Trace) connectDone(_, addr string, err error) {
	if t.done(Connected, err); err == nil {
		t.remote.Store(&addr)
	}
}

// wroteAll notes that the whole request was written. Over HTTP/2 the answer may begin before we hear of that; then the
// head's moment stays, as the time until the answer would be less than nothing.
func (t *Trace) wroteAll() {
	if !t.Reached(Answered) {
		t.Note(Wrote)
	}
}

func (t *Trace) gotConn(info httptrace.GotConnInfo) {
	t.Note(HasConnection)
	if info.Reused {
		t.reused.Store(true)
		addr := info.Conn.RemoteAddr().String()
		t.remote.Store(&addr)
	}
}

// Begin notes a moment, the first time that it comes.
func (t *Trace) Begin(m Moment) { t.at[m].CompareAndSwap(0, int64(time.Since(t.begun))+1) }

// Note notes a moment, the last time that it comes.
func (t *Trace) Note(m Moment) { t.at[m].Store(int64(time.Since(t.begun)) + 1) }

// To notes which address is connected to.
func (t *Trace) To(addr string) { t.remote.Store(&addr) }

// done notes the end of a phase that did not fail: a failed one is what the step fails with.
func (t *Trace) done(m Moment, err error) {
	if err == nil {
		t.Note(m)
	}
}

// Reached reports whether the moment came.
func (t *Trace) Reached(m Moment) bool { return t.at[m].Load() != 0 }

// Between gives the time from one moment to another; 0 if either did not come.
func (t *Trace) Between(from, to Moment) time.Duration {
	a, b := t.at[from].Load(), t.at[to].Load()
	if a == 0 || b == 0 || b < a {
		return 0
	}
	return time.Duration(b - a)
}

// Since gives the time from a moment until now.
func (t *Trace) Since(m Moment) time.Duration {
	at := t.at[m].Load()
	if at == 0 {
		return 0
	}
	return time.Since(t.begun) - time.Duration(at-1)
}

// RemoteAddr is the address of the connection, or of the last attempt at one.
func (t *Trace) RemoteAddr() string {
	if addr := t.remote.Load(); addr != nil {
		return *addr
	}
	return ""
}
