package browser

import (
	"context"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

const (
	// lookTime is how long a page may go on loading before it is looked at as it is.
	lookTime = time.Second
	// maxLook bounds the page's lines, in bytes; maxLookLines those of console and requests.
	maxLook      = 8 << 10
	maxLookLines = 60
)

// Look says what is on the page, and what the console and the network of the latest step were, or of all steps.
func (s *session) Look(ctx context.Context, whole bool) probes.Look {
	t := s.tab
	var l probes.Look
	wait, cancel := context.WithTimeout(ctx, lookTime)
	_ = t.until(wait, t.ready)
	cancel()
	if t.maskErr == nil && t.ctx.Err() == nil {
		q := t.telling(maxLook)
		q.Plain = true
		_ = t.askOnce(ctx, t.mainFrame, "outline", q, &l.Page)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	span := t.book.Current()
	if span == nil {
		return l
	}
	since := span.Begun.Sub(t.options.StartedAt)
	if whole {
		span, since = nil, 0
	}
	l.Console = t.console.Troubles(since, maxLookLines)
	l.Requests = t.traffic.Compared(span, maxLookLines)
	return l
}
