package format

import (
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// conditionVerbs change the browser itself.
func conditionVerbs() []verb {
	return []verb{
		{name: "browser", doc: "change conditions of the browser for the steps that follow", place: onThePage, schema: object(conditionFields()), read: readSetBrowser},
	}
}

func readSetBrowser(p *parser, n *document.Node, _ *document.Map) journeys.Action {
	a := &journeys.SetBrowser{}
	m := readFields(p, n, conditionFields(), &a.Conditions)
	for _, e := range m.Entries() {
		a.Keys = append(a.Keys, strings.ReplaceAll(e.Key, "_", " "))
	}
	if n.Kind == document.Mapping && len(a.Keys) == 0 {
		p.r.Problem(n, "changes nothing", "such as {offline: true}")
	}
	return a
}
