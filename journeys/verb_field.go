package journeys

import (
	"fmt"
	"strings"
	"time"

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

// Select chooses options of a select element by their labels or values. Several are for one that takes several.
type Select struct {
	Target  Locators
	Options []Template
}

// Type types a text into a field, key by key, behind what it holds.
type Type struct {
	Target Locators
	With   Template
	// Delay is the time between two keys.
	Delay time.Duration
}

// Upload gives files to a file field, or to the file chooser that a click on the target opens. Relative names start
// at the journey's folder.
type Upload struct {
	Target Locators
	Files  []Template
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
	choose.keys = []key{{"with", "the option to choose, or a list of options", textsSchema(), true}}
	choose.read = func(p *parser, n *document.Node, m *document.Map) Action {
		return &Select{p.locators(n), p.texts(m, "with")}
	}
	typing := onTarget("type", "type the text `with` key by key behind what the field holds", nil)
	typing.keys = append(with("the text to type"), keysOf(typeFields())...)
	typing.read = readType
	upload := onTarget("upload", "give `files` to a file field, or to the chooser that a click opens", nil)
	upload.keys = []key{{"files", "file, or list of files, beside the journey", textsSchema(), true}}
	upload.read = func(p *parser, n *document.Node, m *document.Map) Action {
		return &Upload{p.locators(n), p.texts(m, "files")}
	}
	return []verb{
		fill, choose, typing, upload,
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

// texts reads the text, or the list of texts, that a verb needs under a key.
func (p *parser) texts(m *document.Map, name string) []Template {
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
	var all []Template
	for _, item := range items {
		all = append(all, p.template(item))
	}
	return all
}

// longestDelay is between two keys of a person who does not think meanwhile.
const longestDelay = 2 * time.Second

func typeFields() []field[Type] {
	return []field[Type]{
		{"delay", "time between two keys, such as 50ms", durationSchema(), func(p *parser, n *document.Node, a *Type) {
			if a.Delay = p.positive(n); a.Delay > longestDelay {
				p.r.Problem(n, fmt.Sprintf("want at most %s between two keys", short(longestDelay)), "")
			}
		}},
	}
}

func readType(p *parser, n *document.Node, m *document.Map) Action {
	a := &Type{Target: p.locators(n), With: p.with(m)}
	for _, f := range typeFields() {
		if value := m.Get(f.key); value != nil {
			f.read(p, value, a)
		}
	}
	return a
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
func (*Type) Verb() string     { return "type" }
func (*Upload) Verb() string   { return "upload" }
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
func (a *Select) sentence() string  { return "Select " + list(a.Options) + " in " + a.Target.words() }
func (a *Type) sentence() string    { return "Type into " + a.Target.words() }
func (a *Upload) sentence() string  { return "Upload " + list(a.Files) + " to " + a.Target.words() }
func (a *Check) sentence() string   { return "Check " + a.Target.words() }
func (a *Uncheck) sentence() string { return "Uncheck " + a.Target.words() }

func list(all []Template) string {
	words := make([]string, len(all))
	for i, t := range all {
		words[i] = t.words()
	}
	return strings.Join(words, ", ")
}
