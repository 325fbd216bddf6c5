package traffic

import (
	"strings"

	"github.com/outrider-monitor/outrider/probes/redact"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// Identity is that of a request in a trace; Foreign and ForeignSpan are those that the page's own script gave it.
type Identity struct {
	ID          spans.ID
	Foreign     spans.TraceID
	ForeignSpan spans.ID
}

// Identify notes what a request was told of itself.
func (l *Log) Identify(networkID, url string, told Identity) {
	if l.identities == nil || len(l.identities) > maxRequests {
		l.identities = map[string]Identity{}
	}
	l.identities[networkID+" "+url] = told
}

// Traced gives the requests as spans of a trace, as far as they are remembered.
func (l *Log) Traced() []spans.Request {
	var all []spans.Request
	for _, r := range l.history {
		if len(all) == spans.Most {
			break
		}
		told, ok := l.identities[r.ID+" "+r.URL]
		if !ok {
			told.ID = spans.NewID()
		}
		line := l.line(r)
		if !r.Done || r.Cancelled { // A page may wait for news for ever, and give up what it has no use for.
			line.Error = ""
		}
		all = append(all, spans.Request{
			Span: told.ID, Foreign: told.Foreign, ForeignSpan: told.ForeignSpan, Method: r.Method, URL: redact.Cut(r.URL, maxLine),
			Kind: strings.ToLower(r.Kind), Status: r.Status, Offset: line.Offset, Duration: line.Duration, Error: line.Error,
		})
	}
	return all
}
