// Package keyboard knows the keys: their names, the modifiers, and the events of the protocol that press them.
//
// It sends nothing. Its one rule: what it gives out is what a keyboard would send, each key that goes down comes up
// again.
package keyboard

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Event is one event of the keyboard.
type Event struct {
	Type      string   `json:"type"`
	Modifiers int      `json:"modifiers"`
	Key       string   `json:"key"`
	Code      string   `json:"code"`
	VK        int      `json:"windowsVirtualKeyCode"`
	Text      string   `json:"text,omitzero"`
	Commands  []string `json:"commands,omitzero"`
}

// Key is a key as the browser knows it.
type Key struct {
	name, code string
	vk         int
	text       string
}

// Named are the keys that have a name, as the DOM calls them (UI Events KeyboardEvent key values).
func Named() map[string]Key {
	keys := map[string]Key{
		"Enter": {"Enter", "Enter", 13, "\r"}, "Tab": {"Tab", "Tab", 9, ""}, "Space": {" ", "Space", 32, " "},
		"Backspace": {"Backspace", "Backspace", 8, ""}, "Delete": {"Delete", "Delete", 46, ""},
		"Escape": {"Escape", "Escape", 27, ""}, "Insert": {"Insert", "Insert", 45, ""},
		"Home": {"Home", "Home", 36, ""}, "End": {"End", "End", 35, ""},
		"PageUp": {"PageUp", "PageUp", 33, ""}, "PageDown": {"PageDown", "PageDown", 34, ""},
		"ArrowLeft": {"ArrowLeft", "ArrowLeft", 37, ""}, "ArrowUp": {"ArrowUp", "ArrowUp", 38, ""},
		"ArrowRight": {"ArrowRight", "ArrowRight", 39, ""}, "ArrowDown": {"ArrowDown", "ArrowDown", 40, ""},
		"Shift": {"Shift", "ShiftLeft", 16, ""}, "Control": {"Control", "ControlLeft", 17, ""},
		"Alt": {"Alt", "AltLeft", 18, ""}, "Meta": {"Meta", "MetaLeft", 91, ""},
	}
	for n := 1; n <= 12; n++ {
		name := fmt.Sprintf("F%d", n)
		keys[name] = Key{name, name, 111 + n, ""}
	}
	return keys
}

// Modifiers are the protocol's, by the modifier's name.
func Modifiers() map[string]int {
	return map[string]int{"Alt": 1, "Control": 2, "Ctrl": 2, "ControlOrMeta": 2, "Meta": 4, "Shift": 8}
}

// Chord is a key with the modifiers held while it is pressed.
type Chord struct {
	held      []Key
	modifiers int
	key       Key
}

// ParseChord reads a key such as Enter, a or Control+Shift+A.
func ParseChord(text string) (Chord, error) {
	var c Chord
	named, bits := Named(), Modifiers()
	rest := text
	for {
		name, after, more := strings.Cut(rest, "+")
		if !more || name == "" { // the key itself may be a plus
			break
		}
		bit, known := bits[name]
		if !known {
			return c, fmt.Errorf("%q is no modifier: use Alt, Control, Meta or Shift", name)
		}
		c.modifiers |= bit
		full := map[string]string{"Ctrl": "Control", "ControlOrMeta": "Control"}[name]
		if full == "" {
			full = name
		}
		c.held = append(c.held, named[full])
		rest = after
	}
	k, known := named[rest]
	if !known {
		r, size := utf8.DecodeRuneInString(rest)
		if rest == "" || size != len(rest) {
			return c, fmt.Errorf("%q is no key: use a single character or a name such as Enter, Tab, ArrowDown, F5", rest)
		}
		k = Character(r)
	}
	c.key = k
	return c, nil
}

// Character is the key that types a character; one that no key has is text without a code.
func Character(r rune) Key {
	k := Key{name: string(r), text: string(r)}
	switch upper := unicode.ToUpper(r); {
	case upper >= 'A' && upper <= 'Z':
		k.code, k.vk = "Key"+string(upper), int(upper)
	case r >= '0' && r <= '9':
		k.code, k.vk = "Digit"+string(r), int(r)
	case r == ' ':
		k.code, k.vk = "Space", 32
	}
	return k
}

// Stroke is a key that is pressed and let go, with no modifier held.
func (k Key) Stroke() []Event {
	down := Event{Type: "keyDown", Key: k.name, Code: k.code, VK: k.vk, Text: k.text}
	if k.text == "" {
		down.Type = "rawKeyDown"
	}
	return []Event{down, {Type: "keyUp", Key: k.name, Code: k.code, VK: k.vk}}
}

// Hold gives the events that press modifier keys and let them go again, and the modifiers while all are down.
func Hold(keys []Key) (down, up []Event, modifiers int) {
	bits := Modifiers()
	for _, k := range keys {
		modifiers |= bits[k.name]
		down = append(down, Event{Type: "rawKeyDown", Modifiers: modifiers, Key: k.name, Code: k.code, VK: k.vk})
	}
	held := modifiers
	for i := len(keys) - 1; i >= 0; i-- {
		k := keys[i]
		held &^= bits[k.name]
		up = append(up, Event{Type: "keyUp", Modifiers: held, Key: k.name, Code: k.code, VK: k.vk})
	}
	return down, up, modifiers
}

// Events press the chord and let it go again.
func (c Chord) Events() []Event {
	all, up, _ := Hold(c.held)
	k := c.key
	if c.modifiers != 0 && len(k.text) == 1 {
		// Control+A is what people write for the key a: the letter is large only with Shift.
		k.name, k.text = strings.ToLower(k.name), strings.ToLower(k.text)
	}
	if c.modifiers&8 != 0 && len(k.text) == 1 {
		k.name, k.text = strings.ToUpper(k.name), strings.ToUpper(k.text)
	}
	down := Event{Type: "rawKeyDown", Modifiers: c.modifiers, Key: k.name, Code: k.code, VK: k.vk}
	if k.text != "" && c.modifiers&^8 == 0 {
		down.Type, down.Text = "keyDown", k.text
	}
	if c.modifiers&2 != 0 {
		down.Commands = editing(strings.ToLower(k.name))
	}
	all = append(all, down, Event{Type: "keyUp", Modifiers: c.modifiers, Key: k.name, Code: k.code, VK: k.vk})
	return append(all, up...)
}

// editing gives the editing command that a chord with Control stands for: a browser without a window system
// has no key bindings of its own.
func editing(name string) []string {
	switch name {
	case "a":
		return []string{"selectAll"}
	case "c":
		return []string{"copy"}
	case "x":
		return []string{"cut"}
	case "v":
		return []string{"paste"}
	case "z":
		return []string{"undo"}
	}
	return nil
}
