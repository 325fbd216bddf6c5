package monitor

import (
	"context"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/deadman"
	"github.com/outrider-monitor/outrider/monitor/secret"
)

// Heartbeat is where to say, again and again, that the monitor is alive.
type Heartbeat struct {
	URL   secret.Source
	Every time.Duration
}

// The times of a heartbeat. One that comes less often than leastBeat lets a minute be mistaken for death.
const (
	defaultBeat = time.Minute
	leastBeat   = time.Second
)

// heartbeatJob is the heartbeat's name in the schedule; no journey has a blank in its name. That the schedule calls it
// is the proof that the schedule is alive.
const heartbeatJob = "the heartbeat"

// readHeartbeat reads `heartbeat:`.
func (c *Config) readHeartbeat(r *document.Reader, m *document.Map) {
	if !m.Has("heartbeat") {
		return
	}
	h := m.Map("heartbeat")
	h.Need("url")
	c.Heartbeat = &Heartbeat{URL: c.secrets(r).Address(h.Get("url")), Every: first(h.Duration("every"), defaultBeat)}
	if n := h.Get("every"); n != nil && c.Heartbeat.Every < leastBeat {
		r.Problem(n, fmt.Sprintf("want %s or more, got %s", leastBeat, c.Heartbeat.Every), "")
	}
	h.Done()
}

// newHeart makes the heart of a configuration; nil if it has none.
func (m *Monitor) newHeart(c *Config) (*deadman.Heart, error) {
	if c.Heartbeat == nil {
		return nil, nil
	}
	v := secret.Values{Path: "heartbeat.url", Lookup: m.o.Env}
	url := v.Get(c.Heartbeat.URL)
	if err := v.Err(); err != nil {
		return nil, err
	}
	return deadman.NewHeart(url, []deadman.Part{
		{Name: "the store", Alive: m.store.Alive},
		{Name: "the courier", Alive: func(ctx context.Context) error { return m.courier.Alive(ctx) }},
	}, m.log), nil
}

// beat is what the schedule calls for the heartbeat.
func (m *Monitor) beat() {
	heart := m.heart.Load()
	if heart == nil || !m.beating.TryLock() {
		return // The beat before is still waiting for the other side.
	}
	defer m.beating.Unlock()
	heart.Beat(m.running)
}
