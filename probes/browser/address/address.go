// Package address reads the URLs of pages and requests as a browser driver needs them: their host, origin and site, and
// the patterns that journeys compare them with.
//
// It resolves nothing and is asked for every request, so it does not parse what it can cut. Its one rule: what is no
// address has no host, no origin and no site, and so belongs to nobody.
package address

import (
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Host gives the host and port of a URL, in lower case and without credentials; empty if it has none.
func Host(raw string) string {
	_, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return ""
	}
	if end := strings.IndexAny(rest, "/?#\\"); end >= 0 {
		rest = rest[:end]
	}
	return strings.ToLower(rest[strings.LastIndexByte(rest, '@')+1:])
}

// Origin gives the origin of a web page, empty for anything else: a document that came by another scheme has no storage.
func Origin(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// Site is the part of a host that one owner has: the registrable domain, or for addresses and single names
// the host with its port.
func Site(host string) string {
	name := host
	if i := strings.LastIndexByte(host, ':'); i > 0 && !strings.HasSuffix(host, "]") {
		name = host[:i]
	}
	if s, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil && !isAddress(name) {
		return s
	}
	return host
}

func isAddress(name string) bool {
	return strings.HasPrefix(name, "[") || strings.Trim(name, "0123456789.") == ""
}
