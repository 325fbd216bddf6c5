package format

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

func mocksSchema() schema { return schema{"type": "array", "items": object(mockFields(), "url")} }

func mockFields() []field[journeys.Mock] {
	return []field[journeys.Mock]{
		{"url", "requests that are answered: a URL or a path, * standing for anything", textSchema(), func(p *parser, n *document.Node, m *journeys.Mock) { m.URL = p.required(n) }},
		{"method", "of the requests; any if not given", textSchema(), func(p *parser, n *document.Node, m *journeys.Mock) {
			m.Method, _ = p.r.Text(n)
			if !isToken(m.Method) || m.Method != strings.ToUpper(m.Method) {
				p.r.Problem(n, fmt.Sprintf("%q is no method", m.Method), "such as POST")
			}
		}},
		{"status", "of the answer; 200 if not given", countSchema(100), func(p *parser, n *document.Node, m *journeys.Mock) { m.Status = p.count(n, 100, 599) }},
		{"headers", "of the answer", mapSchema(textsSchema()), func(p *parser, n *document.Node, m *journeys.Mock) { m.Headers = p.headerPairs(n) }},
		{"json", "body of the answer: any value", schema{}, func(p *parser, n *document.Node, m *journeys.Mock) {
			v := p.value(n)
			m.JSON = &v
		}},
		{"body", "body of the answer, as text", textSchema(), func(p *parser, n *document.Node, m *journeys.Mock) { t := p.template(n); m.Body = &t }},
		{"file", "file that holds the body of the answer", textSchema(), func(p *parser, n *document.Node, m *journeys.Mock) { t := p.required(n); m.File = &t }},
	}
}

// mocks reads the list of answers.
func (p *parser) mocks(n *document.Node) []journeys.Mock {
	all := []journeys.Mock{}
	items, _ := p.r.List(n)
	for _, item := range items {
		m := journeys.Mock{Status: http.StatusOK}
		keys := readFields(p, item, mockFields(), &m)
		keys.Need("url")
		var bodies []string
		for _, key := range []string{"json", "body", "file"} {
			if item.Kind == document.Mapping && keys.Has(key) {
				bodies = append(bodies, key)
			}
		}
		if len(bodies) > 1 {
			p.r.ProblemAt(keys.KeyPos(bodies[1]), item.Path(), fmt.Sprintf("%s and %s are two bodies", bodies[0], bodies[1]), "use one")
		}
		all = append(all, m)
	}
	return all
}

// readExtraHeaders reads the headers that the journey's own hosts get. Those that the browser makes itself are refused.
func readExtraHeaders(p *parser, n *document.Node, b *journeys.Browser) {
	b.Headers = p.headerPairs(n)
	for _, e := range n.Entries {
		switch strings.ToLower(e.Key) {
		case "host", "cookie", "content-length", "connection", "transfer-encoding":
			p.r.ProblemAt(e.KeyPos, n.Path(), fmt.Sprintf("%s is the browser's own header", e.Key), "")
		case "authorization":
			p.r.ProblemAt(e.KeyPos, n.Path(), "credentials do not stand in a header of all requests", "use browser.auth for basic and digest")
		case "user-agent", "x-outrider-run":
			p.r.ProblemAt(e.KeyPos, n.Path(), fmt.Sprintf("%s says that the traffic is a monitor's", e.Key), "it cannot be changed; device changes the user agent")
		}
	}
}
