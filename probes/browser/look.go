package browser

import (
	"context"
	"fmt"
	"net/url"
	"strings"
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
	current := t.currentSpan()
	if current == nil {
		return l
	}
	since := current.begun.Sub(t.options.StartedAt)
	for i := range t.console {
		if c := &t.console[i]; (whole || c.Offset >= since) && c.Level != "log" && c.Level != "info" && len(l.Console) < maxLookLines {
			l.Console = append(l.Console, c.Level+": "+c.Text)
		}
	}
	for _, r := range t.history {
		if (whole || r.span == current) && len(l.Requests) < maxLookLines {
			if line := compared(r); line != "" {
				l.Requests = append(l.Requests, line)
			}
		}
	}
	return l
}

// compared is a request as it can be compared between runs: without what changes, and with how it ended. Pictures
// and the like are left out.
func compared(r *request) string {
	switch r.kind {
	case "Document", "Script", "Stylesheet", "XHR", "Fetch":
	default:
		return ""
	}
	u, err := url.Parse(r.url)
	if err != nil || r.cancelled {
		return ""
	}
	end := "well"
	switch {
	case r.err != "":
		end = r.err
	case r.status >= 400:
		end = fmt.Sprintf("%d", r.status)
	case !r.done && time.Since(r.begun) > lateTime:
		end = "pending"
	}
	line := fmt.Sprintf("%s %s%s", r.method, u.Host, probes.Steady(u.Path))
	if end == "well" {
		return line
	}
	return line + " → " + strings.TrimSpace(end)
}
