package journeys

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/outrider-monitor/outrider/journeys/document"
)

const defaultRedirects = -1

func readRequest(p *parser, n *document.Node, m *document.Map) Action {
	r := &Request{Redirects: defaultRedirects, URL: p.address(n)}
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
	var bodies []string
	for _, key := range []string{"json", "form", "body"} {
		if m.Has(key) {
			bodies = append(bodies, key)
		}
	}
	if len(bodies) > 1 {
		p.r.ProblemAt(m.KeyPos(bodies[1]), m.Node().Path(), fmt.Sprintf("%s and %s are two bodies", bodies[0], bodies[1]), "use one")
	}
	return r
}

var requestTable = sync.OnceValue(requestFields)

// requestFields are the keys of HTTP steps.
func requestFields() []field[Request] {
	return []field[Request]{
		{"headers", "header fields of the request", mapSchema(textsSchema()), func(p *parser, n *document.Node, r *Request) {
			r.Headers = p.pairs(n)
			for _, e := range n.Entries {
				if !isToken(e.Key) {
					p.r.ProblemAt(e.KeyPos, n.Path(), fmt.Sprintf("%q is no name of a header field", e.Key), "")
				}
			}
		}},
		{"query", "parameters added to the URL", mapSchema(textsSchema()), func(p *parser, n *document.Node, r *Request) {
			r.Query = p.pairs(n)
		}},
		{"json", "body as JSON: any value, its texts may hold expressions", schema{}, func(p *parser, n *document.Node, r *Request) {
			v := p.value(n)
			r.JSON = &v
		}},
		{"form", "body as a form: {name: value}", mapSchema(textsSchema()), func(p *parser, n *document.Node, r *Request) {
			r.Form = p.pairs(n)
		}},
		{"body", "body as text", textSchema(), func(p *parser, n *document.Node, r *Request) {
			t := p.template(n)
			r.Body = &t
		}},
		{"auth", "authentication: {basic: {username: X, password: Y}}", refSchema("auth"), func(p *parser, n *document.Node, r *Request) {
			readFields(p, n, authFields(), r).Need("basic")
		}},
		{"redirects", "redirects followed at most; 0 follows none", countSchema(0), func(p *parser, n *document.Node, r *Request) {
			r.Redirects = p.count(n, 0, 50)
		}},
		{"tls", "TLS settings, as in Prometheus' tls_config", refSchema("tls"), func(p *parser, n *document.Node, r *Request) {
			readFields(p, n, tlsFields(), &r.TLS)
		}},
		{"max_body", "size of the answer's body that is read at most, such as 2MB", sizeSchema(), func(p *parser, n *document.Node, r *Request) {
			var ok bool
			if r.MaxBody, ok = p.r.Bytes(n); ok && r.MaxBody <= 0 {
				p.r.Problem(n, "must be more than 0", "")
			}
		}},
	}
}

// isToken reports whether s may name a header field (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}

func quoteShort(text string) string { return strconv.Quote(cutText(text, 60)) }
