package traces

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// MostWaiting is the bound of what waits.
const MostWaiting = mostWaiting

// Hanging is an exporter whose collector never answers.
type Hanging struct {
	*Exporter
	tries atomic.Int64
}

// NewHanging makes one, and what counts its spans.
func NewHanging(log *slog.Logger) (*Hanging, func(Settled) int) {
	var mu sync.Mutex
	all := map[Settled]int{}
	h := &Hanging{}
	var err error
	h.Exporter, err = New(Options{Target: Target{URL: "http://collector.invalid/v1/traces"}, Log: log, Count: func(s Settled, n int) {
		mu.Lock()
		defer mu.Unlock()
		all[s] += n
	}})
	if err != nil {
		panic(err)
	}
	h.send.transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		h.tries.Add(1)
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	return h, func(s Settled) int { mu.Lock(); defer mu.Unlock(); return all[s] }
}

// Held is how many bytes wait. Tries is how often the collector was called.
func (h *Hanging) Held() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.size
}

// Tries is how often the collector was called.
func (h *Hanging) Tries() int { return int(h.tries.Load()) }

// SendNow sends what is gathered and keeps the connection, as Run does every few seconds. It reports whether all is gone.
func (e *Exporter) SendNow(ctx context.Context) bool {
	e.flush(ctx)
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.waiting) == 0
}

// Spelled is an attribute as it is written.
func Spelled(key, value string) []byte {
	var w writer
	w.attribute(eventAttributes, key, value)
	return w.b
}
