package browser

import (
	"strings"

	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
)

// stopAll has all requests stopped to be looked at. It costs a detour for each, so it is for journeys that add
// headers, sign in or make up answers, and for no others.
func stopAll() chrome.Command {
	return chrome.Say("Fetch.enable", map[string]any{
		"patterns": []map[string]any{{"urlPattern": "*", "requestStage": "Request"}}, "handleAuthRequests": true,
	})
}

// stopped decides about a request of a journey with orders. t.mu is held.
func (t *tab) stopped(s *chrome.Session, o *orders, e pausedEvent) {
	for _, m := range o.mocks {
		if (m.method == "" || m.method == e.Request.Method) && address.MatchesURL(m.url, e.Request.URL) {
			s.Post("Fetch.fulfillRequest", map[string]any{
				"requestId": e.RequestID, "responseCode": m.status, "responseHeaders": m.headers, "body": m.body,
			})
			return
		}
	}
	goOn := map[string]any{"requestId": e.RequestID}
	if t.Traffic.Mine(address.Host(e.Request.URL)) {
		headers := append(t.introduce(e, o.headers...), o.headers...)
		for name, value := range e.Request.Headers {
			if !names(o.headers, name) {
				headers = append(headers, header{name, value})
			}
		}
		goOn["headers"] = headers
	}
	s.Post("Fetch.continueRequest", goOn)
}

// names reports whether a header is among others.
func names(headers []header, name string) bool {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			return true
		}
	}
	return false
}

// maxSignedIn bounds the requests that are remembered as signed in.
const maxSignedIn = 1000

type authEvent struct {
	RequestID string `json:"requestId"`
	Challenge struct {
		Source string `json:"source"`
		Origin string `json:"origin"`
		Scheme string `json:"scheme"`
		Realm  string `json:"realm"`
	} `json:"authChallenge"`
	Request struct {
		URL string `json:"url"`
	} `json:"request"`
}

// authRequired signs in where one of the journey's own hosts asks for it, once for each request: who asks again has
// refused. The answer to others is none, so that they show what they show to a customer without a password.
func (t *tab) authRequired(s *chrome.Session, params jsonv2.Value) {
	e, ok := chrome.Decode[authEvent](params)
	if !ok {
		return
	}
	o := t.window.orders.Load()
	t.Lock()
	may := o != nil && o.login && e.Challenge.Source != "Proxy" && t.Traffic.Mine(address.Host(e.Challenge.Origin)) && !t.signedIn[e.RequestID]
	again := t.signedIn[e.RequestID]
	if may {
		if t.signedIn == nil || len(t.signedIn) > maxSignedIn {
			t.signedIn = map[string]bool{}
		}
		t.signedIn[e.RequestID] = true
	}
	if again {
		t.Console.Note("warning", "the credentials of browser.auth were refused ("+e.Challenge.Scheme+" "+e.Challenge.Realm+")", e.Request.URL)
	}
	t.Unlock()
	answer := map[string]any{"response": "CancelAuth"}
	if may {
		answer = map[string]any{"response": "ProvideCredentials", "username": o.user, "password": o.password}
	}
	s.Post("Fetch.continueWithAuth", map[string]any{"requestId": e.RequestID, "authChallengeResponse": answer})
}
