package journeys

import (
	"fmt"
	"strings"
)

// Press presses a key or a chord such as Control+A, on Target if there is one.
type Press struct {
	Key    Template
	Target Locators
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

func (*Press) Verb() string { return "press" }

func (a *Press) sentence() string { return "Press " + a.Key.Words() }
