package probes

import (
	"net"
	"net/url"
	"strings"
	"time"
)

// Cookie is a cookie as all drivers understand it.
type Cookie struct {
	Name, Value, Domain, Path string
	// HostOnly cookies have a Domain without subdomains.
	HostOnly         bool
	Expires          time.Time
	Secure, HTTPOnly bool
	SameSite         string
}

// GoesTo reports whether the cookie is sent to a URL (RFC 6265, section 5.4).
func (c *Cookie) GoesTo(u *url.URL, now time.Time) bool {
	host := HostOf(u)
	live := c.Expires.IsZero() || c.Expires.After(now)
	return live && (!c.Secure || Trustworthy(u)) && c.domainMatches(host) && c.pathMatches(u.EscapedPath())
}

func (c *Cookie) domainMatches(host string) bool {
	return host == c.Domain || !c.HostOnly && strings.HasSuffix(host, "."+c.Domain) && net.ParseIP(host) == nil
}

// pathMatches is RFC 6265, section 5.1.4.
func (c *Cookie) pathMatches(path string) bool {
	if path == "" {
		path = "/"
	}
	rest, ok := strings.CutPrefix(path, c.Path)
	return ok && (rest == "" || strings.HasSuffix(c.Path, "/") || rest[0] == '/')
}

// HostOf is a URL's host as cookies are compared with it.
func HostOf(u *url.URL) string { return strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")) }

// Trustworthy reports whether Secure cookies travel to a URL: over TLS, and to this machine itself, as browsers have it.
func Trustworthy(u *url.URL) bool {
	host := HostOf(u)
	if u.Scheme == "https" || u.Scheme == "wss" || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
