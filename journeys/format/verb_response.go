package format

import (
	"slices"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// responseVerb waits for what the page is told, as seeVerbs wait for what a customer is shown.
func responseVerb() verb {
	return verb{
		name: "wait_for_response", doc: "wait for an answer that the page gets from this URL, * standing for anything", place: afterResponse,
		schema: textSchema(), judges: true,
		keys: []key{{"method", "method of the request, such as POST", enumSchema(responseMethods()...), false}},
		read: func(p *parser, n *document.Node, m *document.Map) journeys.Action {
			a := &journeys.WaitForResponse{URL: p.urlPattern(n)}
			if method := m.Get("method"); method != nil {
				a.Method = p.responseMethod(method)
			}
			return a
		},
	}
}

func responseMethods() []string {
	return []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
}

func (p *parser) responseMethod(n *document.Node) string {
	text, _ := p.r.Text(n)
	if upper := strings.ToUpper(text); slices.Contains(responseMethods(), upper) {
		return upper
	}
	method, _ := p.r.Enum(n, responseMethods()...)
	return method
}

// urlPattern reads a URL, a path, or a pattern of either. What could match nothing is refused.
func (p *parser) urlPattern(n *document.Node) journeys.Template {
	before := p.r.Count()
	t := p.required(n)
	if n.Kind != document.Text || p.r.Count() > before {
		return t
	}
	start, static := t.Static()
	if !static {
		if t.Parts[0].Expr != nil {
			return t
		}
		start = t.Parts[0].Text
	}
	for _, good := range []string{"http://", "https://", "/", "*"} {
		if strings.HasPrefix(start, good) {
			return t
		}
	}
	p.r.Problem(n, "want a URL, a path or a pattern, got "+quoteShort(t.Source),
		"such as https://shop.example/thanks, /thanks or */orders/*")
	return t
}

// responseNames are what a wait_for_response step's expressions see of the answer.
func responseNames() []string { return []string{"status", "headers", "body", "json", "size", "url"} }
