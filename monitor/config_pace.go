package monitor

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/paging"
)

// mostPages bounds the count of a pace.
const mostPages = 10_000

// readPace reads a pager's `rate:`, such as 30/m.
func readPace(r *document.Reader, n *document.Node) paging.Pace {
	if n == nil {
		return paging.Pace{}
	}
	text, ok := r.Text(n)
	if !ok {
		return paging.Pace{}
	}
	pages, per, _ := strings.Cut(text, "/")
	count, err := strconv.Atoi(strings.TrimSpace(pages))
	units := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}
	unit := units[strings.TrimSpace(per)]
	if err != nil || unit == 0 || count < 1 || count > mostPages {
		r.Problem(n, fmt.Sprintf("want so many pages in a second, a minute or an hour, got %q", text), "1/s, 30/m or 200/h")
		return paging.Pace{}
	}
	return paging.Pace{Pages: count, Per: unit}
}

// paces are what bounds the pagers that have a bound.
func (c *Config) paces() map[string]paging.Pace {
	paces := map[string]paging.Pace{}
	for name, p := range c.Pagers {
		if p.Pace.Pages > 0 {
			paces[name] = p.Pace
		}
	}
	return paces
}
