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
	_ = t.Until(wait, t.Ready)
	cancel()
	if !t.Lost() {
		l.Page = t.eye.Controls(ctx, maxLook)
	}
	t.Lock()
	defer t.Unlock()
	span := t.Book.Current()
	if span == nil {
		return l
	}
	since := span.Begun.Sub(t.options.StartedAt)
	if whole {
		span, since = nil, 0
	}
	l.Console = t.Console.Troubles(since, maxLookLines)
	l.Requests = t.Traffic.Compared(span, maxLookLines)
	return l
}
