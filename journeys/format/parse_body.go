package format

import (
	"fmt"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// bodyFields are the bodies that a request may have, one at a time.
func bodyFields() []field[journeys.Request] {
	return []field[journeys.Request]{
		{"json", "body as JSON: any value, its texts may hold expressions", schema{}, func(p *parser, n *document.Node, r *journeys.Request) {
			v := p.value(n)
			r.JSON = &v
		}},
		{"form", "body as a form: {name: value}", mapSchema(textsSchema()), func(p *parser, n *document.Node, r *journeys.Request) {
			r.Form = p.pairs(n)
		}},
		{"multipart", "body as a form with files: {name: value, picture: {file: PATH}}", multipartSchema(), readMultipart},
		{"body", "body as text", textSchema(), func(p *parser, n *document.Node, r *journeys.Request) {
			t := p.template(n)
			r.Body = &t
		}},
		{"file", "file that is sent as the body", textSchema(), func(p *parser, n *document.Node, r *journeys.Request) {
			t := p.required(n)
			r.File = &t
		}},
		{"graphql", "a GraphQL query: {query: TEXT, variables: {name: value}}", graphQLSchema(), readGraphQL},
	}
}

// checkBodies refuses a second body.
func (p *parser) checkBodies(m *document.Map) {
	first := ""
	for _, f := range bodyFields() {
		switch {
		case !m.Has(f.key):
		case first == "":
			first = f.key
		default:
			p.r.ProblemAt(m.KeyPos(f.key), m.Node().Path(), fmt.Sprintf("%s and %s are two bodies", first, f.key), "use one")
			return
		}
	}
}

func multipartSchema() schema {
	one := schema{"oneOf": []schema{textSchema(), refSchema("part")}}
	return mapSchema(schema{"oneOf": []schema{one, {"type": "array", "items": one}}})
}

func readMultipart(p *parser, n *document.Node, r *journeys.Request) {
	for _, e := range p.r.Map(n).Entries() {
		values := []*document.Node{e.Value}
		if e.Value.Kind == document.List {
			values = e.Value.Items
		}
		for _, v := range values {
			part := journeys.Part{Name: e.Key}
			if v.Kind != document.Mapping {
				part.Text = p.template(v)
			} else if m := readFields(p, v, partFields(), &part); m.Has("text") == m.Has("file") {
				p.r.Problem(v, "want one of text and file", "")
			}
			r.Multipart = append(r.Multipart, part)
		}
	}
	if n.Kind == document.Mapping && len(r.Multipart) == 0 {
		p.r.Problem(n, "holds no field", "write NAME: TEXT or NAME: {file: PATH}")
	}
}

func partFields() []field[journeys.Part] {
	return []field[journeys.Part]{
		{"text", "the field's value", textSchema(), func(p *parser, n *document.Node, part *journeys.Part) { part.Text = p.template(n) }},
		{"file", "file whose content is the field's value", textSchema(), func(p *parser, n *document.Node, part *journeys.Part) {
			t := p.required(n)
			part.File = &t
		}},
		{"filename", "name that the server is told; that of the file if not given", textSchema(), func(p *parser, n *document.Node, part *journeys.Part) {
			part.Filename = p.template(n)
		}},
		{"content_type", "type of the content", textSchema(), func(p *parser, n *document.Node, part *journeys.Part) { part.ContentType = p.template(n) }},
	}
}

func graphQLSchema() schema {
	return schema{"oneOf": []schema{textSchema(), object(graphQLFields(), "query")}}
}

func readGraphQL(p *parser, n *document.Node, r *journeys.Request) {
	r.GraphQL = &journeys.GraphQL{}
	if n.Kind == document.Text {
		r.GraphQL.Query = p.required(n)
		return
	}
	readFields(p, n, graphQLFields(), r.GraphQL).Need("query")
}

func graphQLFields() []field[journeys.GraphQL] {
	return []field[journeys.GraphQL]{
		{"query", "the query or mutation", textSchema(), func(p *parser, n *document.Node, g *journeys.GraphQL) { g.Query = p.required(n) }},
		{"variables", "its variables: {name: value}", schema{"type": "object"}, func(p *parser, n *document.Node, g *journeys.GraphQL) {
			if p.r.Map(n); n.Kind == document.Mapping {
				v := p.value(n)
				g.Variables = &v
			}
		}},
		{"operation", "name of the operation, where the query holds several", textSchema(), func(p *parser, n *document.Node, g *journeys.GraphQL) {
			g.Operation = p.template(n)
		}},
	}
}
