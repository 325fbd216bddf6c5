package traces

import (
	"net"
	"net/url"
	"strconv"
	"strings"
)

// site is who is spoken to, as the attributes of a span: what a URL says, and the address that was connected to.
type site struct {
	server []byte
	peer   string
	at     []byte
}

// sites are those that requests went to, by what their URLs begin with. To read a URL and an address and to write what they
// say would cost as much as the rest of a request's span, and most requests go where others went before.
type sites map[string]*site

// mostSites bounds them. A monitor that asks more hosts than that pays for each.
const mostSites = 1000

// of gives the site of a URL.
func (s sites) of(raw string) *site {
	origin, ok := originOf(raw)
	if !ok {
		return newSite(raw)
	}
	known := s[origin]
	if known == nil {
		if len(s) >= mostSites {
			clear(s)
		}
		known = newSite(raw)
		s[strings.Clone(origin)] = known
	}
	return known
}

// originOf gives what all URLs begin with that lead to the same site: scheme, user, host and port, up to the path.
func originOf(raw string) (string, bool) {
	_, rest, ok := strings.Cut(raw, "://")
	end := strings.IndexAny(rest, "/?#")
	if !ok || end < 0 {
		return "", false
	}
	return raw[:len(raw)-len(rest)+end], true
}

func newSite(raw string) *site {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return &site{}
	}
	port := u.Port()
	switch {
	case port == "" && u.Scheme == "https":
		port = "443"
	case port == "" && u.Scheme == "http":
		port = "80"
	}
	return &site{server: addressed("server.address", u.Hostname(), "server.port", port)}
}

// addressed writes a host and its port.
func addressed(hostKey, host, portKey, port string) []byte {
	var w writer
	w.attribute(spanAttributes, hostKey, host)
	n, _ := strconv.Atoi(port)
	w.integer(spanAttributes, portKey, int64(n))
	return w.b
}

// write says who was spoken to, at which address.
func (s *site) write(w *writer, peer string) {
	w.b = append(w.b, s.server...)
	if peer != s.peer {
		s.peer, s.at = peer, nil
		if host, port, err := net.SplitHostPort(peer); err == nil {
			s.at = addressed("network.peer.address", host, "network.peer.port", port)
		}
	}
	w.b = append(w.b, s.at...)
}
