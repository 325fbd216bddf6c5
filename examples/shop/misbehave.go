package shop

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	slowPage  = 20 * time.Second // page-slow; longer than any step waits, and an end for those who do
	hangLimit = 256              // connections that analytics-hangs holds at a time
)

// usual makes an answer take as long as it usually does, or three times that.
func (s *Shop) usual(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d := s.opts.Latency
		if s.faults.is(threeTimesSlower) {
			d *= 3
		}
		if pause(r.Context(), d) {
			next.ServeHTTP(w, r)
		}
	})
}

// pause waits, and reports false when the client left or the shop closes in the meantime.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// hangUp closes the connection without an answer.
func hangUp(w http.ResponseWriter) {
	if conn := hijack(w); conn != nil {
		conn.Close()
	}
}

// resetMidBody promises a whole body, sends half of it and resets the connection (RST, not FIN). The pause lets the
// half arrive: a reset throws away what the client has not read yet.
func resetMidBody(w http.ResponseWriter, r *http.Request, body []byte) {
	conn := hijack(w)
	if conn == nil {
		return
	}
	defer conn.Close()
	fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n", len(body))
	conn.Write(body[:len(body)/2])
	pause(r.Context(), 100*time.Millisecond)
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
}

func hijack(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil
	}
	return conn
}

// hang is the analytics host of analytics-hangs: it takes connections and never says a word. It ends with ctx, or when
// the listener is closed.
func hang(ctx context.Context, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	room := make(chan struct{}, hangLimit)
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("serving the analytics host: %w", err)
		}
		select {
		case room <- struct{}{}:
			go func() {
				defer func() { <-room }()
				defer conn.Close()
				defer context.AfterFunc(ctx, func() { conn.Close() })()
				io.Copy(io.Discard, conn)
			}()
		default:
			conn.Close()
		}
	}
}
