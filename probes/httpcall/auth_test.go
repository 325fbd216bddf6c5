package httpcall_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
)

// login gives out tokens by client credentials, numbered, for an hour.
type login struct {
	given   atomic.Int64
	lasts   int
	refused atomic.Bool
}

func (l *login) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	if id != "out%2Frider" || secret != "hunter2-secret" || r.FormValue("grant_type") != "client_credentials" ||
		r.FormValue("scope") != "orders photos" || r.FormValue("audience") != "shop" || l.refused.Load() {
		w.WriteHeader(http.StatusUnauthorized)
		say(w, `{"error": "invalid_client"}`)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"access_token": fmt.Sprintf("token-number-%d", l.given.Add(1)), "token_type": "Bearer", "expires_in": l.lasts,
	})
}

func TestATokenIsFetchedOnceForManyRunsAndIsASecret(t *testing.T) {
	l := &login{lasts: 3600}
	var wanted atomic.Int64
	wanted.Store(1)
	mux := http.NewServeMux()
	mux.Handle("POST /token", l)
	mux.HandleFunc("/orders", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != fmt.Sprintf("Bearer token-number-%d", wanted.Load()) {
			w.WriteHeader(http.StatusUnauthorized)
		}
		say(w, `{"seen": "`+r.Header.Get("Authorization")+`"}`)
	})
	srv := serve(t, mux.ServeHTTP)
	steps := at(`
  - get: BIN/orders
    auth:
      oauth2:
        client_id: out/rider
        client_secret: ${{ secrets.password }}
        token_url: BIN/token
        scopes: [orders, photos]
        endpoint_params: {audience: shop}
    expect: json.seen != "x" and status == 200
`, srv.URL)
	r := probes.NewRunner(probes.Options{
		Drivers: []probes.Driver{httpcall.New()}, Env: func(string) (string, bool) { return "hunter2-secret", true },
	})
	for range 3 {
		if res := runBy(t, r, steps, nil); res.Outcome != probes.Passed {
			t.Fatal(told(res))
		}
	}
	if n := l.given.Load(); n != 1 {
		t.Errorf("%d tokens were fetched", n)
	}
	// The target no longer takes the token: this run fails, the next has a new one.
	wanted.Store(2)
	res := runBy(t, r, steps, nil)
	if res.Failure == nil || res.Failure.Reason != probes.Status {
		t.Errorf("got %s", told(res))
	}
	text, _ := json.Marshal(res)
	if strings.Contains(string(text), "token-number") || strings.Contains(string(text), "hunter2") {
		t.Errorf("a secret is in %s", text)
	}
	if res := runBy(t, r, steps, nil); res.Outcome != probes.Passed || l.given.Load() != 2 {
		t.Errorf("%s, %d tokens", told(res), l.given.Load())
	}
	// One that is over is not used; a refusal is told with the reason.
	l.lasts = 0
	l.refused.Store(true)
	fails(t, probes.Status, steps, "getting a token from "+strings.TrimPrefix(srv.URL, "http://"), "401 Unauthorized: invalid_client")
	fails(t, probes.Connect, strings.Replace(steps, "token_url: "+srv.URL, "token_url: http://127.0.0.1:1", 1), "getting a token from 127.0.0.1:1", "refuses connections")
}

func TestCredentialsStayWithTheirHost(t *testing.T) {
	var leaked atomic.Value
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		leaked.Store(fmt.Sprint(r.Header["Authorization"], r.Header["X-Amz-Date"], r.Header["Cookie"], r.Header["X-Key"]))
		w.Header().Set("WWW-Authenticate", `Digest realm="r", nonce="n", qop="auth"`)
	})
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	// Other ports are other hosts, but cookies do not know ports: these stay by their name.
	home := strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
	for _, auth := range []string{
		"{basic: {username: a, password: b}}", "{bearer: abc}", "{digest: {username: a, password: b}}",
		"{sigv4: {region: r, access_key: a, secret_key: b}}",
	} {
		passes(t, at(`
  - post: BIN/
    body: x
    headers: {X-Key: k}
    cookies: {c: d}
    auth: `+auth+`
    expect: status == 200 and len(redirects) == 1
`, home), nil)
		if got := leaked.Load(); got != "[] [] [] []" {
			t.Errorf("%s: the other host got %v", auth, got)
		}
	}
}

