package format

import (
	"fmt"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// readAuth reads the one way to authenticate.
func readAuth(p *parser, n *document.Node, r *journeys.Request) {
	m := readFields(p, n, authFields(), r)
	var ways []string
	for _, f := range authFields() {
		if m.Has(f.key) {
			ways = append(ways, f.key)
		}
	}
	switch {
	case n.Kind == document.Mapping && len(n.Entries) == 0:
		p.r.Problem(n, "says no way to authenticate", "such as {basic: {username: X, password: Y}} or {bearer: TOKEN}")
	case len(ways) > 1:
		p.r.ProblemAt(m.KeyPos(ways[1]), n.Path(), fmt.Sprintf("%s and %s are two ways to authenticate", ways[0], ways[1]), "use one")
	}
}

// authFields are the ways to authenticate.
func authFields() []field[journeys.Request] {
	return []field[journeys.Request]{
		{"basic", "HTTP basic authentication", refSchema("basic"), func(p *parser, n *document.Node, r *journeys.Request) {
			a := &journeys.BasicAuth{}
			readFields(p, n, credentialFields(func(a *journeys.BasicAuth) (user, password *journeys.Template) { return &a.Username, &a.Password }), a).Need("username", "password")
			r.Auth = a
		}},
		{"digest", "HTTP digest authentication", refSchema("basic"), func(p *parser, n *document.Node, r *journeys.Request) {
			a := &journeys.DigestAuth{}
			readFields(p, n, credentialFields(func(a *journeys.DigestAuth) (user, password *journeys.Template) { return &a.Username, &a.Password }), a).Need("username", "password")
			r.Auth = a
		}},
		{"bearer", "a token: ${{ secrets.NAME }}", textSchema(), func(p *parser, n *document.Node, r *journeys.Request) {
			r.Auth = &journeys.BearerAuth{Token: p.required(n)}
		}},
		{"oauth2", "a token got by client credentials, as in Prometheus' oauth2", refSchema("oauth2"), func(p *parser, n *document.Node, r *journeys.Request) {
			a := &journeys.OAuth2{}
			readFields(p, n, oauth2Fields(), a).Need("client_id", "client_secret", "token_url")
			r.Auth = a
		}},
		{"sigv4", "sign for AWS, as in Prometheus' sigv4", refSchema("sigv4"), func(p *parser, n *document.Node, r *journeys.Request) {
			a := &journeys.SigV4{}
			readFields(p, n, sigV4Fields(), a).Need("region", "access_key", "secret_key")
			r.Auth = a
		}},
	}
}

// credentialFields are a name and a password; where says where they go.
func credentialFields[T any](where func(*T) (username, password *journeys.Template)) []field[T] {
	return []field[T]{
		{"username", "user name", textSchema(), func(p *parser, n *document.Node, a *T) {
			username, _ := where(a)
			*username = p.template(n)
		}},
		{"password", "password: ${{ secrets.NAME }}", textSchema(), func(p *parser, n *document.Node, a *T) {
			_, password := where(a)
			*password = p.template(n)
		}},
	}
}

func oauth2Fields() []field[journeys.OAuth2] {
	return []field[journeys.OAuth2]{
		{"client_id", "who we are", textSchema(), func(p *parser, n *document.Node, a *journeys.OAuth2) { a.ClientID = p.required(n) }},
		{"client_secret", "our password: ${{ secrets.NAME }}", textSchema(), func(p *parser, n *document.Node, a *journeys.OAuth2) {
			a.ClientSecret = p.required(n)
		}},
		{"token_url", "where tokens are given out", textSchema(), func(p *parser, n *document.Node, a *journeys.OAuth2) { a.TokenURL = p.address(n) }},
		{"scopes", "what the token is for", textsSchema(), func(p *parser, n *document.Node, a *journeys.OAuth2) { a.Scopes = p.r.Texts(n) }},
		{"endpoint_params", "further fields of the request for the token: {audience: X}", mapSchema(textsSchema()), func(p *parser, n *document.Node, a *journeys.OAuth2) {
			a.Params = p.pairs(n)
		}},
	}
}

func sigV4Fields() []field[journeys.SigV4] {
	return []field[journeys.SigV4]{
		{"region", "such as eu-west-1", textSchema(), func(p *parser, n *document.Node, a *journeys.SigV4) { a.Region = p.required(n) }},
		{"service", "the service signed for; execute-api if not given", textSchema(), func(p *parser, n *document.Node, a *journeys.SigV4) { a.Service = p.required(n) }},
		{"access_key", "access key", textSchema(), func(p *parser, n *document.Node, a *journeys.SigV4) { a.AccessKey = p.required(n) }},
		{"secret_key", "secret key: ${{ secrets.NAME }}", textSchema(), func(p *parser, n *document.Node, a *journeys.SigV4) { a.SecretKey = p.required(n) }},
		{"session_token", "token of temporary credentials: ${{ secrets.NAME }}", textSchema(), func(p *parser, n *document.Node, a *journeys.SigV4) {
			a.SessionToken = p.template(n)
		}},
	}
}
