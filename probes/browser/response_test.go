package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// answering is a zoo whose API answers the pages answers.html and answers-inner.html.
func answering(t testing.TB) *zoo {
	z := newZoo(t)
	reply := func(w http.ResponseWriter, status int, body string) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Add("X-Kitchen", "north")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
	z.mux.HandleFunc("POST /api/orders", func(w http.ResponseWriter, r *http.Request) {
		var status int
		fmt.Sscan(r.URL.Query().Get("status"), &status)
		reply(w, status, `{"id": 12345678901234567890, "status": "received", "note": "`+strings.Repeat("x", 200_000)+`"}`)
	})
	z.mux.HandleFunc("GET /api/orders/7", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, fmt.Sprintf(`{"cooked": %v}`, r.URL.Query().Get("n") == "2"))
	})
	z.mux.HandleFunc("/api/hang", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	z.mux.HandleFunc("/api/dead", func(w http.ResponseWriter, _ *http.Request) {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			conn.Close()
		}
	})
	z.mux.HandleFunc("/api/endless", func(w http.ResponseWriter, r *http.Request) {
		reply(w, 200, "[")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	z.mux.HandleFunc("/api/form", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere.html", http.StatusSeeOther)
	})
	z.mux.HandleFunc("/api/inner", func(w http.ResponseWriter, _ *http.Request) { reply(w, 200, `{"inner": true}`) })
	return z
}

func TestAnAnswerThatThePageGotIsJudged(t *testing.T) {
	t.Parallel()
	z := answering(t)
	for name, steps := range map[string]string{
		"after the click": `
  - click: Order
  - wait_for_response: /api/orders
    method: post
    expect:
      - status == 201 and json.status == "received" and headers["x-kitchen"] == "north"
      - url endsWith "/api/orders?status=201" and size > 200000
      - jsonpath("$.status") == "received" and string(json.id) == "12345678901234567890"`,
		"other steps in between": `
  - click: Order
  - see: Order in vain
  - wait_for_url: /answers.html
  - wait_for_response: "*/api/orders?status=*"
  - wait_for_response: /api/orders?status=201
    expect: json.status == "received"`,
		"the one that is as expected": `
  - click: Poll
  - wait_for_response: /api/orders/*
    expect: json.cooked`,
		"the page has left": `
  - click: Order and leave
  - see: You are elsewhere
  - wait_for_response: /api/orders
    expect: status == 201 and json.status == "received"`,
		"the page has left in the middle": `
  - click: Order and rush
  - see: You are elsewhere
  - wait_for_response: /api/orders
    expect: status == 201`,
		"bad as expected": `
  - click: Order in vain
  - wait_for_response: ZOO/api/orders?status=500
    expect: status == 500`,
		"a form": `
  - click: Send the form
  - wait_for_response: /api/form
    method: POST
    expect: status == 303 and headers.location == "/elsewhere.html"`,
		"a document": "\n  - wait_for_response: /answers.html\n    expect: body contains \"<title>Answers\" and css(\"title\") == \"Answers\"",
		"a stream":   "\n  - click: Endless\n  - wait_for_response: /api/endless\n    expect: status == 200",
		"a frame":    "\n  - click: {role: button, name: Ask inside, frame: {title: Other site}}\n  - wait_for_response: OTHER/api/inner\n    expect: json.inner",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			visit(t, z, "  - goto: ZOO/answers.html"+steps).pass()
		})
	}
}

func TestAnAnswerOfBeforeTheClickDoesNotCount(t *testing.T) {
	t.Parallel()
	z := answering(t)
	v := visit(t, z, `
  - goto: ZOO/answers.html
  - click: Order
  - wait_for_response: /api/orders
  - click: Poll
  - wait_for_response: /api/orders
`)
	v.fail(probes.Assertion, "wait_for_response /api/orders: the page asked for nothing like it; it asked for GET "+z.URL+"/api/orders/7?n=0")
}

func TestAnAnswerToWhatWasAskedBeforeTheClickDoesNotCount(t *testing.T) {
	t.Parallel()
	z := answering(t)
	let := make(chan struct{})
	z.mux.HandleFunc("/api/late", func(w http.ResponseWriter, _ *http.Request) { <-let; fmt.Fprint(w, "{}") })
	z.mux.HandleFunc("/api/let", func(http.ResponseWriter, *http.Request) { close(let) })
	visit(t, z, `
  - goto: ZOO/answers.html
  - eval: fetch('/api/late'), 1
  - eval: fetch('/api/let').then(() => 1)
  - wait_for_response: /api/late
`).fail(probes.Assertion, "wait_for_response /api/late: GET "+z.URL+"/api/late had been asked for before the last step that did something")
}

func TestAnAnswerThatDoesNotComeSaysWhatCameInstead(t *testing.T) {
	t.Parallel()
	z := answering(t)
	for name, c := range map[string]struct {
		click, url string
		reason     probes.Reason
		words      string
	}{
		"another status": {"Order in vain", "/api/orders", probes.Status, "/api/orders?status=500 answered 500 Internal Server Error"},
		"no answer yet":  {"Ask for ever", "/api/hang", probes.Timeout, "/api/hang has had no answer for "},
		"hangs up":       {"Hang up", "/api/dead", probes.Connect, "/api/dead failed: net::ERR_EMPTY_RESPONSE"},
		"other method":   {"Order", "/api/orders\n    method: PUT", probes.Assertion, "wait_for_response PUT /api/orders: the page asked for nothing like it; it asked for POST "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			visit(t, z, "  - goto: ZOO/answers.html\n  - click: "+c.click+"\n  - wait_for_response: "+c.url).fail(c.reason, c.words)
		})
	}
}

func TestAFailedExpectationNamesTheAnswer(t *testing.T) {
	t.Parallel()
	z := answering(t)
	v := visit(t, z, "  - goto: ZOO/answers.html\n  - click: Order\n  - wait_for_response: /api/orders\n    expect: json.status == \"cooking\"")
	for range 3 {
		if err := v.step(time.Second); v.n < 3 && err != nil {
			t.Fatal(err)
		}
	}
	f := v.s.Diagnose(t.Context(), &probes.Failure{Reason: probes.Assertion, Message: "it is not so"})
	if want := "it is not so (in the answer to POST " + z.URL + "/api/orders?status=201, status 201)"; f.Message != want {
		t.Errorf("got %q, want %q", f.Message, want)
	}
}
