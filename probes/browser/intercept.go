package browser

import (
	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/orders"
)

// stopped decides about a request of a journey with orders. t is locked.
func (t *tab) stopped(s *wire.Session, o *orders.Orders, e orders.PausedEvent) {
	answer, made := o.MadeUp(e)
	if !made {
		if t.Traffic.Mine(address.Host(e.Request.URL)) {
			answer = e.GoOn(append(t.introduce(e, o.Headers...), o.Headers...))
		} else {
			answer = e.GoOn(nil)
		}
	}
	s.Post(answer.Method, answer.Params)
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
func (t *tab) authRequired(s *wire.Session, params jsonv2.Value) {
	e, ok := wire.Decode[authEvent](params)
	if !ok {
		return
	}
	o := t.window.orders.Load()
	t.Lock()
	may := o != nil && o.Login && e.Challenge.Source != "Proxy" && t.Traffic.Mine(address.Host(e.Challenge.Origin)) && !t.signedIn[e.RequestID]
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
		answer = map[string]any{"response": "ProvideCredentials", "username": o.User, "password": o.Password}
	}
	s.Post("Fetch.continueWithAuth", map[string]any{"requestId": e.RequestID, "authChallengeResponse": answer})
}
