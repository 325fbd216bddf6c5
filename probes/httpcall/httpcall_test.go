package httpcall_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// echo answers with what it was sent.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"method": r.Method, "path": r.URL.Path, "query": r.URL.RawQuery, "host": r.Host,
		"header": r.Header, "body": string(body),
	})
}

// echoed gives what the server was sent.
func echoed(t *testing.T, s probes.Session) (method, query, body string, header http.Header) {
	t.Helper()
	var got struct {
		Method, Query, Body string
		Header              http.Header
	}
	if err := json.Unmarshal([]byte(value(t, scope(t, s), "body").(string)), &got); err != nil {
		t.Fatal(err)
	}
	return got.Method, got.Query, got.Body, got.Header
}

func TestAValueWithBlanksInAURLIsSentAsABrowserWouldSendIt(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved to" {
			w.Header().Set("Location", "/here?q=a b")
			w.WriteHeader(http.StatusFound)
			return
		}
		echo(w, r)
	})
	s := open(t)
	for url, want := range map[string]string{
		"/?q=two words&x=%20ü\"<": "q=two%20words&x=%20%C3%BC%22%3C", "/moved to": "q=a%20b", "/?a=b'c": "a=b'c",
	} {
		done := mustDo(t, s, get(srv.URL+url))
		if _, query, _, _ := echoed(t, s); query != want || done.HTTP.Status != http.StatusOK {
			t.Errorf("%s: status %d, query %q, want %q", url, done.HTTP.Status, query, want)
		}
	}
}

func TestARequestIsSentAsTheStepSays(t *testing.T) {
	srv := serve(t, echo)
	s := open(t)
	mustDo(t, s, &journeys.Request{
		Method: "POST", URL: text(srv.URL + "/a?x=1"),
		Query:   []journeys.Pair{{Name: "y", Value: text("2 & 3")}, {Name: "x", Value: text("ü")}},
		Headers: []journeys.Pair{{Name: "accept-language", Value: text("en")}, {Name: "User-Agent", Value: text("Test/1")}},
		Form:    []journeys.Pair{{Name: "b", Value: text("1=2")}, {Name: "a", Value: text("é")}},
		Auth:    &journeys.BasicAuth{Username: text("ada"), Password: text("pw")},
	})
	method, query, body, header := echoed(t, s)
	if method != "POST" || query != "x=1&y=2+%26+3&x=%C3%BC" || body != "b=1%3D2&a=%C3%A9" {
		t.Errorf("%s %s %s", method, query, body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "en",
		"User-Agent": "Test/1 Outrider/1.0", "X-Outrider-Run": runID, "Authorization": "Basic YWRhOnB3",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	content := text("<a/>")
	mustDo(t, s, &journeys.Request{
		Method: "PUT", URL: text(srv.URL), Body: &content,
		Headers: []journeys.Pair{{Name: "Content-Type", Value: text("text/xml")}},
	})
	if _, _, body, header := echoed(t, s); body != "<a/>" || header.Get("Content-Type") != "text/xml" ||
		header.Get("User-Agent") != "Outrider/1.0" {
		t.Errorf("%s %v", body, header)
	}
}

func TestExpressionsSeeTheAnswer(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("X-Two", "a")
		w.Header().Add("X-Two", "b")
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "42"})
		w.WriteHeader(http.StatusCreated)
		say(w, `{"total": 11.99, "id": 12345678, "big": 1e3, "items": [1, {"n": 2}], "none": null}`)
	})
	s := open(t)
	done := mustDo(t, s, get(srv.URL+"/order"))
	v := scope(t, s)
	headers, cookies := value(t, v, "headers").(map[string]string), value(t, v, "cookies")
	got := fmt.Sprint(value(t, v, "status"), headers["x-two"], cookies, value(t, v, "url"), value(t, v, "proto"))
	if want := "201a, b map[sid:42] " + srv.URL + "/order HTTP/1.1"; !equalText(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	if _, found, err := v.Named("tls"); found || err != nil {
		t.Errorf("without TLS there is no tls: %v, %v", found, err)
	}
	j := value(t, v, "json").(map[string]any)
	if j["total"] != json.Number("11.99") || j["id"] != json.Number("12345678") || j["none"] != nil {
		t.Errorf("numbers keep their digits: %#v", j)
	}
	timing := value(t, v, "timing").(map[string]float64)
	if timing["total"] <= 0 || done.HTTP.Connect <= 0 || done.HTTP.Processing <= 0 || done.HTTP.BodyBytes == 0 {
		t.Errorf("measures: %v, %+v", timing, done.HTTP)
	}
	if done.HTTP.RemoteAddr != srv.Listener.Addr().String() {
		t.Errorf("remote address %q", done.HTTP.RemoteAddr)
	}
}

