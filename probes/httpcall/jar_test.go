package httpcall_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/publicsuffix"
	"pgregory.net/rapid"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
)

func aDayAgo() time.Time { return time.Now().Add(-24 * time.Hour) }
func inADay() time.Time  { return time.Now().Add(24 * time.Hour) }

func TestCookiesAreKeptBetweenSteps(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/in":
			http.SetCookie(w, &http.Cookie{Name: "sid", Value: "1", Path: "/"})
			http.Redirect(w, r, "/", http.StatusSeeOther)
		case "/out":
			http.SetCookie(w, &http.Cookie{Name: "sid", Path: "/", MaxAge: -1})
		default:
			echo(w, r)
		}
	})
	s := open(t)
	cookie := func() string {
		_, _, _, header := echoed(t, s)
		return header.Get("Cookie")
	}
	mustDo(t, s, get(srv.URL+"/in"))
	if got := cookie(); got != "sid=1" {
		t.Errorf("the redirect's cookie is sent: %q", got)
	}
	mustDo(t, s, get(srv.URL+"/out"))
	mustDo(t, s, get(srv.URL))
	if got := cookie(); got != "" {
		t.Errorf("a removed cookie is sent: %q", got)
	}
}

func TestCookiesOfAnotherSessionReplaceOurs(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "own", Value: "1", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 60})
		echo(w, r)
	})
	s := open(t)
	mustDo(t, s, get(srv.URL))
	list, err := s.Cookies(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	c := list[0]
	if c.Name != "own" || c.Domain != "127.0.0.1" || !c.HostOnly || !c.HTTPOnly || c.SameSite != "Lax" ||
		time.Until(c.Expires) > time.Minute || time.Until(c.Expires) < 50*time.Second {
		t.Errorf("%+v", c)
	}
	if err := s.SetCookies(t.Context(), []probes.Cookie{{Name: "theirs", Value: "2", Domain: "127.0.0.1", HostOnly: true, Path: "/"}}); err != nil {
		t.Fatal(err)
	}
	mustDo(t, s, get(srv.URL))
	if _, _, _, header := echoed(t, s); header.Get("Cookie") != "theirs=2" {
		t.Errorf("sent %q", header.Get("Cookie"))
	}
}

// TestTheJarSendsWhatTheStandardLibrarysWould compares with net/http/cookiejar, except where browsers differ
// from it: __Host- and __Secure- prefixes, Secure cookies over plain HTTP.
func TestTheJarSendsWhatTheStandardLibrarysWould(t *testing.T) {
	hosts := []string{"shop.example.com", "example.com", "www.shop.example.com", "other.com", "a.co.uk", "co.uk", "127.0.0.1", "localhost"}
	paths := []string{"", "/", "/a", "/a/", "/a/b", "/ab"}
	rapid.Check(t, func(t *rapid.T) {
		ours := httpcall.NewJar()
		theirs, _ := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List})
		address := func(label string) *url.URL {
			return &url.URL{
				Scheme: "https", Host: rapid.SampledFrom(hosts).Draw(t, label+" host"),
				Path: rapid.SampledFrom(paths).Draw(t, label+" path"),
			}
		}
		for range rapid.IntRange(1, 8).Draw(t, "cookies") {
			u := address("set")
			c := &http.Cookie{
				Name: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name"), Value: rapid.StringMatching(`[a-z]{1,3}`).Draw(t, "value"),
				Domain: rapid.SampledFrom(append([]string{"", ".example.com", "com"}, hosts...)).Draw(t, "domain"),
				Path:   rapid.SampledFrom(append([]string{"relative"}, paths...)).Draw(t, "path"),
				Secure: rapid.Bool().Draw(t, "secure"), MaxAge: rapid.SampledFrom([]int{0, 0, 60, -1}).Draw(t, "age"),
			}
			ours.SetCookies(u, []*http.Cookie{c})
			theirs.SetCookies(u, []*http.Cookie{c})
		}
		u := address("get")
		if got, want := sent(ours.Cookies(u)), sent(theirs.Cookies(u)); got != want {
			t.Fatalf("to %s: got %s, want %s", u, got, want)
		}
	})
}

// sent writes cookies in an order that does not depend on when they were replaced.
func sent(cookies []*http.Cookie) string {
	var list []string
	for _, c := range cookies {
		list = append(list, fmt.Sprintf("%s=%s", c.Name, c.Value))
	}
	slices.Sort(list)
	return strings.Join(list, "; ")
}

func TestCookiesWithAPromiseInTheirNameMustKeepIt(t *testing.T) {
	jar := httpcall.NewJar()
	secure, plain := &url.URL{Scheme: "https", Host: "shop.example"}, &url.URL{Scheme: "http", Host: "shop.example"}
	for _, c := range []*http.Cookie{
		{Name: "__Secure-a", Value: "1"}, {Name: "__Host-b", Value: "1", Secure: true, Path: "/x"},
		{Name: "__Host-c", Value: "1", Secure: true, Path: "/", Domain: "shop.example"},
	} {
		jar.SetCookies(secure, []*http.Cookie{c})
	}
	jar.SetCookies(plain, []*http.Cookie{{Name: "s", Value: "1", Secure: true}})
	if got := jar.Cookies(secure); len(got) != 0 {
		t.Errorf("accepted %v", got)
	}
	jar.SetCookies(secure, []*http.Cookie{{Name: "__Host-ok", Value: "1", Secure: true, Path: "/"}})
	if len(jar.Cookies(secure)) != 1 || len(jar.Cookies(plain)) != 0 {
		t.Error("a secure cookie goes over https only")
	}
}
