package format

import (
	"fmt"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

func thirdPartyFields() []field[journeys.ThirdParty] {
	return []field[journeys.ThirdParty]{
		{"own", "further hosts that are the journey's own, with all below them", textsSchema(), func(p *parser, n *document.Node, t *journeys.ThirdParty) {
			t.Own = p.hosts(n)
		}},
		{"tolerate", "third parties whose failures do not fail the journey: hosts with all below them, or true for any", schema{"oneOf": []schema{{"const": true}, textsSchema()}}, func(p *parser, n *document.Node, t *journeys.ThirdParty) {
			if n.Kind == document.Text && n.Value == "true" {
				t.TolerateAll = true
				return
			}
			t.Tolerate = p.hosts(n)
		}},
	}
}

// hosts reads names of hosts.
func (p *parser) hosts(n *document.Node) []string {
	var hosts []string
	for _, text := range p.r.Texts(n) {
		host := strings.ToLower(strings.TrimPrefix(text, "*."))
		if host == "" || strings.ContainsAny(host, "/*@? ") || strings.HasPrefix(host, ".") {
			p.r.Problem(n, fmt.Sprintf("want a host, got %q", text), "such as widgets.example, which stands for all below it too")
			continue
		}
		hosts = append(hosts, host)
	}
	return hosts
}
