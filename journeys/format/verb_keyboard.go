package format

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// keyboardVerbs do what a hand does with a keyboard, apart from filling fields.
func keyboardVerbs() []verb {
	return []verb{
		{name: "press", doc: "press a key or chord, such as Enter or Control+A, `on` an element if given", place: onThePage, schema: textSchema(),
			keys: []key{{"on", "the element that the key is pressed on", refSchema("locators"), false}}, read: readPress},
	}
}

func readPress(p *parser, n *document.Node, m *document.Map) journeys.Action {
	a := &journeys.Press{Key: p.required(n)}
	if text, static := a.Key.Static(); static && n.Kind == document.Text && text != "" {
		if message, hint := chordMistake(text); message != "" {
			p.r.Problem(n, message, hint)
		}
	}
	if on := m.Get("on"); on != nil {
		a.Target = p.locators(on)
	}
	return a
}

// chordMistake says what is wrong with a key such as Enter, a or Control+Shift+A.
func chordMistake(chord string) (message, hint string) {
	for {
		name, rest, more := strings.Cut(chord, "+")
		if !more || name == "" { // the key itself may be a plus
			break
		}
		if !slices.Contains(journeys.ModifierNames(), name) {
			return fmt.Sprintf("%q is no modifier", name), cmp.Or(document.DidYouMean(name, journeys.ModifierNames()), "use Alt, Control, Meta or Shift")
		}
		chord = rest
	}
	if utf8.RuneCountInString(chord) == 1 || slices.Contains(journeys.KeyNames(), chord) {
		return "", ""
	}
	return fmt.Sprintf("%q is no key", chord), cmp.Or(document.DidYouMean(chord, journeys.KeyNames()), "use a single character or a name such as Enter, Tab, ArrowDown, F5")
}
