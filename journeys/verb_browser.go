package journeys

import (
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// SetBrowser changes the conditions of the steps that follow.
type SetBrowser struct {
	Conditions
	// keys are what is changed, in the order of the file.
	keys []string
}

// conditionVerbs change the browser itself.
func conditionVerbs() []verb {
	return []verb{
		{name: "browser", doc: "change conditions of the browser for the steps that follow", place: onThePage, schema: object(conditionFields()), read: readSetBrowser},
	}
}

func readSetBrowser(p *parser, n *document.Node, _ *document.Map) Action {
	a := &SetBrowser{}
	m := readFields(p, n, conditionFields(), &a.Conditions)
	for _, e := range m.Entries() {
		a.keys = append(a.keys, strings.ReplaceAll(e.Key, "_", " "))
	}
	if n.Kind == document.Mapping && len(a.keys) == 0 {
		p.r.Problem(n, "changes nothing", "such as {offline: true}")
	}
	return a
}

// Verb is browser.
func (*SetBrowser) Verb() string { return "browser" }

func (a *SetBrowser) sentence() string { return "Set the browser's " + strings.Join(a.keys, ", ") }
