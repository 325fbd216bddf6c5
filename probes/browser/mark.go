package browser

import (
	"context"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
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
// alone.

type pausedEvent struct {
	RequestID string      `json:"requestId"`
	NetworkID string      `json:"networkId"`
	FrameID   cdp.FrameID `json:"frameId"`
	Type      string      `json:"resourceType"`
	Request   struct {
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers"`
	} `json:"request"`
}

type header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// requestPaused lets a request go on, marked. When it is for the next page, no more are stopped until that
// page has been read.
func (t *tab) requestPaused(s *chrome.Session, params jsonv2.Value) {
	e, ok := chrome.Decode[pausedEvent](params)
	if !ok {
		return
	}
	goOn := map[string]any{"requestId": e.RequestID}
	t.Lock()
	defer t.Unlock()
	if o := t.window.orders.Load(); o.intercept() {
		t.stopped(s, o, e)
		return
	}
	if t.Traffic.Went(address.Host(e.Request.URL)) {
		headers := t.introduce(e)
		for name, value := range e.Request.Headers {
			headers = append(headers, header{name, value})
		}
		goOn["headers"] = headers
	}
	s.Post("Fetch.continueRequest", goOn)
	if e.Type == "Document" && e.FrameID == t.MainFrame {
		t.marking = false
		s.Post("Fetch.disable", nil)
	}
}

// introduce gives the headers that say which run a request belongs to, and in which trace. own are those that
// the journey adds itself: a traceparent among them is its author's. t.mu is held.
func (t *tab) introduce(e pausedEvent, own ...header) []header {
	headers := []header{{"X-Outrider-Run", t.options.RunID}}
	trace := t.options.Trace
	if !trace.Goes(address.Host(e.Request.URL)) || e.NetworkID == "" {
		return headers
	}
	told := traffic.Identity{ID: spans.NewID()}
	if names(own, spans.Header) {
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
	return append(headers, header{"traceparent", trace.Parent(told.ID)})
}

// patterns are the requests to be stopped; nil for none. t.mu is held.
func (t *tab) patterns() map[string]any {
	hosts := t.Traffic.Hosts()
	if t.options.RunID == "" || len(hosts) == 0 {
		return nil
	}
	var list []map[string]any
	for _, host := range hosts {
		for _, kind := range []string{"Document", "XHR", "Fetch"} {
			list = append(list, map[string]any{"urlPattern": "*://" + host + "/*", "resourceType": kind, "requestStage": "Request"})
		}
	}
	return map[string]any{"patterns": list}
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
	if t.window.orders.Load().intercept() {
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
