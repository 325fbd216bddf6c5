package web_test

import (
	"context"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

func tContext() context.Context { return context.Background() }

const ms = time.Millisecond

// steps lays out steps one after the other.
type steps struct {
	list []probes.StepResult
	at   time.Duration
}

func (s *steps) add(name, verb string, took time.Duration, change ...func(*probes.StepResult)) {
	st := probes.StepResult{Name: name, Verb: verb, Status: probes.StepPassed, Offset: s.at, Duration: took}
	for _, c := range change {
		c(&st)
	}
	if st.Status == probes.StepSkipped || st.Status == probes.StepNotRun {
		st.Duration = 0
	}
	s.at += st.Duration
	s.list = append(s.list, st)
}

func status(to probes.StepStatus) func(*probes.StepResult) {
	return func(st *probes.StepResult) { st.Status = to }
}

func http200(method, url string) func(*probes.StepResult) {
	return func(st *probes.StepResult) {
		d := st.Duration
		st.HTTP = &probes.HTTPInfo{Method: method, URL: url, Status: 200, Proto: "HTTP/1.1", RemoteAddr: "192.0.2.10:443", BodyBytes: 1834,
			Resolve: d / 20, Connect: d / 10, TLS: d / 5, Processing: d / 2, Transfer: d / 10}
	}
}

func result(journey string, n int, at time.Time, list []probes.StepResult) probes.Result {
	var took time.Duration
	for _, st := range list {
		if !st.Finally {
			took = max(took, st.Offset+st.Duration)
		}
	}
	return probes.Result{RunID: fmt.Sprintf("019a%04x-%s-7000", n, journey), Journey: journey, Location: "london", Trigger: "schedule",
		DueAt: at, StartedAt: at, EndedAt: at.Add(took), Outcome: probes.Passed,
		Attempts: []probes.Attempt{{Number: 1, StartedAt: at, Duration: took, Outcome: probes.Passed, Steps: list}}}
}

// wave varies a time a little, the same way each time.
func wave(n int, base time.Duration) time.Duration {
	return base + base*time.Duration((n*7919)%37-18)/100
}

func browse(n int, at time.Time) probes.Result {
	var s steps
	slow := n == 37
	s.add("Open the menu", "goto", wave(n, 240*ms), func(st *probes.StepResult) {
		st.Budget = 3 * time.Second
		if slow {
			st.Status, st.Duration = probes.StepSlow, 3410*ms
		}
	})
	s.add("Accept the cookies", "click", 0, status(probes.StepSkipped))
	s.add("See the pictures", "eval", wave(n, 60*ms))
	s.add("Choose a dish", "click", wave(n, 180*ms))
	s.add("See the dish", "see", wave(n, 12*ms))
	s.add("Read the price", "see", wave(n, 9*ms))
	s.add("Compare with the price list", "get", wave(n, 84*ms), http200("GET", "https://shop.example/api/menu"))
	r := result("browse", n, at, s.list)
	if slow {
		r.Outcome, r.Step = probes.Degraded, "Open the menu"
		r.Failure = &probes.Failure{Reason: probes.Slow, Message: "the step took 3.41 s, its budget is 3 s", Expected: "at most 3 s", Got: "3.41 s"}
		r.Attempts[0].Outcome, r.Attempts[0].Step, r.Attempts[0].Failure = r.Outcome, r.Step, r.Failure
	}
	return r
}

func menuNumbers(n int) *probes.PageNumbers {
	shift := 0.21
	return &probes.PageNumbers{URL: "https://shop.example/menu", TTFB: wave(n, 80*ms), FCP: wave(n, 700*ms), LCP: wave(n, 4600*ms), CLS: &shift,
		Own: probes.Traffic{Requests: 23, Bytes: 641_000, Failed: 1}, ThirdParty: probes.Traffic{Requests: 6, Bytes: 188_500, Failed: 1}, Errors: 1,
		Hosts: []probes.HostTraffic{
			{Host: "shop.example", Traffic: probes.Traffic{Requests: 23, Bytes: 641_000, Failed: 1}},
			{Host: "chat.widgets.example", ThirdParty: true, Traffic: probes.Traffic{Requests: 5, Bytes: 188_500}},
			{Host: "stats.analytics.example", ThirdParty: true, Traffic: probes.Traffic{Requests: 1, Failed: 1}}}}
}

func checkoutSteps(n int, fails bool, f *probes.Failure) []probes.StepResult {
	var s steps
	rest := probes.StepPassed
	s.add("Open the menu", "goto", wave(n, 230*ms), func(st *probes.StepResult) {
		st.Budget = 3 * time.Second
		st.Page = menuNumbers(n)
	})
	s.add("Accept the cookies", "click", wave(n, 40*ms))
	s.add("Choose a dish", "click", wave(n, 170*ms))
	s.add("Put it in the basket", "click", wave(n, 60*ms))
	s.add("Open the basket", "click", wave(n, 110*ms))
	s.add("Go to the checkout", "click", wave(n, 140*ms))
	s.add("Say where to deliver", "fill_form", wave(n, 70*ms))
	s.add("Enter the card number", "fill", wave(n, 45*ms))
	s.add("Enter the expiry date", "fill", wave(n, 20*ms))
	s.add("Enter the security code", "fill", wave(n, 20*ms))
	s.add("Place the order", "click", wave(n, 310*ms), func(st *probes.StepResult) {
		st.Budget = 3 * time.Second
		if fails {
			st.Status, st.Duration, st.Failure, rest = probes.StepFailed, 5*time.Second, f, probes.StepNotRun
		}
	})
	s.add("See the confirmation", "see", 25*ms, status(rest))
	s.add("The kitchen knows about it", "get", wave(n, 620*ms), status(rest), func(st *probes.StepResult) {
		if !fails {
			http200("GET", "https://shop.example/api/orders/BB-7Q2M4X")(st)
			st.HTTP.Resolve, st.HTTP.Connect, st.HTTP.TLS, st.HTTP.Processing, st.HTTP.Transfer = 2*ms, 4*ms, 11*ms, 62*ms, 3*ms
			st.Tries = 2
		}
	})
	s.add("Cancel the order", "delete", wave(n, 35*ms), func(st *probes.StepResult) {
		st.Finally = true
		if fails {
			st.Status, st.Duration = probes.StepSkipped, 0
		} else {
			http200("DELETE", "https://shop.example/api/orders/BB-7Q2M4X")(st)
		}
	})
	return s.list
}

func checkout(n int, at time.Time, fails bool) probes.Result {
	f := &probes.Failure{Reason: probes.Locator, Message: "the button “Place order” is there, but a click would not reach it: something lies over it",
		Expected: `role=button[name="Place order"] to receive the click`, Got: `the click goes to <div class="chat-box" aria-label="Chat with us">`}
	r := result("checkout", n, at, checkoutSteps(n, fails, f))
	if !fails {
		return r
	}
	evidence := func(number int) *probes.Evidence {
		name := fmt.Sprintf("attempt-%d.jpeg", number)
		return &probes.Evidence{PageURL: "https://shop.example/checkout", PageTitle: "Checkout · Basil & Bike",
			PageText: "Basil & Bike\nMenu  Basket 1\nCheckout\nFull name\nAda Byron\nTotal £14.00\nPlace order\nChat with us",
			Outline:  "- banner\n  - link \"Basil & Bike\"\n- main\n  - heading \"Checkout\" [level=1]\n  - textbox \"Full name\": Ada Byron\n  - button \"Place order\"\n- dialog \"Chat with us\"",
			Compared: &probes.Difference{RunID: "019a0032-checkout-7000", At: at.Add(-5 * time.Minute),
				Gone: []string{`link "Help"`}, Appeared: []string{`text "Chat with us"`, `text "We usually answer in # minutes"`},
				Console:  []string{"exception: TypeError: Cannot read properties of undefined (reading 'close')"},
				Requests: []string{"GET chat.widgets.example/v#/box.js", "POST shop.example/api/basket → 409"}, Missing: []string{"POST shop.example/api/orders"}},
			Film: []probes.Still{{Name: name, Step: "Enter the security code", Offset: 940 * ms}, {Name: name, Step: "Place the order", Offset: 1950 * ms}, {Name: name, Step: "Place the order", Offset: 2950 * ms},
				{Name: name, Step: "Place the order", Offset: 3950 * ms}, {Name: name, Step: "Place the order", Offset: 4960 * ms}},
			DOM: fmt.Sprintf("attempt-%d-dom.txt", number), HAR: fmt.Sprintf("attempt-%d.har", number),
			Screenshot: name, Artifacts: []probes.Artifact{{Name: name, MIME: "image/jpeg", Data: shopPicture},
				{Name: fmt.Sprintf("attempt-%d-dom.txt", number), MIME: "text/plain", Data: []byte("<html>\n  <body>")},
				{Name: fmt.Sprintf("attempt-%d.har", number), MIME: "application/json", Data: []byte(`{"log": {"version": "1.2", "entries": []}}`)}},
			Console: []probes.ConsoleLine{
				{Level: "warning", Text: "DOMNodeInserted is deprecated", Source: "https://shop.example/static/vendor.js:11:4", Offset: 210 * ms},
				{Level: "error", Text: "Failed to load resource: net::ERR_CONNECTION_REFUSED", Source: "https://stats.analytics.example/collect:0:0", Offset: 900 * ms},
				{Level: "exception", Text: "TypeError: Cannot read properties of undefined (reading 'close')\n    at openChat (chat.js:42:17)", Source: "https://shop.example/static/chat.js:42:17", Offset: 1400 * ms}},
			Requests: []probes.RequestLine{
				{Method: "GET", URL: "https://shop.example/checkout", Type: "document", Status: 200, Offset: 620 * ms, Duration: 88 * ms},
				{Method: "GET", URL: "https://shop.example/favicon.ico", Type: "other", Status: 404, Offset: 300 * ms, Duration: 4 * ms},
				{Method: "POST", URL: "https://shop.example/api/basket", Type: "fetch", Status: 409, Offset: 700 * ms, Duration: 31 * ms,
					Body: `{"error": "sold_out", "dish": "margherita", "detail": "the last one went a minute ago"}`},
				{Method: "POST", ThirdParty: true, URL: "https://stats.analytics.example/collect?v=2&tid=UA-1234567-1&cid=5ca1ab1e&t=pageview&dl=https%3A%2F%2Fshop.example%2Fcheckout", Type: "fetch", Error: "net::ERR_CONNECTION_REFUSED", Offset: 880 * ms, Duration: 20 * ms}}}
	}
	first := r.Attempts[0]
	first.Outcome, first.Step, first.Failure, first.Evidence = probes.Failed, "Place the order", f, evidence(1)
	first.Evidence.Film = nil // only what confirms is filmed
	second := first
	second.Number, second.StartedAt, second.Evidence = 2, at.Add(first.Duration+200*ms), evidence(2)
	r.Attempts = []probes.Attempt{first, second}
	r.Outcome, r.Step, r.Failure = probes.Failed, "Place the order", f
	r.EndedAt = second.StartedAt.Add(second.Duration)
	return r
}

func track(n int, at time.Time) probes.Result {
	var s steps
	s.add("Order a dinner", "post", wave(n, 120*ms), http200("POST", "https://shop.example/api/orders"))
	s.add("Open the tracking page", "goto", wave(n, 260*ms))
	s.add("See my own order", "see", wave(n, 12*ms))
	s.add("See it on its way", "see", wave(n, 3900*ms))
	s.add("See it delivered", "see", wave(n, 1400*ms))
	s.add("Ask the API over HTTPS", "get", wave(n, 96*ms), http200("GET", "https://api.shop.example/api/orders/BB-7Q2M4X"))
	s.add("Cancel the order", "delete", wave(n, 30*ms), func(st *probes.StepResult) { st.Finally = true }, http200("DELETE", "https://shop.example/api/orders/BB-7Q2M4X"))
	r := result("track-delivery", n, at, s.list)
	if n == 28 {
		r.Outcome, r.Step = probes.Error, "Open the tracking page"
		r.Failure = &probes.Failure{Reason: probes.BrowserFault, Message: "the browser died in the middle of the step (signal: killed)"}
		a := &r.Attempts[0]
		a.Outcome, a.Step, a.Failure = r.Outcome, r.Step, r.Failure
		a.Steps = a.Steps[:2]
		a.Steps[1].Status, a.Steps[1].Failure = probes.StepFailed, r.Failure
	}
	return r
}
