package format

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// routeFields are the keys that say which way a request goes; where gives the Route of a T.
func routeFields[T any](where func(*T) *journeys.Route) []field[T] {
	return []field[T]{
		{"tls", "TLS settings, as in Prometheus' tls_config", refSchema("tls"), func(p *parser, n *document.Node, t *T) {
			readTLS(p, n, &where(t).TLS)
		}},
		{"proxy", "URL of a proxy: http, https or socks5", textSchema(), func(p *parser, n *document.Node, t *T) {
			where(t).Proxy = p.urlOf(n, "http://", "https://", "socks5://", "socks5h://")
		}},
		{"ip", "family of addresses: 4, 6, or both for one request over each", choiceSchema("4", "6", "both"), func(p *parser, n *document.Node, t *T) {
			where(t).IP, _ = p.r.Enum(n, "4", "6", "both")
		}},
		{"http", "version of HTTP: 1.1, 2 or 3", choiceSchema("1.1", "2", "3"), func(p *parser, n *document.Node, t *T) {
			where(t).HTTP, _ = p.r.Enum(n, "1.1", "2", "3")
		}},
		{"resolve", "address, or address:port, to connect to instead of what the host resolves to", textSchema(), func(p *parser, n *document.Node, t *T) {
			where(t).Resolve = p.fixedAddress(n)
		}},
	}
}

// checkRoute finds what is wrong between the keys of a route.
func (p *parser) checkRoute(r *journeys.Route, m *document.Map) {
	problem := func(key, message, hint string) {
		p.r.ProblemAt(m.KeyPos(key), m.Node().Path(), message, hint)
	}
	if r == nil || !m.Has("proxy") {
		return
	}
	if m.Has("resolve") {
		problem("resolve", "resolve does not go with a proxy", "it is the proxy that connects to the target")
	}
	if r.HTTP == "3" {
		problem("http", "HTTP/3 does not go through a proxy", "")
	}
	if r.IP != "" {
		problem("ip", "ip does not go with a proxy", "it is the proxy that connects to the target")
	}
}

// urlOf reads a URL of some schemes. What is known of it before it is evaluated must be the beginning of one.
func (p *parser) urlOf(n *document.Node, schemes ...string) journeys.Template {
	before := p.r.Count()
	t := p.required(n)
	if n.Kind != document.Text || p.r.Count() > before {
		return t
	}
	start, static := t.Static()
	if !static {
		start = t.Parts[0].Text
		if t.Parts[0].Expr != nil {
			return t
		}
	}
	for _, scheme := range schemes {
		if strings.HasPrefix(start, scheme) && (!static || len(start) > len(scheme)) {
			return t
		}
	}
	last := len(schemes) - 1
	p.r.Problem(n, "want a URL, got "+quoteShort(t.Source), "it begins with "+strings.Join(schemes[:last], ", ")+" or "+schemes[last])
	return t
}

// fixedAddress reads an address of the internet protocol, with or without a port. A name would have to be resolved
// again, which is what the key is there to avoid.
func (p *parser) fixedAddress(n *document.Node) journeys.Template {
	t := p.required(n)
	text, static := t.Static()
	if !static || text == "" {
		return t
	}
	if _, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return t
	}
	if _, err := netip.ParseAddrPort(text); err == nil {
		return t
	}
	p.r.Problem(n, "want an address, got "+quoteShort(text), "such as 192.0.2.7, 192.0.2.7:8443 or [2001:db8::7]:443")
	return t
}

// choiceSchema is an enumeration whose values YAML may take for numbers.
func choiceSchema(values ...string) schema {
	var all []any
	for _, v := range values {
		all = append(all, v)
		if number, err := strconv.ParseFloat(v, 64); err == nil {
			all = append(all, number)
		}
	}
	return schema{"enum": all}
}
