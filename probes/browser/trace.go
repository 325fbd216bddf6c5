package browser

import (
	"strings"

	"github.com/outrider-monitor/outrider/probes/spans"
)

// identity is that of a request in a trace.
type identity struct {
	id          spans.ID
	foreign     spans.TraceID
	foreignSpan spans.ID
}

// identify notes what a request was told of itself. t.mu is held.
func (t *tab) identify(e pausedEvent, told identity) {
	if t.identities == nil || len(t.identities) > maxRequests {
		t.identities = map[string]identity{}
	}
	t.identities[e.NetworkID+" "+e.Request.URL] = told
}

// Traced gives the requests of all tabs, as far as they are remembered.
func (s *session) Traced() []spans.Request {
	var all []spans.Request
	for _, t := range s.tab.window.everyTab() {
		all = append(all, t.traced()...)
	}
	return all
}

func (t *tab) traced() []spans.Request {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []spans.Request
	for _, r := range t.history {
		if len(all) == spans.Most {
			break
		}
		told, ok := t.identities[r.id+" "+r.url]
		if !ok {
			told.id = spans.NewID()
		}
		l := t.line(r)
		if !r.done || r.cancelled { // A page may wait for news for ever, and give up what it has no use for.
			l.Error = ""
		}
		all = append(all, spans.Request{
			Span: told.id, Foreign: told.foreign, ForeignSpan: told.foreignSpan, Method: r.method, URL: clip(r.url, maxLine),
			Kind: strings.ToLower(r.kind), Status: r.status, Offset: l.Offset, Duration: l.Duration, Error: l.Error,
		})
	}
	return all
}
