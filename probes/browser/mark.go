package browser

import (
	"context"
	"strings"

	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/orders"
	"github.com/outrider-monitor/outrider/probes/browser/traffic"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// Marking puts X-Outrider-Run on requests to the journey's own hosts and on no others. The protocol can set a
// header for all hosts, which tells third parties and makes browsers ask them for leave first (CORS); for some
// hosts it can only stop requests and let them go on changed. While it may stop any, every request of the page
// takes a detour through the browser's process, an eighth of a run's CPU. So requests are stopped when a page
// stands still, and not while one loads: marked are the pages that are opened, and what scripts ask for once
// the document has been read: surely what follows an action of the journey, and not always what a script asks for at the
// very moment of loading. Pictures, styles, scripts and the hops of a redirect bear the user agent's token
// alone. A browser with windows takes the detour all the time, for what [orders.None] says.

// requestPaused lets a request go on, marked. When it is for the next page, no more are stopped until that
// page has been read.
func (t *tab) requestPaused(s *wire.Session, params jsonv2.Value) {
	e, ok := wire.Decode[orders.PausedEvent](params)
	if !ok {
		return
	}
	var headers []orders.Header
	t.Lock()
	defer t.Unlock()
	if o := t.window.orders.Load(); o.Intercept() {
		t.stopped(s, o, e)
		return
	}
	if e.Marked() && t.Traffic.Went(address.Host(e.Request.URL)) {
		headers = t.introduce(e)
	}
	on := e.GoOn(headers)
	s.Post(on.Method, on.Params)
	if e.Type == "Document" && e.FrameID == t.MainFrame {
		t.marking = false
		c := orders.None(!t.Lease.Shell)
		s.Post(c.Method, c.Params)
	}
}

// introduce gives the headers that say which run a request belongs to, and in which trace. own are those that
// the journey adds itself: a traceparent among them is its author's. t.mu is held.
func (t *tab) introduce(e orders.PausedEvent, own ...orders.Header) []orders.Header {
	headers := []orders.Header{orders.NewHeader("X-Outrider-Run", t.options.RunID)}
	trace := t.options.Trace
	if !trace.Goes(address.Host(e.Request.URL)) || e.NetworkID == "" {
		return headers
	}
	told := traffic.Identity{ID: spans.NewID()}
	if orders.Names(own, spans.Header) {
		return headers
	}
	for name, value := range e.Request.Headers {
		if strings.EqualFold(name, spans.Header) { // the page's own script traces its requests
			told.Foreign, told.ForeignSpan, _ = spans.ParseParent(value)
			t.Traffic.Identify(e.NetworkID, e.Request.URL, told)
			return headers
		}
	}
	t.Traffic.Identify(e.NetworkID, e.Request.URL, told)
	return append(headers, orders.NewHeader("traceparent", trace.Parent(told.ID)))
}

// patterns are the requests to be stopped; nil for none. t is locked.
func (t *tab) patterns() map[string]any {
	if t.options.RunID == "" {
		return nil
	}
	return orders.SomeRequests(t.Traffic.Hosts(), !t.Lease.Shell)
}

// mark begins to stop requests again, without waiting. t.mu is held.
func (t *tab) mark() {
	if t.marking {
		return
	}
	if p := t.patterns(); p != nil {
		t.marking = true
		t.Line.Post("Fetch.enable", p)
	}
}

// knowHost makes a URL's host one of the journey's own, and sees to it that the request for the URL is marked.
func (t *tab) knowHost(ctx context.Context, url string) error {
	t.Lock()
	host := address.Host(url)
	if host == "" || t.Traffic.Own(host) && t.marking {
		t.Unlock()
		return nil
	}
	if t.window.orders.Load().Intercept() {
		t.Unlock()
		return nil // all requests are stopped already
	}
	patterns := t.patterns()
	t.marking = patterns != nil
	t.Unlock()
	if patterns == nil {
		return nil
	}
	return t.Call(ctx, "Fetch.enable", patterns, nil)
}
