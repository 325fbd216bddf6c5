package format

import (
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// fieldVerbs put something into a form.
func fieldVerbs() []verb {
	with := func(doc string) []key { return []key{{"with", doc, textSchema(), true}} }
	fill := onTarget("fill", "replace the value of a field by `with`", nil)
	fill.keys = with("the text to fill in")
	fill.read = func(p *parser, n *document.Node, m *document.Map) journeys.Action {
		return &journeys.Fill{Target: p.locators(n), With: p.with(m)}
	}
	choose := onTarget("select", "choose the option `with` by its label or value", nil)
	choose.keys = []key{{"with", "the option to choose, or a list of options", textsSchema(), true}}
	choose.read = func(p *parser, n *document.Node, m *document.Map) journeys.Action {
		return &journeys.Select{Target: p.locators(n), Options: p.texts(m, "with")}
	}
	typing := onTarget("type", "type the text `with` key by key behind what the field holds", nil)
	typing.keys = append(with("the text to type"), keysOf(typeFields())...)
	typing.read = readType
	upload := onTarget("upload", "give `files` to a file field, or to the chooser that a click opens", nil)
	upload.keys = []key{{"files", "file, or list of files, beside the journey", textsSchema(), true}}
	upload.read = func(p *parser, n *document.Node, m *document.Map) journeys.Action {
		return &journeys.Upload{Target: p.locators(n), Files: p.texts(m, "files")}
	}
	return []verb{
		fill, choose, typing, upload,
		{name: "fill_form", doc: "fill several fields, found by label", place: onThePage, schema: mapSchema(textSchema()), read: readForm},
		onTarget("clear", "empty a field", func(l journeys.Locators) journeys.Action { return &journeys.Clear{Target: l} }),
		onTarget("check", "set a checkbox or radio button", func(l journeys.Locators) journeys.Action { return &journeys.Check{Target: l} }),
		onTarget("uncheck", "clear a checkbox", func(l journeys.Locators) journeys.Action { return &journeys.Uncheck{Target: l} }),
	}
}

// with reads the text for a field.
func (p *parser) with(m *document.Map) journeys.Template {
	m.Need("with")
	if n := m.Get("with"); n != nil {
		return p.template(n)
	}
	return journeys.Template{}
}

// texts reads the text, or the list of texts, that a verb needs under a key.
func (p *parser) texts(m *document.Map, name string) []journeys.Template {
	m.Need(name)
	n := m.Get(name)
	if n == nil {
		return nil
	}
	items := []*document.Node{n}
	if n.Kind != document.Text {
		items, _ = p.r.List(n)
		if n.Kind == document.List && len(items) == 0 {
			p.r.Problem(n, "is empty", "")
		}
	}
	var all []journeys.Template
	for _, item := range items {
		all = append(all, p.template(item))
	}
	return all
}

// longestDelay is between two keys of a person who does not think meanwhile.
const longestDelay = 2 * time.Second

func typeFields() []field[journeys.Type] {
	return []field[journeys.Type]{
		{"delay", "time between two keys, such as 50ms", durationSchema(), func(p *parser, n *document.Node, a *journeys.Type) {
			if a.Delay = p.positive(n); a.Delay > longestDelay {
				p.r.Problem(n, fmt.Sprintf("want at most %s between two keys", short(longestDelay)), "")
			}
		}},
	}
}

func readType(p *parser, n *document.Node, m *document.Map) journeys.Action {
	a := &journeys.Type{Target: p.locators(n), With: p.with(m)}
	for _, f := range typeFields() {
		if value := m.Get(f.key); value != nil {
			f.read(p, value, a)
		}
	}
	return a
}

func readForm(p *parser, n *document.Node, _ *document.Map) journeys.Action {
	f := &journeys.FillForm{}
	entries := p.r.Map(n).Entries()
	if n.Kind == document.Mapping && len(entries) == 0 {
		p.r.Problem(n, "fills no field", "write LABEL: TEXT")
	}
	for _, e := range entries {
		f.Fields = append(f.Fields, journeys.FormField{Label: e.Key, With: p.template(e.Value)})
	}
	return f
}
