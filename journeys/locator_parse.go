package journeys

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// Engines are the words before the = of a locator's string form, and the keys of its map form.
func Engines() []Engine {
	return []Engine{ByRole, ByLabel, ByPlaceholder, ByText, ByTestID, ByAlt, ByTitle, ByCSS, ByXPath}
}

// EngineTable is EngineNames, made once.
var EngineTable = sync.OnceValue(EngineNames)

// EngineNames are the engines as texts.
func EngineNames() []string {
	var names []string
	for _, e := range Engines() {
		names = append(names, string(e))
	}
	return names
}

// ParseLocator reads a locator's string form: what a person sees, or engine=value, or
// role=button[name="Place order"], where [exact] and [nth=1] may follow. ${{ }} means nothing here.
func ParseLocator(text string) (Locator, error) {
	return LocatorOf(text, func(s string) Template { return Literal(s) })
}

// LocatorOf is ParseLocator for a text that may hold expressions: template makes a template of a piece of it.
func LocatorOf(text string, template func(string) Template) (Locator, error) {
	if strings.TrimSpace(text) == "" {
		return Locator{}, errors.New("the locator is empty")
	}
	word, value, ok := strings.Cut(text, "=")
	if !ok || !isWord(word) {
		if strings.HasPrefix(text, "//") || strings.HasPrefix(text, "(//") {
			return Locator{}, fmt.Errorf("%q looks like an XPath: write xpath=%s", text, text)
		}
		return Locator{Engine: ByVisible, Value: template(text)}, nil
	}
	if word == string(ByVisible) {
		return Locator{Engine: ByVisible, Value: template(value)}, nil
	}
	for _, e := range Engines() {
		if string(e) != word {
			continue
		}
		if strings.TrimSpace(value) == "" {
			return Locator{}, fmt.Errorf("%s= wants a value", word)
		}
		if e == ByRole {
			return parseRole(value, template)
		}
		return Locator{Engine: e, Value: template(value)}, Balanced(e, value)
	}
	if hint := document.DidYouMean(word, EngineNames()); hint != "" {
		return Locator{}, fmt.Errorf("unknown locator engine %q: %s", word, hint)
	}
	return Locator{Engine: ByVisible, Value: template(text)}, nil
}

func isWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == ""
}

// parseRole reads `button[name="Place order"][exact][nth=1]`.
func parseRole(text string, template func(string) Template) (Locator, error) {
	role, rest, _ := strings.Cut(text, "[")
	if len(role) < len(text) {
		rest = "[" + rest
	}
	l := Locator{Engine: ByRole, Value: template(role)}
	if err := KnownRole(role); err != nil {
		return l, err
	}
	for rest != "" {
		var name, value string
		var err error
		if name, value, rest, err = attribute(rest); err != nil {
			return l, err
		}
		if err := l.set(name, value, template); err != nil {
			return l, err
		}
	}
	return l, nil
}

// attribute takes one [name="value"] from the front of the text.
func attribute(text string) (name, value, rest string, err error) {
	if text[0] != '[' {
		return "", "", "", fmt.Errorf("want [ and got %q after the role", text)
	}
	end := strings.IndexAny(text, "=]")
	if end < 0 {
		return "", "", "", fmt.Errorf("a ] is missing after %q", text)
	}
	name, rest = strings.TrimSpace(text[1:end]), text[end+1:]
	if text[end] == ']' {
		return name, "", rest, nil
	}
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		value, rest, ok := strings.Cut(rest, "]")
		if !ok {
			return "", "", "", fmt.Errorf("a ] is missing after %q", text)
		}
		return name, strings.TrimSpace(value), rest, nil
	}
	value, rest, ok := quotedText(rest)
	if !ok || !strings.HasPrefix(rest, "]") {
		return "", "", "", fmt.Errorf("want %s=\"...\"], got %q", name, text)
	}
	return name, value, rest[1:], nil
}

