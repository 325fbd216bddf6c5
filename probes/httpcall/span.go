package httpcall

import (
	"net/http"
	"time"

	"github.com/outrider-monitor/outrider/probes/spans"
)

// span is a hop's identity in a trace. The zero one is of a run that nobody traces.
type span struct {
	id spans.ID
	// at is when the hop was sent on its way, from the start of the attempt.
	at time.Duration
	// parent is the value of the header.
	parent      [1]string
	foreign     spans.TraceID
	foreignSpan spans.ID
}

// introduce gives a hop its span, and says so to who answers it, if that is one of the journey's own hosts. A traceparent
// that the step's author wrote is his.
func (x *exchange) introduce(h *hop, req *http.Request) {
	t := x.session.o.Trace
	if t == nil {
		return
	}
	h.span.id, h.span.at = spans.NewID(), time.Since(x.session.o.StartedAt)
	if own := req.Header[spans.Header]; len(own) > 0 && !x.traced {
		h.span.foreign, h.span.foreignSpan, _ = spans.ParseParent(own[0])
		return
	}
	if x.strayed || !t.Goes(req.URL.Host) {
		delete(req.Header, spans.Header)
		return
	}
	x.traced = true
	h.span.parent[0] = t.Parent(h.span.id)
	req.Header[spans.Header] = h.span.parent[:]
}

// trace keeps the hops of an exchange for the run's spans.
func (s *Session) trace(x *exchange) {
	if s.o.Trace == nil {
		return
	}
	if s.traced == nil {
		s.traced = make([]spans.Request, 0, s.o.Journey.CountSteps())
	}
	first := len(s.traced)
	end := s.usedAt.Sub(s.o.StartedAt)
	for h := x.hop; h != nil && len(s.traced) < spans.Most; h = h.previous {
		if h.url == nil {
			break // the step failed before it asked for anything
		}
		r := spans.Request{
			Span: h.span.id, Foreign: h.span.foreign, ForeignSpan: h.span.foreignSpan, Method: h.method, URL: x.shownOf(h.url), Kind: "http",
			Status: h.status, Proto: h.proto, RemoteAddr: h.RemoteAddr(), Offset: h.span.at, Duration: max(0, end-h.span.at),
		}
		if h == x.hop {
			r.Error = x.trouble
		}
		s.traced = append(s.traced, r)
		end = h.span.at
	}
	for i, n := first, len(s.traced)-1; i <= n; i++ {
		s.traced[i].Resend = n - i
	}
}

// Traced gives the requests of the attempt.
func (s *Session) Traced() []spans.Request { return s.traced }
