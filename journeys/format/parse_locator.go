package format

import (
	"fmt"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// locators reads one locator, or a list of alternatives.
func (p *parser) locators(n *document.Node) journeys.Locators {
	if n.Kind != document.List {
		if l, ok := p.locator(n); ok {
			return journeys.Locators{l}
		}
		return nil
	}
	if len(n.Items) == 0 {
		p.r.Problem(n, "the list of locators is empty", "")
	}
	var ls journeys.Locators
	for _, item := range n.Items {
		if l, ok := p.locator(item); ok {
			ls = append(ls, l)
		}
	}
	return ls
}

func (p *parser) locator(n *document.Node) (journeys.Locator, bool) {
	switch n.Kind {
	case document.Text:
		return p.locatorText(n)
	case document.Mapping:
		return p.locatorMap(n)
	}
	p.r.Problem(n, "want a locator, got "+n.Kind.String(), `a text that a person sees, engine=value, or {role: button, name: Buy}`)
	return journeys.Locator{}, false
}

func (p *parser) locatorText(n *document.Node) (journeys.Locator, bool) {
	if strings.ContainsFunc(n.Value, journeys.IsPlaceholder) {
		p.r.Problem(n, "the locator holds a character of Unicode's private use planes", "")
		return journeys.Locator{}, false
	}
	found, ok := p.holes(n, n.Value)
	var skeleton strings.Builder
	at := 0
	for i, f := range found {
		skeleton.WriteString(n.Value[at:f.start])
		skeleton.WriteRune(journeys.FirstPlaceholder + rune(i))
		at = f.end
	}
	skeleton.WriteString(n.Value[at:])
	l, err := journeys.LocatorOf(skeleton.String(), func(text string) journeys.Template { return p.refill(n, text, found) })
	if err != nil {
		message, hint, _ := strings.Cut(err.Error(), ": ")
		p.r.Problem(n, withoutPlaceholders(message), withoutPlaceholders(hint))
		return l, false
	}
	l.Pos = n.Pos
	return l, ok
}

// refill makes a template of a piece of a skeleton.
func (p *parser) refill(n *document.Node, text string, found []filled) journeys.Template {
	t := journeys.Template{Source: n.Value, Pos: n.Pos}
	var literal strings.Builder
	flush := func() {
		if literal.Len() > 0 {
			t.Parts = append(t.Parts, journeys.Piece{Text: unescape(literal.String())})
			literal.Reset()
		}
	}
	for _, r := range text {
		if i := int(r - journeys.FirstPlaceholder); journeys.IsPlaceholder(r) && i < len(found) {
			flush()
			t.Parts = append(t.Parts, journeys.Piece{Expr: found[i].expr})
			continue
		}
		literal.WriteRune(r)
	}
	if len(t.Parts) == 0 {
		t.Plain = unescape(text)
		return t
	}
	flush()
	return t
}

func withoutPlaceholders(text string) string {
	return strings.Map(func(r rune) rune {
		if journeys.IsPlaceholder(r) {
			return '…'
		}
		return r
	}, text)
}

func (p *parser) locatorMap(n *document.Node) (journeys.Locator, bool) {
	l := journeys.Locator{Pos: n.Pos}
	before := p.r.Count()
	m := readFields(p, n, p.g.locator, &l)
	var given []string
	for _, e := range journeys.EngineTable() {
		if m.Has(e) {
			given = append(given, e)
		}
	}
	switch {
	case len(given) == 0:
		p.r.Problem(n, "the locator does not say how to find the element", "want one of "+strings.Join(journeys.EngineTable(), ", "))
	case len(given) > 1:
		p.r.ProblemAt(m.KeyPos(given[1]), n.Path(), fmt.Sprintf("%s and %s are two ways to find the element", given[0], given[1]),
			"use one; has_text narrows it, a list gives alternatives")
	case m.Has("name") && l.Engine != journeys.ByRole:
		p.r.ProblemAt(m.KeyPos("name"), n.Path(), "name goes with role", "")
	}
	return l, p.r.Count() == before
}

// locatorFields are the keys of a locator's map form.
func locatorFields() []field[journeys.Locator] {
	fields := []field[journeys.Locator]{}
	docs := map[journeys.Engine]string{
		journeys.ByRole: "ARIA role, as the browser computes it", journeys.ByLabel: "label of a form field", journeys.ByPlaceholder: "placeholder of a form field",
		journeys.ByText: "visible text", journeys.ByTestID: "test id (data-testid)", journeys.ByAlt: "alternative text of a picture",
		journeys.ByTitle: "title attribute", journeys.ByCSS: "CSS selector", journeys.ByXPath: "XPath expression",
	}
	for _, e := range journeys.Engines() {
		fields = append(fields, field[journeys.Locator]{string(e), docs[e], textSchema(), func(p *parser, n *document.Node, l *journeys.Locator) {
			l.Engine, l.Value = e, p.template(n)
			text, static := l.Value.Static()
			if !static || n.Kind != document.Text {
				return
			}
			err := journeys.Balanced(e, text)
			if e == journeys.ByRole {
				err = journeys.KnownRole(text)
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
		field[journeys.Locator]{"name", "accessible name, with role", textSchema(), func(p *parser, n *document.Node, l *journeys.Locator) {
			t := p.template(n)
			l.Name = &t
		}},
		field[journeys.Locator]{"exact", "compare the whole text, case included", boolSchema(), func(p *parser, n *document.Node, l *journeys.Locator) {
			l.Exact, _ = p.r.Bool(n)
		}},
		field[journeys.Locator]{"nth", "which of several matches, from 0; negative from the end", intSchema(), func(p *parser, n *document.Node, l *journeys.Locator) {
			if i, ok := p.r.Int(n); ok {
				l.Nth = &i
			}
		}},
		field[journeys.Locator]{"has_text", "keep matches that contain this text", textSchema(), func(p *parser, n *document.Node, l *journeys.Locator) {
			t := p.template(n)
			l.HasText = &t
		}},
		field[journeys.Locator]{"within", "look below the element that this locator finds", refSchema("locator"), func(p *parser, n *document.Node, l *journeys.Locator) {
			if inner, ok := p.locator(n); ok {
				l.Within = &inner
			}
		}},
		field[journeys.Locator]{"frame", "look inside of the frame that this locator finds", refSchema("locator"), func(p *parser, n *document.Node, l *journeys.Locator) {
			if inner, ok := p.locator(n); ok {
				l.Frame = &inner
			}
		}},
	)
}
