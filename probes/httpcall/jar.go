package httpcall

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/outrider-monitor/outrider/probes"
)

// Bounds beyond those that RFC 6265, section 6.1, asks of clients at least.
const (
	maxCookies    = 3000
	maxCookieSize = 8 << 10
)

// jar keeps an attempt's cookies as RFC 6265 says. Unlike net/http/cookiejar it can tell what it holds, which
// sharing them with a browser needs. It is used by one goroutine at a time.
type jar struct {
	// cookies are in the order of their creation.
	cookies []probes.Cookie
}

// Cookies gives the cookies to send to a URL, those with longer paths first (RFC 6265, section 5.4).
func (j *jar) Cookies(u *url.URL) []*http.Cookie {
	if len(j.cookies) == 0 {
		return nil
	}
	now := time.Now()
	var matching []probes.Cookie
	for _, c := range j.cookies {
		if c.GoesTo(u, now) {
			matching = append(matching, c)
		}
	}
	slices.SortStableFunc(matching, func(a, b probes.Cookie) int { return len(b.Path) - len(a.Path) })
	list := make([]*http.Cookie, len(matching))
	for i, c := range matching {
		list[i] = &http.Cookie{Name: c.Name, Value: c.Value}
	}
	return list
}

// SetCookies takes the cookies of an answer (RFC 6265, section 5.3).
func (j *jar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	host, now := probes.HostOf(u), time.Now()
	for _, got := range cookies {
		c, ok := accepted(u, host, got)
		if !ok {
			continue
		}
		switch {
		case got.MaxAge > 0:
			c.Expires = now.Add(time.Duration(got.MaxAge) * time.Second)
		case got.MaxAge < 0:
			c.Expires = time.Unix(1, 0)
		default:
			c.Expires = got.Expires
		}
		j.put(c, now)
	}
}

// accepted gives the cookie that an answer may set.
func accepted(u *url.URL, host string, got *http.Cookie) (probes.Cookie, bool) {
	c := probes.Cookie{
		Name: got.Name, Value: got.Value, Path: got.Path, Secure: got.Secure, HTTPOnly: got.HttpOnly,
		SameSite: sameSite(got.SameSite), Domain: host, HostOnly: true,
	}
	if c.Path == "" || c.Path[0] != '/' {
		c.Path = defaultPath(u.EscapedPath())
	}
	domain := strings.ToLower(strings.TrimPrefix(got.Domain, "."))
	if domain != "" && domain != host {
		suffix, _ := publicsuffix.PublicSuffix(domain)
		if net.ParseIP(host) != nil || !strings.HasSuffix(host, "."+domain) || suffix == domain {
			return c, false
		}
	}
	if suffix, _ := publicsuffix.PublicSuffix(host); domain != "" && net.ParseIP(host) == nil && suffix != host {
		c.Domain, c.HostOnly = domain, false
	}
	if len(c.Name)+len(c.Value) > maxCookieSize || c.Secure && !probes.Trustworthy(u) {
		return c, false
	}
	// Prefixes promise what their cookies must keep (RFC 6265bis, section 4.1.3).
	if strings.HasPrefix(c.Name, "__Secure-") && !c.Secure ||
		strings.HasPrefix(c.Name, "__Host-") && (!c.Secure || !c.HostOnly || c.Path != "/") {
		return c, false
	}
	return c, true
}

// put adds a cookie, replaces the one of the same name, domain and path, or removes it if it has expired.
func (j *jar) put(c probes.Cookie, now time.Time) {
	at := slices.IndexFunc(j.cookies, func(old probes.Cookie) bool {
		return old.Name == c.Name && old.Path == c.Path && old.Domain == c.Domain
	})
	expired := !c.Expires.IsZero() && !c.Expires.After(now)
	switch {
	case at >= 0 && expired:
		j.cookies = slices.Delete(j.cookies, at, at+1)
	case at >= 0:
		j.cookies[at] = c
	case !expired && len(j.cookies) < maxCookies:
		j.cookies = append(j.cookies, c)
	}
}

// Cookies gives all cookies of the session.
func (s *Session) Cookies(context.Context) ([]probes.Cookie, error) {
	return slices.Clone(s.jar.cookies), nil
}

// SetCookies makes the session's cookies exactly these.
func (s *Session) SetCookies(_ context.Context, cookies []probes.Cookie) error {
	s.jar.cookies = s.jar.cookies[:0]
	now := time.Now()
	for _, c := range cookies {
		if domain, dotted := strings.CutPrefix(c.Domain, "."); dotted {
			c.Domain, c.HostOnly = domain, false
		}
		c.Domain = strings.ToLower(c.Domain)
		if c.Path == "" {
			c.Path = "/"
		}
		s.jar.put(c, now)
	}
	return nil
}

// defaultPath is RFC 6265, section 5.1.4.
func defaultPath(path string) string {
	if slash := strings.LastIndexByte(path, '/'); slash > 0 && path[0] == '/' {
		return path[:slash]
	}
	return "/"
}

func sameSite(s http.SameSite) string {
	switch s {
	case http.SameSiteLaxMode:
		return "Lax"
	case http.SameSiteStrictMode:
		return "Strict"
	case http.SameSiteNoneMode:
		return "None"
	}
	return ""
}
