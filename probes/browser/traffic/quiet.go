package traffic

import (
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/redact"
)

// Committed notes the page's new document.
func (l *Log) Committed(url string, loader cdp.LoaderID) {
	l.page, l.loader = url, loader
	l.answers.leave(l.requests, loader)
	l.LastOwn = time.Now()
	l.LastAny = l.LastOwn
}

// Moved notes that the page's document has another URL.
func (l *Log) Moved(url string) { l.page = url }

// Of gives the request by which a document is loaded, or nil.
func (l *Log) Of(loader cdp.LoaderID) *Request { return l.requests[string(loader)] }

// Document is the request of the page's document, or nil.
func (l *Log) Document() *Request { return l.Of(l.loader) }

// InFrame is the latest request for a document in a frame, or nil.
func (l *Log) InFrame(id cdp.FrameID) *Request {
	for i := len(l.history) - 1; i >= 0; i-- {
		if r := l.history[i]; r.Frame == id && r.Kind == "Document" {
			return r
		}
	}
	return nil
}

// own reports whether a URL belongs to the page's own site.
func (l *Log) own(raw string) bool {
	host := address.Host(raw)
	return host != "" && address.Site(host) == address.Site(address.Host(l.page))
}

// delaysLoad reports whether the page's load event waits for the request.
func (r *Request) delaysLoad() bool {
	switch r.Kind {
	case "Document", "Stylesheet", "Script", "Image", "Font":
		return true
	}
	return false
}

// Quiet reports whether nothing of the page's own site has been loading for so long: what still keeps the
// load event waiting is somebody else's.
func (l *Log) Quiet(since time.Duration) bool {
	if time.Since(l.LastOwn) < since {
		return false
	}
	for _, r := range l.history {
		if !r.Done && r.delaysLoad() && l.own(r.URL) {
			return false
		}
	}
	return true
}

// WaitingFor names what the page's load event still waits for, as the end of a sentence; empty if that is nothing.
func (l *Log) WaitingFor() string {
	var names []string
	more := 0
	for _, r := range l.history {
		if r.Done || !r.delaysLoad() {
			continue
		}
		if len(names) == 3 {
			more++
			continue
		}
		names = append(names, fmt.Sprintf("%s %s (%s)", r.Method, redact.Cut(r.URL, 200), time.Since(r.Begun).Round(time.Millisecond)))
	}
	if len(names) == 0 {
		return ""
	}
	s := "; still waiting for " + strings.Join(names, ", ")
	if more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// BadAnswers names what scripts asked for since and was refused, or did not come.
func (l *Log) BadAnswers(since time.Time) string {
	var notes []string
	for _, r := range l.history {
		if r.Begun.Before(since) || len(notes) == 3 || r.Kind != "Fetch" && r.Kind != "XHR" && r.Kind != "Document" {
			continue
		}
		switch {
		case r.Status >= 400:
			notes = append(notes, fmt.Sprintf("%s %s answered %d", r.Method, redact.Cut(r.URL, 200), r.Status))
		case r.Err != "" && !r.Cancelled:
			notes = append(notes, fmt.Sprintf("%s %s failed: %s", r.Method, redact.Cut(r.URL, 200), r.Err))
		}
	}
	return strings.Join(notes, "; ")
}
