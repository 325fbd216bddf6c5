package httpcall_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

func redirectTo(url string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, url, http.StatusFound) }
}

func TestRedirectsAreFollowedAsFarAsTheStepSays(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n := len(r.URL.Path); n > 1 {
			http.Redirect(w, r, r.URL.Path[:n-1], http.StatusFound)
		}
	})
	for _, c := range []struct {
		hops, limit, redirects int
		status                 int
		fails                  bool
	}{
		{0, -1, 0, 200, false}, {3, -1, 3, 200, false}, {10, -1, 10, 200, false}, {11, -1, 0, 0, true},
		{3, 3, 3, 200, false}, {4, 3, 0, 0, true}, {3, 0, 0, 302, false},
	} {
		a := get(srv.URL + "/" + strings.Repeat("x", c.hops))
		a.Redirects = c.limit
		done, err := do(t, open(t), a)
		if c.fails {
			wantFailure(t, err, probes.Navigation, "redirected more than")
			continue
		}
		if err != nil || done.HTTP.Status != c.status || done.HTTP.Redirects != c.redirects {
			t.Errorf("%d hops, limit %d: %+v, %v", c.hops, c.limit, done.HTTP, err)
		}
	}
}

func TestARedirectLoopEndsAsAFailure(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) })
	done, err := do(t, open(t), get(srv.URL+"/loop"))
	wantFailure(t, err, probes.Navigation, "more than 10 times", "/loop")
	if done.HTTP.Status != http.StatusFound {
		t.Errorf("the last answer is kept: %+v", done.HTTP)
	}
}

func TestARedirectWithoutALocationLeadsNowhere(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusFound) })
	done, err := do(t, open(t), get(srv.URL))
	wantFailure(t, err, probes.Navigation, "redirected to nowhere", "302")
	if done.HTTP.Status != http.StatusFound {
		t.Errorf("the answer is kept: %+v", done.HTTP)
	}
	unfollowed := get(srv.URL)
	unfollowed.Redirects = 0
	if _, err := do(t, open(t), unfollowed); err != nil {
		t.Errorf("a step that follows no redirects is content: %v", err)
	}
}

func TestRedirectsToNowhereAreFailuresOfTheTarget(t *testing.T) {
	for _, to := range []string{"myapp://open", "http://[::1", "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "http:///basket", "http://:80/"} {
		srv := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
		})
		_, err := do(t, open(t), get(srv.URL))
		wantFailure(t, err, probes.Navigation, "redirected to nowhere")
	}
}

func TestARedirectFromHTTPSToHTTPIsRefused(t *testing.T) {
	plain := serve(t, echo)
	ca := newAuthority(t)
	srv := ca.serveTLS(t, aDayAgo(), inADay())
	srv.Config.Handler = redirectTo(plain.URL)
	a := get(srv.URL)
	a.Route.TLS.CAFile = text(ca.file)
	_, err := do(t, open(t), a)
	wantFailure(t, err, probes.Navigation, "from https to http://")
}

func TestKeysDoNotFollowARedirectToAnotherHost(t *testing.T) {
	other := serve(t, echo)
	back := ""
	home := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		case "/bounce":
			http.Redirect(w, r, back, http.StatusTemporaryRedirect)
		case "/inside":
			http.Redirect(w, r, "/echo", http.StatusTemporaryRedirect)
		default:
			echo(w, r)
		}
	})
	bouncer := serve(t, redirectTo(home.URL+"/echo"))
	back = bouncer.URL
	request := func(path string) *journeys.Request {
		a := get(home.URL + path)
		a.Auth = &journeys.BasicAuth{Username: text("ada"), Password: text("pw")}
		a.Headers = []journeys.Pair{
			{Name: "X-Api-Key", Value: text("k")}, {Name: "cookie", Value: text("sid=1")}, {Name: "Accept", Value: text("a/b")},
		}
		return a
	}
	for path, kept := range map[string]bool{"/away": false, "/bounce": false, "/inside": true} {
		s := open(t)
		mustDo(t, s, request(path))
		_, _, _, header := echoed(t, s)
		for _, name := range []string{"Authorization", "X-Api-Key", "Cookie", "X-Outrider-Run"} {
			if got := header.Get(name) != ""; got != kept {
				t.Errorf("%s: %s arrives: %t, want %t", path, name, got, kept)
			}
		}
		if header.Get("Accept") != "a/b" || header.Get("User-Agent") != "Outrider/1.0" {
			t.Errorf("%s: %v", path, header)
		}
	}
}

func TestAPostThatIsRedirectedBecomesAGetAsInABrowser(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/303":
			http.Redirect(w, r, "/", http.StatusSeeOther)
		case "/307":
			http.Redirect(w, r, "/", http.StatusTemporaryRedirect)
		default:
			echo(w, r)
		}
	})
	body := text("order")
	for path, want := range map[string]string{"/303": "GET ", "/307": "POST order"} {
		s := open(t)
		done := mustDo(t, s, &journeys.Request{Method: "POST", URL: text(srv.URL + path), Body: &body, Redirects: -1})
		method, _, got, _ := echoed(t, s)
		if method+" "+got != want || done.HTTP.Method != method {
			t.Errorf("%s: got %s %s, want %s", path, method, got, want)
		}
	}
}