// quotedText takes a text in quotes from the front; a backslash takes the next character as it is.
func quotedText(text string) (value, rest string, ok bool) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == text[0]:
			return b.String(), text[i+1:], true
		case text[i] == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(text[i])
		}
	}
	return "", "", false
}

func (l *Locator) set(name, value string, template func(string) Template) error {
	switch name {
	case "name":
		if value == "" {
			return errors.New("[name] wants a value")
		}
		t := template(value)
		l.Name = &t
	case "has_text":
		t := template(value)
		l.HasText = &t
	case "exact":
		l.Exact = value == "" || value == "true"
	case "nth":
		n, err := strconv.Atoi(value)
		if err != nil {
			return fmt.Errorf("[nth=%s] wants a whole number", value)
		}
		l.Nth = &n
	default:
		known := []string{"name", "exact", "nth", "has_text"}
		if hint := document.DidYouMean(name, known); hint != "" {
			return fmt.Errorf("unknown attribute [%s]: %s", name, hint)
		}
		return fmt.Errorf("unknown attribute [%s]: known are %s", name, strings.Join(known, ", "))
	}
	return nil
}

// Balanced finds the mistake that is made most in a selector. Whether it is right in all else the browser knows.
func Balanced(e Engine, selector string) error {
	if e != ByCSS && e != ByXPath {
		return nil
	}
	var open []byte
	for i := 0; i < len(selector); i++ {
		switch c := selector[i]; c {
		case '\\':
			i++
		case '"', '\'':
			end := strings.IndexByte(selector[i+1:], c)
			if end < 0 {
				return fmt.Errorf("a %c is not closed in %s=%s", c, e, selector)
			}
			i += end + 1
		case '(', '[':
			open = append(open, c)
		case ')', ']':
			if len(open) == 0 || c == ')' && open[len(open)-1] != '(' || c == ']' && open[len(open)-1] != '[' {
				return fmt.Errorf("a %c has no beginning in %s=%s", c, e, selector)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("a %c is not closed in %s=%s", open[len(open)-1], e, selector)
	}
	return nil
}

// KnownRole refuses what is no role of WAI-ARIA 1.3. A role with an expression in it is not known yet.
func KnownRole(role string) error {
	if strings.ContainsFunc(role, IsPlaceholder) {
		return nil
	}
	roles := roleTable()
	for _, r := range roles {
		if r == role {
			return nil
		}
	}
	if hint := document.DidYouMean(role, roles); hint != "" {
		return fmt.Errorf("unknown role %q: %s", role, hint)
	}
	return fmt.Errorf("unknown role %q: see https://www.w3.org/TR/wai-aria-1.3/#role_definitions", role)
}

var roleTable = sync.OnceValue(ariaRoles)

func ariaRoles() []string {
	return strings.Fields(`alert alertdialog application article banner blockquote button caption cell checkbox code
		columnheader combobox comment complementary contentinfo definition deletion dialog directory document
		emphasis feed figure form generic grid gridcell group heading image img insertion link list listbox listitem
		log main mark marquee math menu menubar menuitem menuitemcheckbox menuitemradio meter navigation none note
		option paragraph presentation progressbar radio radiogroup region row rowgroup rowheader scrollbar search
		searchbox sectionfooter sectionheader separator slider spinbutton status strong subscript suggestion
		superscript switch tab table tablist tabpanel term textbox time timer toolbar tooltip tree treegrid treeitem`)
}

// FirstPlaceholder is the first of them. A locator's string form is read with a placeholder for each expression, so that its grammar sees one character
// whatever the expression holds: characters of a private use plane of Unicode (U+F0000 and on).
const FirstPlaceholder = '\U000F0000'

// IsPlaceholder reports whether a character stands for an expression.
func IsPlaceholder(r rune) bool { return r >= FirstPlaceholder && r <= '\U000FFFFD' }
