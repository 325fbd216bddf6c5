package journeys

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/outrider-monitor/outrider/journeys/document"
)

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

// KeyNames are the keys that have a name, as the DOM calls them (UI Events KeyboardEvent key values). Any single
// character is a key too.
func KeyNames() []string {
	names := strings.Fields(`Enter Tab Space Backspace Delete Escape Insert Home End PageUp PageDown
		ArrowLeft ArrowUp ArrowRight ArrowDown Shift Control Alt Meta`)
	for n := 1; n <= 12; n++ {
		names = append(names, fmt.Sprintf("F%d", n))
	}
	return names
}

// ModifierNames are the keys that may be held while another is pressed. Ctrl and ControlOrMeta are Control.
func ModifierNames() []string {
	return []string{"Alt", "Control", "Ctrl", "ControlOrMeta", "Meta", "Shift"}
}

// chordMistake says what is wrong with a key such as Enter, a or Control+Shift+A.
func chordMistake(chord string) (message, hint string) {
	for {
		name, rest, more := strings.Cut(chord, "+")
		if !more || name == "" { // the key itself may be a plus
			break
		}
		if !slices.Contains(ModifierNames(), name) {
			return fmt.Sprintf("%q is no modifier", name), cmp.Or(document.DidYouMean(name, ModifierNames()), "use Alt, Control, Meta or Shift")
		}
		chord = rest
	}
	if utf8.RuneCountInString(chord) == 1 || slices.Contains(KeyNames(), chord) {
		return "", ""
	}
	return fmt.Sprintf("%q is no key", chord), cmp.Or(document.DidYouMean(chord, KeyNames()), "use a single character or a name such as Enter, Tab, ArrowDown, F5")
}

func (*Press) Verb() string { return "press" }

func (a *Press) sentence() string { return "Press " + a.Key.words() }
