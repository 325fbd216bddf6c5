package journeys

import (
	"fmt"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// A locator's string form is read with a placeholder for each expression, so that its grammar sees one character
// whatever the expression holds: characters of a private use plane of Unicode (U+F0000 and on).
const firstPlaceholder = '\U000F0000'

func isPlaceholder(r rune) bool { return r >= firstPlaceholder && r <= '\U000FFFFD' }

// locators reads one locator, or a list of alternatives.
func (p *parser) locators(n *document.Node) Locators {
	if n.Kind != document.List {
		if l, ok := p.locator(n); ok {
			return Locators{l}
		}
		return nil
	}
	if len(n.Items) == 0 {
		p.r.Problem(n, "the list of locators is empty", "")
	}
	var ls Locators
	for _, item := range n.Items {
		if l, ok := p.locator(item); ok {
			ls = append(ls, l)
		}
	}
	return ls
}

func (p *parser) locator(n *document.Node) (Locator, bool) {
	switch n.Kind {
	case document.Text:
		return p.locatorText(n)
	case document.Mapping:
		return p.locatorMap(n)
	}
	p.r.Problem(n, "want a locator, got "+n.Kind.String(), `a text that a person sees, engine=value, or {role: button, name: Buy}`)
	return Locator{}, false
}

func (p *parser) locatorText(n *document.Node) (Locator, bool) {
	if strings.ContainsFunc(n.Value, isPlaceholder) {
		p.r.Problem(n, "the locator holds a character of Unicode's private use planes", "")
		return Locator{}, false
	}
	found, ok := p.holes(n, n.Value)
	var skeleton strings.Builder
	at := 0
	for i, f := range found {
		skeleton.WriteString(n.Value[at:f.start])
		skeleton.WriteRune(firstPlaceholder + rune(i))
		at = f.end
	}
	skeleton.WriteString(n.Value[at:])
	l, err := parseLocator(skeleton.String(), func(text string) Template { return p.refill(n, text, found) })
	if err != nil {
		message, hint, _ := strings.Cut(err.Error(), ": ")
		p.r.Problem(n, withoutPlaceholders(message), withoutPlaceholders(hint))
		return l, false
	}
	l.Pos = n.Pos
	return l, ok
}

// refill makes a template of a piece of a skeleton.
func (p *parser) refill(n *document.Node, text string, found []filled) Template {
	t := Template{Source: n.Value, Pos: n.Pos}
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			t.parts = append(t.parts, part{text: unescape(literal.String())})
			literal.Reset()
		}
	}
	for _, r := range text {
		if i := int(r - firstPlaceholder); isPlaceholder(r) && i < len(found) {
			flush()
			t.parts = append(t.parts, part{expr: found[i].expr})
			continue
		}
		literal.WriteRune(r)
	}
	if len(t.parts) == 0 {
		t.static = unescape(text)
		return t
	}
	flush()
	return t
}

func withoutPlaceholders(text string) string {
	return strings.Map(func(r rune) rune {
		if isPlaceholder(r) {
			return '…'
		}
		return r
	}, text)
}

func (p *parser) locatorMap(n *document.Node) (Locator, bool) {
	l := Locator{Pos: n.Pos}
	before := p.r.Count()
	m := readFields(p, n, p.g.locator, &l)
	var given []string
	for _, e := range engineTable() {
		if m.Has(e) {
			given = append(given, e)
		}
	}
	switch {
	case len(given) == 0:
		p.r.Problem(n, "the locator does not say how to find the element", "want one of "+strings.Join(engineTable(), ", "))
	case len(given) > 1:
		p.r.ProblemAt(m.KeyPos(given[1]), n.Path(), fmt.Sprintf("%s and %s are two ways to find the element", given[0], given[1]),
			"use one; has_text narrows it, a list gives alternatives")
	case m.Has("name") && l.Engine != ByRole:
		p.r.ProblemAt(m.KeyPos("name"), n.Path(), "name goes with role", "")
	}
	return l, p.r.Count() == before
}

// locatorFields are the keys of a locator's map form.
func locatorFields() []field[Locator] {
	fields := []field[Locator]{}
	docs := map[Engine]string{
		ByRole: "ARIA role, as the browser computes it", ByLabel: "label of a form field", ByPlaceholder: "placeholder of a form field",
		ByText: "visible text", ByTestID: "test id (data-testid)", ByAlt: "alternative text of a picture",
		ByTitle: "title attribute", ByCSS: "CSS selector", ByXPath: "XPath expression",
	}
	for _, e := range engines() {
		fields = append(fields, field[Locator]{string(e), docs[e], textSchema(), func(p *parser, n *document.Node, l *Locator) {
			l.Engine, l.Value = e, p.template(n)
			text, static := l.Value.Static()
			if !static || n.Kind != document.Text {
				return
			}
			err := balanced(e, text)
			if e == ByRole {
				err = knownRole(text)
			}
			if err == nil && strings.TrimSpace(text) == "" {
				err = fmt.Errorf("the %s is empty", e)
			}
			if err != nil {
				message, hint, _ := strings.Cut(err.Error(), ": ")
				p.r.Problem(n, message, hint)
			}
		}})
	}
	return append(fields,
		field[Locator]{"name", "accessible name, with role", textSchema(), func(p *parser, n *document.Node, l *Locator) {
			t := p.template(n)
			l.Name = &t
		}},
		field[Locator]{"exact", "compare the whole text, case included", boolSchema(), func(p *parser, n *document.Node, l *Locator) {
			l.Exact, _ = p.r.Bool(n)
		}},
		field[Locator]{"nth", "which of several matches, from 0; negative from the end", intSchema(), func(p *parser, n *document.Node, l *Locator) {
			if i, ok := p.r.Int(n); ok {
				l.Nth = &i
			}
		}},
		field[Locator]{"has_text", "keep matches that contain this text", textSchema(), func(p *parser, n *document.Node, l *Locator) {
			t := p.template(n)
			l.HasText = &t
		}},
		field[Locator]{"within", "look below the element that this locator finds", refSchema("locator"), func(p *parser, n *document.Node, l *Locator) {
			if inner, ok := p.locator(n); ok {
				l.Within = &inner
			}
		}},
		field[Locator]{"frame", "look inside of the frame that this locator finds", refSchema("locator"), func(p *parser, n *document.Node, l *Locator) {
			if inner, ok := p.locator(n); ok {
				l.Frame = &inner
			}
		}},
	)
}
