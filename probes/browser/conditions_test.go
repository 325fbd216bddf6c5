package browser

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// heard keeps the headers of requests by path.
type heard struct {
	sync.Mutex
	by map[string]http.Header
}

func listening(t *testing.T) (*zoo, *heard) {
	h := &heard{by: map[string]http.Header{}}
	z := newZoo(t)
	z.mux.HandleFunc("/heard/", func(w http.ResponseWriter, r *http.Request) {
		h.Lock()
		h.by[r.Host[:strings.IndexByte(r.Host, ':')]+r.URL.Path] = r.Header.Clone()
		h.Unlock()
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Content-Type", "text/html")
		if r.URL.Path == "/heard/page" {
			_, _ = w.Write([]byte(`<title>Heard</title><script>
const there = location.origin.replace('127.0.0.1', 'localhost');
const ask = () => Promise.all([fetch('/heard/own', {method: 'POST'}), fetch(there + '/heard/other')]).then(() => document.title = 'Done');
</script><button onclick="ask()">Ask</button><iframe src="" id=f></iframe><script>f.src = there + '/heard/frame'</script><a href="/heard/link">Link</a>`))
		}
	})
	return z, h
}

func TestRequestsSayThatTheyAreSynthetic(t *testing.T) {
	t.Parallel()
	eachIsolation(t, sayWhoAsks)
}

func sayWhoAsks(t *testing.T, d *Driver) {
	z, h := listening(t)
	v := visitWith(t, d, z, "  - goto: ZOO/heard/page\n  - click: Ask\n  - click: Link\n  - wait_for_url: ZOO/heard/link",
		func(o *probes.SessionOptions) { o.Trace = (&spans.Options{Ratio: 1}).Begin() })
	for range 2 {
		if err := v.step(secondsFive); err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); {
		values, _, err := v.s.Scope(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if title, _, _ := values.Named("title"); title == "Done" {
			break
		}
		_ = v.s.Changed(t.Context())
	}
	v.pass()
	h.Lock()
	defer h.Unlock()
	for path, own := range map[string]bool{
		"127.0.0.1/heard/page": true, "127.0.0.1/heard/own": true, "127.0.0.1/heard/link": true,
		"localhost/heard/other": false, "localhost/heard/frame": false,
	} {
		head, ok := h.by[path]
		if !ok {
			t.Errorf("%s was not asked for", path)
			continue
		}
		if agent := head.Get("User-Agent"); !strings.HasSuffix(agent, " Outrider/1.0") || !strings.HasPrefix(agent, "Mozilla/5.0") {
			t.Errorf("%s: the user agent is %q", path, agent)
		}
		if got := head.Get("X-Outrider-Run"); (got == "run-1") != own {
			t.Errorf("%s: X-Outrider-Run is %q", path, got)
		}
		if parent := head.Get("Traceparent"); (parent != "") != own {
			t.Errorf("%s: traceparent is %q", path, parent)
		} else if own && !slices.ContainsFunc(v.s.Traced(), func(r spans.Request) bool {
			return strings.HasSuffix(r.URL, strings.TrimPrefix(path, "127.0.0.1")) && strings.Contains(parent, "-"+r.Span.String()+"-01")
		}) {
			t.Errorf("%s was told %s, which is the span of no request", path, parent)
		}
		if got := head.Get("Accept-Language"); !strings.HasPrefix(got, "en-GB") {
			t.Errorf("%s: Accept-Language is %q", path, got)
		}
	}
}

func TestTheMarkDoesNotFollowARedirectToOthers(t *testing.T) {
	t.Parallel()
	z, h := listening(t)
	z.mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Outrider-Run") != "run-1" {
			t.Error("the request that is redirected is not marked")
		}
		http.Redirect(w, r, z.other()+"/heard/away", http.StatusFound)
	})
	visit(t, z, "  - goto: ZOO/away\n  - goto: ZOO/heard/page\n  - goto: ZOO/heard/page").pass()
	h.Lock()
	defer h.Unlock()
	if head, ok := h.by["localhost/heard/away"]; !ok || head.Get("X-Outrider-Run") != "" {
		t.Errorf("asked %v, marked %q", ok, head.Get("X-Outrider-Run"))
	}
	if got := h.by["127.0.0.1/heard/page"].Get("X-Outrider-Run"); got != "run-1" {
		t.Errorf("a page after a redirect is marked %q", got)
	}
}

