package journeys

import "github.com/outrider-monitor/outrider/journeys/document"

// Press presses a key or a chord such as Control+A, on Target if there is one.
type Press struct {
	Key    Template
	Target Locators
}

// keyboardVerbs do what a hand does with a keyboard, apart from filling fields.
func keyboardVerbs() []verb {
	return []verb{
		{name: "press", doc: "press a key or chord, such as Enter or Control+A, `on` an element if given", place: onThePage, schema: textSchema(),
			keys: []key{{"on", "the element that the key is pressed on", refSchema("locators"), false}}, read: readPress},
	}
}

func readPress(p *parser, n *document.Node, m *document.Map) Action {
	a := &Press{Key: p.required(n)}
	if on := m.Get("on"); on != nil {
		a.Target = p.locators(on)
	}
	return a
}

func (*Press) Verb() string { return "press" }

func (a *Press) sentence() string { return "Press " + a.Key.words() }
