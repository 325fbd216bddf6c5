package journeys

import "github.com/outrider-monitor/outrider/journeys/document"

// authFields are the ways to authenticate.
func authFields() []field[Request] {
	return []field[Request]{
		{"basic", "HTTP basic authentication", refSchema("basic"), func(p *parser, n *document.Node, r *Request) {
			r.Auth = &BasicAuth{}
			readFields(p, n, basicFields(), r.Auth).Need("username", "password")
		}},
	}
}

func basicFields() []field[BasicAuth] {
	return []field[BasicAuth]{
		{"username", "user name", textSchema(), func(p *parser, n *document.Node, b *BasicAuth) { b.Username = p.template(n) }},
		{"password", "password: ${{ secrets.NAME }}", textSchema(), func(p *parser, n *document.Node, b *BasicAuth) { b.Password = p.template(n) }},
	}
}