func equalText(a, b string) bool {
	return strings.ReplaceAll(a, " ", "") == strings.ReplaceAll(b, " ", "")
}

func TestABodyThatIsNotJSONHasNoJSONAndSaysWhy(t *testing.T) {
	for body, want := range map[string]string{
		"<!DOCTYPE html>": "invalid character '<'",
		"":                "it is empty",
		`{"a": `:          "ends in the middle",
		`{"a": 1} {}`:     "there is more after the JSON value",
	} {
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { say(w, body) })
		s := open(t)
		mustDo(t, s, get(srv.URL))
		_, _, err := scope(t, s).Named("json")
		if err == nil || !strings.Contains(err.Error(), "the body is not JSON: ") || !strings.Contains(err.Error(), want) {
			t.Fatalf("%q: got %v", body, err)
		}
		f := s.Diagnose(t.Context(), &probes.Failure{
			Reason: probes.Assertion, Message: "expected json.a == 1: " + err.Error(),
		})
		if f.Got != "no JSON but: "+cmp.Or(body, "an empty body") {
			t.Errorf("%q: got %q", body, f.Got)
		}
	}
}

func TestDiagnosisTellsGuardsAndLimitsFromBrokenPromises(t *testing.T) {
	for name, c := range map[string]struct {
		status       int
		header, body string
		reason       probes.Reason
		words        string
	}{
		"rate limit":         {429, "Retry-After: 30", "", probes.RateLimited, "Retry-After: 30"},
		"down for a while":   {503, "Retry-After: 120", "", probes.Status, "status is wrong; the server asks to be left alone (Retry-After: 120)"},
		"a challenge":        {403, "Cf-Mitigated: challenge", "", probes.Blocked, "Cloudflare"},
		"AWS":                {202, "X-Amzn-Waf-Action: challenge", "", probes.Blocked, "AWS WAF"},
		"a captcha":          {403, "", `<div class="g-recaptcha">`, probes.Blocked, "captcha"},
		"Akamai":             {403, "", "see https://errors.edgesuite.net/1", probes.Blocked, "Akamai"},
		"plain forbidden":    {403, "", "no", probes.Status, "status is"},
		"a form's captcha":   {500, "", `<div class="g-recaptcha">`, probes.Status, "status is"},
		"behind Akamai, 202": {202, "Server: AkamaiGHost", "", probes.Status, "status is"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if key, value, ok := strings.Cut(c.header, ": "); ok {
					w.Header().Set(key, value)
				}
				w.WriteHeader(c.status)
				say(w, c.body)
			})
			s := open(t)
			mustDo(t, s, get(srv.URL))
			f := s.Diagnose(t.Context(), &probes.Failure{Reason: probes.Status, Message: "status is wrong"})
			wantFailure(t, f, c.reason, c.words)
		})
	}
}

