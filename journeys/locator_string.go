package journeys

import (
	"strconv"
	"strings"
)

// String writes a locator as a person would write it in YAML: the string form where it says all, the map form
// otherwise.
func (l Locator) String() string {
	plain := l.Nth == nil && l.HasText == nil && l.Within == nil && l.Frame == nil && !l.Exact
	value := l.Value.Words()
	switch {
	case plain && l.Engine == ByRole && l.Name == nil:
		return "role=" + value
	case plain && l.Engine == ByRole:
		return "role=" + value + `[name="` + escapeName.Replace(l.Name.Words()) + `"]`
	case plain && l.Engine == ByVisible && !needsEngine(value):
		return value
	case plain:
		return string(l.Engine) + "=" + value
	}
	var b strings.Builder
	b.WriteString("{" + string(l.Engine) + ": " + scalar(value))
	if l.Name != nil {
		b.WriteString(", name: " + scalar(l.Name.Words()))
	}
	if l.Exact {
		b.WriteString(", exact: true")
	}
	if l.HasText != nil {
		b.WriteString(", has_text: " + scalar(l.HasText.Words()))
	}
	if l.Nth != nil {
		b.WriteString(", nth: " + strconv.Itoa(*l.Nth))
	}
	if l.Within != nil {
		b.WriteString(", within: " + nested(*l.Within))
	}
	if l.Frame != nil {
		b.WriteString(", frame: " + nested(*l.Frame))
	}
	b.WriteString("}")
	return b.String()
}

// String writes one locator alone, and several as a list.
func (ls Locators) String() string {
	if len(ls) == 1 {
		return ls[0].String()
	}
	texts := make([]string, len(ls))
	for i, l := range ls {
		texts[i] = nested(l)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// words is what a person calls the element: its name or text rather than how it is found.
func (l Locator) words() string {
	if l.Name != nil {
		return l.Name.Words()
	}
	return l.Value.Words()
}

func (ls Locators) words() string {
	if len(ls) == 0 {
		return ""
	}
	return ls[0].words()
}

// escapeName escapes what ends a quoted name.
var escapeName = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// needsEngine reports whether a bare text would be read as something else.
func needsEngine(text string) bool {
	l, err := ParseLocator(text)
	return err != nil || l.Engine != ByVisible || l.Value.Plain != text
}

func nested(l Locator) string {
	text := l.String()
	if strings.HasPrefix(text, "{") && l.Engine != ByVisible {
		return text
	}
	return scalar(text)
}

// scalar quotes a text that YAML would not read as this text inside of { } or [ ].
func scalar(text string) string {
	if text == "" || strings.ContainsAny(text, ",[]{}\"'\\\n\t#&*!|>%@`") || strings.Contains(text, ": ") ||
		strings.TrimSpace(text) != text || strings.ContainsAny(text[:1], "-?:") || strings.HasSuffix(text, ":") {
		return strconv.Quote(text)
	}
	return text
}
