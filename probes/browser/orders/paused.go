package orders

import (
	"strings"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
)

// PausedEvent is a request that is stopped until it is told to go on: a Fetch.requestPaused.
type PausedEvent struct {
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

// Header is a header of a request or an answer, as the protocol has it.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// NewHeader makes a header.
func NewHeader(name, value string) Header { return Header{name, value} }

// Names reports whether a header is among others.
func Names(headers []Header, name string) bool {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			return true
		}
	}
	return false
}

// StopAll has all requests stopped to be looked at. It costs a detour for each, so it is for journeys that add
// headers, sign in or make up answers, and for no others.
func StopAll() wire.Command {
	return wire.Say("Fetch.enable", map[string]any{
		"patterns": []map[string]any{{"urlPattern": "*", "requestStage": "Request"}}, "handleAuthRequests": true,
	})
}

// None has no request stopped, unless the browser has windows. Such a one asks the customer for a password in a window of its
// own, which nobody sees and for which the page waits for ever, unless the request has been stopped before; so there all are.
func None(windows bool) wire.Command {
	if !windows {
		return wire.Say("Fetch.disable", nil)
	}
	return StopAll()
}

// SomeRequests has pages, and what scripts ask for, stopped at some hosts, and with windows every request; nil for no host.
func SomeRequests(hosts []string, windows bool) map[string]any {
	if windows {
		return StopAll().Params.(map[string]any)
	}
	var list []map[string]any
	for _, host := range hosts {
		for _, kind := range []string{"Document", "XHR", "Fetch"} {
			list = append(list, map[string]any{"urlPattern": "*://" + host + "/*", "resourceType": kind, "requestStage": "Request"})
		}
	}
	if list == nil {
		return nil
	}
	return map[string]any{"patterns": list}
}

// Marked reports whether the request is of a kind that may be told which run it belongs to.
func (e PausedEvent) Marked() bool {
	return e.Type == "Document" || e.Type == "XHR" || e.Type == "Fetch"
}

// MadeUp is the answer that the orders have in place of the server's, if they have one.
func (o *Orders) MadeUp(e PausedEvent) (answer wire.Command, made bool) {
	for _, m := range o.mocks {
		if (m.method == "" || m.method == e.Request.Method) && address.MatchesURL(m.url, e.Request.URL) {
			return wire.Say("Fetch.fulfillRequest", map[string]any{
				"requestId": e.RequestID, "responseCode": m.status, "responseHeaders": m.headers, "body": m.body,
			}), true
		}
	}
	return answer, false
}

// GoOn lets the request go on, with some headers in place of its own of the same name; none leave it as it is.
func (e PausedEvent) GoOn(headers []Header) wire.Command {
	params := map[string]any{"requestId": e.RequestID}
	if headers != nil {
		given := headers
		for name, value := range e.Request.Headers {
			if !Names(given, name) {
				headers = append(headers, Header{name, value})
			}
		}
		params["headers"] = headers
	}
	return wire.Say("Fetch.continueRequest", params)
}