func TestEvidenceShowsTheAnswerButNoSessionKeys(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/picture" {
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte{0x89, 'P', 'N', 'G', 0, 0xff})
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "verysecret", Path: "/"})
		w.WriteHeader(http.StatusTeapot)
		say(w, strings.Repeat("é", 10000))
	})
	s := open(t)
	mustDo(t, s, get(srv.URL+"/picture"))
	var e probes.Evidence
	s.Evidence(t.Context(), "attempt-1", &e)
	if e.BodyExcerpt != "(6 bytes of image/png)" {
		t.Errorf("excerpt %q", e.BodyExcerpt)
	}
	mustDo(t, s, get(srv.URL+"/tea"))
	e = probes.Evidence{}
	s.Evidence(t.Context(), "attempt-1", &e)
	if !strings.HasPrefix(e.ResponseHead, "HTTP/1.1 418 I'm a teapot\n") || !strings.Contains(e.ResponseHead, "Set-Cookie: sid=…; Path=/") ||
		strings.Contains(e.ResponseHead, "verysecret") {
		t.Errorf("head %q", e.ResponseHead)
	}
	if len(e.BodyExcerpt) > 4096 || strings.Trim(e.BodyExcerpt, "é") != "" {
		t.Errorf("excerpt of %d bytes: %q", len(e.BodyExcerpt), e.BodyExcerpt[len(e.BodyExcerpt)-10:])
	}
	if len(e.Requests) != 2 || e.Requests[0].Status != 418 || e.PageURL != srv.URL+"/tea" {
		t.Errorf("requests %+v, page %s", e.Requests, e.PageURL)
	}
}

// connections counts the connections that a server sees.
type connections struct {
	mu  sync.Mutex
	all map[net.Conn]bool
}

func (c *connections) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.all)
}

func counting(t *testing.T) (*httptest.Server, *connections) {
	t.Helper()
	c := &connections{all: map[net.Conn]bool{}}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	srv.Config.ConnState = func(conn net.Conn, state http.ConnState) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if state == http.StateNew {
			c.all[conn] = true
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	return srv, c
}

func TestAConnectionServesOneRunAndNoOther(t *testing.T) {
	srv, seen := counting(t)
	d := httpcall.New()
	for run := 1; run <= 5; run++ {
		s, err := d.Open(t.Context(), probes.SessionOptions{Journey: &journeys.Journey{}, Redactor: probes.NewRedactor(nil)})
		if err != nil {
			t.Fatal(err)
		}
		first, second := mustDo(t, s, get(srv.URL)), mustDo(t, s, get(srv.URL))
		if first.HTTP.Connect <= 0 || second.HTTP.Connect != 0 {
			t.Errorf("run %d: connected in %s, then in %s", run, first.HTTP.Connect, second.HTTP.Connect)
		}
		if seen.count() != run {
			t.Errorf("%d connections after %d runs", seen.count(), run)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func TestAConnectionThatLayIdleForLongIsNotUsedAgain(t *testing.T) {
	srv, seen := counting(t)
	s := open(t)
	mustDo(t, s, get(srv.URL))
	httpcall.Age(s, time.Second)
	mustDo(t, s, get(srv.URL))
	if seen.count() != 2 {
		t.Errorf("%d connections", seen.count())
	}
}

func TestNoProxyIsTakenFromTheEnvironment(t *testing.T) {
	srv := serve(t, echo)
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	mustDo(t, open(t), get(strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)))
}

func TestWithoutExpectationsALongBodyIsReadButNotKept(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { say(w, strings.Repeat("x", 1<<20)) })
	s := open(t)
	done, err := s.Do(t.Context(), probes.Call{Step: &journeys.Step{Action: get(srv.URL)}, Scope: &journeys.Scope{}})
	if err != nil || done.HTTP.BodyBytes != 1<<20 {
		t.Fatalf("%+v, %v", done.HTTP, err)
	}
	if got := len(value(t, scope(t, s), "body").(string)); got > 64<<10 {
		t.Errorf("%d bytes are kept", got)
	}
}