func TestTheJourneysConditionsHold(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.mux.HandleFunc("/blocked.js", func(w http.ResponseWriter, _ *http.Request) {
		t.Error("a blocked script was asked for")
	})
	z.mux.HandleFunc("/conditions", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<title>Conditions</title><script src="/blocked.js"></script><h1>There</h1>`))
	})
	visit(t, z, `
browser: {viewport: 640x480, locale: de-DE, block: ["*/blocked.js"]}
steps:
  - goto: ZOO/conditions
  - eval: "[innerWidth, innerHeight, navigator.language, (1.5).toLocaleString(), document.hasFocus(), document.visibilityState].join(' ')"
    expect: result == "640 480 de-DE 1,5 true visible"
  - eval: "({n: 1, list: [true, null]})"
    expect:
      - result.n == 1
      - result.list[0] == true
`).pass()
}

func TestAnEvalThatThrowsFails(t *testing.T) {
	t.Parallel()
	checkFailures(t, []failing{
		{"throws", "  - goto: ZOO/elsewhere.html\n  - eval: nothing.there", probes.Script, []string{"nothing is not defined"}},
		{"rejects", "  - goto: ZOO/elsewhere.html\n  - eval: Promise.reject(new Error('refused'))", probes.Script, []string{"refused"}},
		{"never ends", "  - goto: ZOO/elsewhere.html\n  - eval: new Promise(() => {})", probes.Timeout, nil},
	})
}

func TestAnEvalThatGivesNoDataHasRunAndHasNoResult(t *testing.T) {
	t.Parallel()
	for _, script := range []string{"(window.ran = 1, window)", "(window.ran = 1, Symbol('s'))", "(window.ran = 1, {at: window})"} {
		t.Run(script, func(t *testing.T) {
			v := visit(t, newZoo(t), "  - goto: ZOO/elsewhere.html\n  - eval: "+fmt.Sprintf("%q", script)+"\n  - eval: window.ran\n    expect: result == 1\n  - eval: "+
				fmt.Sprintf("%q", script)+"\n    expect: result == 1")
			for range 3 {
				if err := v.step(secondsFive); err != nil {
					t.Fatal(err)
				}
			}
			if err := v.step(time.Second); err == nil {
				t.Error("what is no data is 1")
			}
		})
	}
}

func TestCookiesGoBothWays(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.mux.HandleFunc("/cookies", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "basket", Value: "1", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 600})
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<h1>" + r.Header.Get("Cookie") + "</h1>"))
	})
	v := visit(t, z, "  - goto: ZOO/cookies\n  - goto: ZOO/cookies\n  - see: session=abc")
	if err := v.step(secondsFive); err != nil {
		t.Fatal(err)
	}
	got, err := v.s.Cookies(t.Context())
	if err != nil || len(got) != 1 {
		t.Fatalf("got %+v, %v", got, err)
	}
	c := got[0]
	if c.Name != "basket" || c.Value != "1" || c.Domain != "127.0.0.1" || !c.HostOnly || !c.HTTPOnly || c.SameSite != "Lax" ||
		time.Until(c.Expires) < 500*time.Second {
		t.Errorf("the cookie is %+v", c)
	}
	set := []probes.Cookie{{Name: "session", Value: "abc", Domain: "127.0.0.1", HostOnly: true, Path: "/", HTTPOnly: true}}
	if err := v.s.SetCookies(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	if got, err = v.s.Cookies(t.Context()); err != nil || len(got) != 1 || got[0].Name != "session" || !got[0].Expires.IsZero() {
		t.Errorf("the cookies are %+v, %v: the old one must be gone", got, err)
	}
	v.pass()
}

func TestSessionsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	a := visit(t, z, "  - goto: ZOO/elsewhere.html\n  - eval: \"document.cookie = 'a=1'; localStorage.a = 1\"")
	a.pass()
	visit(t, z, "  - goto: ZOO/elsewhere.html\n  - eval: \"document.cookie + (localStorage.a || '')\"\n    expect: result == \"\"").pass()
}