func TestADigestIsSentWithTheBodyAgain(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, 10)
		n, _ := r.Body.Read(body)
		if r.Header.Get("Authorization") == "" {
			w.Header().Add("WWW-Authenticate", `Basic realm="x"`)
			w.Header().Add("WWW-Authenticate", `Digest realm="a \"b\"", nonce="n", qop="auth-int,auth", algorithm=SHA-256, opaque="o"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
		say(w, string(body[:n])+r.Header.Get("Authorization"))
	})
	passes(t, at(`
  - post: BIN/
    body: hello
    auth: {digest: {username: 'q"u', password: p}}
    expect:
      - body startsWith "helloDigest username=\"q\\\"u\", realm=\"a \\\"b\\\"\"" and body contains "algorithm=SHA-256" and body contains 'opaque="o"'
`, srv.URL), nil)
	joined := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			w.Header().Add("WWW-Authenticate", `Basic realm="x, Digest y", Digest realm="a", nonce="n", DIGEST realm="b", nonce="m", algorithm=SHA-256, Basic realm="z"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
		say(w, r.Header.Get("Authorization"))
	})
	passes(t, at(`
  - get: BIN/
    auth: {digest: {username: u, password: p}}
    expect: body startsWith 'Digest username="u", realm="b", nonce="m"' and body contains "algorithm=SHA-256"
`, joined.URL), nil)
	odd := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("WWW-Authenticate", `Digest realm="a", nonce="n", qop="auth-int"`)
		w.WriteHeader(http.StatusUnauthorized)
	})
	fails(t, probes.Status, at("  - get: BIN/\n    auth: {digest: {username: a, password: b}}\n", odd.URL), `qop "auth-int"`)
}

func TestTheServersWishToBeLeftAloneIsPassedOn(t *testing.T) {
	var requests atomic.Int64
	status, after := http.StatusTooManyRequests, ""
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.Header().Set("Retry-After", after)
		w.WriteHeader(status)
	})
	s := open(t)
	for text, want := range map[string]time.Duration{"7": 7 * time.Second, "-1": 0, "soon": 0, "99999999999": 24 * time.Hour, "": 0} {
		after = text
		if done := mustDo(t, s, get(srv.URL)); done.RetryAfter != want {
			t.Errorf("%q: got %s, want %s", text, done.RetryAfter, want)
		}
	}
	// What is beyond the step's time is not waited for.
	requests.Store(0)
	after = time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	fails(t, probes.RateLimited, at("  - get: BIN/\n    retry: {every: 10ms, for: 10s}\n", srv.URL), "Retry-After: "+after)
	if n := requests.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
	status = http.StatusOK
	if done := mustDo(t, s, get(srv.URL)); done.RetryAfter != 0 {
		t.Errorf("after an answer: %s", done.RetryAfter)
	}
}

func TestATokenIsForgottenBeforeItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := httpcall.NewTokens()
		tokens.Put("a", "x", time.Now().Add(time.Minute))
		if _, ok := tokens.Get("a"); !ok {
			t.Error("a fresh token is not known")
		}
		time.Sleep(time.Minute)
		if _, ok := tokens.Get("a"); ok {
			t.Error("a token that is over is used")
		}
	})
}

func TestGraphQLErrorsAreFailures(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Query, OperationName string
			Variables            map[string]any
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || r.Header.Get("Content-Type") != "application/json" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		switch q.Query {
		case "{ broken }":
			say(w, `{"errors": [{"message": "no such field"}], "data": null}`)
		case "{ html }":
			say(w, `<html>`)
		default:
			_ = json.NewEncoder(w).Encode(map[string]any{"data": q})
		}
	})
	passes(t, at(`
  - post: BIN/graphql
    graphql: {query: "query Q($n: Int) { n }", variables: {n: 3}, operation: Q}
    expect: json.data.Variables.n == 3 and json.data.OperationName == "Q"
  - post: BIN/graphql
    graphql: "{ fine }"
  - post: BIN/graphql
    graphql: "{ broken }"
    expect: json.errors[0].message == "no such field"
`, srv.URL), nil)
	fails(t, probes.Assertion, at("  - post: BIN/\n    graphql: \"{ broken }\"\n    expect: status == 200\n", srv.URL), "1 errors, first: no such field")
	fails(t, probes.Assertion, at("  - post: BIN/\n    graphql: \"{ html }\"\n", srv.URL), "not one of GraphQL")
}
