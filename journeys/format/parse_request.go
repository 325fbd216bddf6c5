package format

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

const defaultRedirects = -1

func readRequest(p *parser, n *document.Node, m *document.Map) journeys.Action {
	r := &journeys.Request{Redirects: defaultRedirects, URL: p.address(n)}
	for _, method := range methods() {
		if m.Get(method) == n {
			r.Method = strings.ToUpper(method)
		}
	}
	for _, f := range requestTable() {
		if value := m.Get(f.key); value != nil {
			f.read(p, value, r)
		}
	}
	p.checkBodies(m)
	p.checkRoute(r.Route, m)
	if r.GraphQL != nil && r.Method != "POST" {
		p.r.ProblemAt(m.KeyPos("graphql"), m.Node().Path(), "graphql goes with post", "")
	}
	return r
}

var requestTable = sync.OnceValue(requestFields)

// requestFields are the keys of HTTP steps.
func requestFields() []field[journeys.Request] {
	return slices.Concat(headFields(), bodyFields(), wayFields())
}

// headFields are what a request says beside its body.
func headFields() []field[journeys.Request] {
	return []field[journeys.Request]{
		{"headers", "header fields of the request", mapSchema(textsSchema()), func(p *parser, n *document.Node, r *journeys.Request) {
			r.Headers = p.headerPairs(n)
		}},
		{"query", "parameters added to the URL", mapSchema(textsSchema()), func(p *parser, n *document.Node, r *journeys.Request) {
			r.Query = p.pairs(n)
		}},
		{"cookies", "cookies that the customer has already: {name: value}", mapSchema(textSchema()), func(p *parser, n *document.Node, r *journeys.Request) {
			r.Cookies = p.tokenPairs(n, "a cookie")
		}},
		{"auth", "authentication: {basic: {username: X, password: Y}}, {bearer: TOKEN}, digest, oauth2, sigv4", refSchema("auth"), readAuth},
	}
}

// wayFields are how a request travels, and what of the answer is taken.
func wayFields() []field[journeys.Request] {
	encodings := []string{"gzip", "deflate", "br", "zstd", "none"}
	return append([]field[journeys.Request]{
		{"redirects", "redirects followed at most; 0 follows none; {max: 3, allow_http: true} follows from https to http too", redirectsSchema(), readRedirects},
		{"compression", "the encoding asked for: gzip, deflate, br, zstd or none", enumSchema(encodings...), func(p *parser, n *document.Node, r *journeys.Request) {
			r.Compression, _ = p.r.Enum(n, encodings...)
		}},
		{"max_body", "size of the answer's body that is read at most, such as 2MB", sizeSchema(), func(p *parser, n *document.Node, r *journeys.Request) {
			var ok bool
			if r.MaxBody, ok = p.r.Bytes(n); ok && r.MaxBody <= 0 {
				p.r.Problem(n, "must be more than 0", "")
			}
		}},
	}, routeFields(func(r *journeys.Request) *journeys.Route {
		if r.Route == nil { // Few steps say anything of it, and it is a large thing.
			r.Route = &journeys.Route{}
		}
		return r.Route
	})...)
}

const mostRedirects = 50

func redirectsSchema() schema {
	return schema{"oneOf": []schema{countSchema(0), object(redirectFields())}}
}

func readRedirects(p *parser, n *document.Node, r *journeys.Request) {
	if n.Kind == document.Mapping {
		readFields(p, n, redirectFields(), r)
		return
	}
	r.Redirects = p.count(n, 0, mostRedirects)
}

func redirectFields() []field[journeys.Request] {
	return []field[journeys.Request]{
		{"max", "redirects followed at most", countSchema(0), func(p *parser, n *document.Node, r *journeys.Request) {
			r.Redirects = p.count(n, 0, mostRedirects)
		}},
		{"allow_http", "follow a redirect from https to http", boolSchema(), func(p *parser, n *document.Node, r *journeys.Request) {
			r.AllowHTTP, _ = p.r.Bool(n)
		}},
	}
}

// headerPairs reads header fields.
func (p *parser) headerPairs(n *document.Node) []journeys.Pair {
	return p.tokenPairs(n, "a header field")
}

// tokenPairs reads a map whose keys are tokens.
func (p *parser) tokenPairs(n *document.Node, what string) []journeys.Pair {
	pairs := p.pairs(n)
	for _, e := range n.Entries {
		if !isToken(e.Key) {
			p.r.ProblemAt(e.KeyPos, n.Path(), fmt.Sprintf("%q is no name of %s", e.Key, what), "")
		}
	}
	return pairs
}

// isToken reports whether s may name a header field (RFC 9110, section 5.6.2) or a cookie.
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

func quoteShort(text string) string { return strconv.Quote(cutText(text, 60)) }
