package journeys

import (
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// Fill replaces the value of a field (`fill: LOCATOR`, `with: TEXT`).
type Fill struct {
	Target Locators
	With   Template
}

// FillForm fills several fields, found by label, in the order of the file.
type FillForm struct{ Fields []FormField }

// FormField is one entry of fill_form.
type FormField struct {
	Label string
	With  Template
}

// Clear empties a field.
type Clear struct{ Target Locators }

// Select chooses an option of a select element by its label or value.
type Select struct {
	Target Locators
	Option Template
}

// Check and Uncheck set a checkbox or a radio button and verify that it took.
type (
	Check   struct{ Target Locators }
	Uncheck struct{ Target Locators }
)

// fieldVerbs put something into a form.
func fieldVerbs() []verb {
	with := func(doc string) []key { return []key{{"with", doc, textSchema(), true}} }
	fill := onTarget("fill", "replace the value of a field by `with`", nil)
	fill.keys = with("the text to fill in")
	fill.read = func(p *parser, n *document.Node, m *document.Map) Action { return &Fill{p.locators(n), p.with(m)} }
	choose := onTarget("select", "choose the option `with` by its label or value", nil)
	choose.keys = with("the option to choose")
	choose.read = func(p *parser, n *document.Node, m *document.Map) Action { return &Select{p.locators(n), p.with(m)} }
	return []verb{
		fill, choose,
		{name: "fill_form", doc: "fill several fields, found by label", place: onThePage, schema: mapSchema(textSchema()), read: readForm},
		onTarget("clear", "empty a field", func(l Locators) Action { return &Clear{l} }),
		onTarget("check", "set a checkbox or radio button", func(l Locators) Action { return &Check{l} }),
		onTarget("uncheck", "clear a checkbox", func(l Locators) Action { return &Uncheck{l} }),
	}
}

// with reads the text for a field.
func (p *parser) with(m *document.Map) Template {
	m.Need("with")
	if n := m.Get("with"); n != nil {
		return p.template(n)
	}
	return Template{}
}

func readForm(p *parser, n *document.Node, _ *document.Map) Action {
	f := &FillForm{}
	entries := p.r.Map(n).Entries()
	if n.Kind == document.Mapping && len(entries) == 0 {
		p.r.Problem(n, "fills no field", "write LABEL: TEXT")
	}
	for _, e := range entries {
		f.Fields = append(f.Fields, FormField{Label: e.Key, With: p.template(e.Value)})
	}
	return f
}

func (*Fill) Verb() string     { return "fill" }
func (*FillForm) Verb() string { return "fill_form" }
func (*Clear) Verb() string    { return "clear" }
func (*Select) Verb() string   { return "select" }
func (*Check) Verb() string    { return "check" }
func (*Uncheck) Verb() string  { return "uncheck" }

func (a *Fill) sentence() string { return "Fill " + a.Target.words() }
func (a *FillForm) sentence() string {
	labels := make([]string, len(a.Fields))
	for i, f := range a.Fields {
		labels[i] = f.Label
	}
	return "Fill " + strings.Join(labels, ", ")
}
func (a *Clear) sentence() string   { return "Clear " + a.Target.words() }
func (a *Select) sentence() string  { return "Select " + a.Option.words() + " in " + a.Target.words() }
func (a *Check) sentence() string   { return "Check " + a.Target.words() }
func (a *Uncheck) sentence() string { return "Uncheck " + a.Target.words() }
