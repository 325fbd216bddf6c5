package journeys

import (
	"strings"
	"sync"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// verb is one way to act: its key, how its value is read, and which further keys go with it.
type verb struct {
	name string
	doc  string
	// place is what the step's expressions see.
	place  place
	schema schema
	// keys are the further keys of the step that belong to this verb.
	keys []string
	read func(p *parser, n *document.Node, keys *document.Map) Action
}

// methods are the HTTP verbs.
func methods() []string { return []string{"get", "head", "post", "put", "patch", "delete", "options"} }

func verbOfMethod(m string) string { return strings.ToLower(m) }

// The tables are made once; they do not change.
var (
	verbTable     = sync.OnceValue(verbs)
	verbNameTable = sync.OnceValue(verbNames)
)

// verbs are all verbs of this version.
func verbs() []verb {
	var all []verb
	for _, m := range methods() {
		all = append(all, verb{m, strings.ToUpper(m) + " a URL", afterHTTP, textSchema(), requestKeys(), readRequest})
	}
	locator := refSchema("locators")
	target := func(make func(Locators) Action) func(*parser, *document.Node, *document.Map) Action {
		return func(p *parser, n *document.Node, _ *document.Map) Action { return make(p.locators(n)) }
	}
	return append(all,
		verb{"goto", "open a URL and wait for its load", onThePage, textSchema(), nil, func(p *parser, n *document.Node, _ *document.Map) Action {
			return &Goto{p.address(n)}
		}},
		verb{"reload", "load the page anew", onThePage, nothingSchema(), nil, func(p *parser, n *document.Node, _ *document.Map) Action {
			p.nothing(n)
			return &Reload{}
		}},
		verb{"back", "go one page back", onThePage, nothingSchema(), nil, func(p *parser, n *document.Node, _ *document.Map) Action {
			p.nothing(n)
			return &Back{}
		}},
		verb{"click", "click once", onThePage, locator, nil, target(func(l Locators) Action { return &Click{l} })},
		verb{"dblclick", "click twice", onThePage, locator, nil, target(func(l Locators) Action { return &DblClick{l} })},
		verb{"hover", "move the pointer there", onThePage, locator, nil, target(func(l Locators) Action { return &Hover{l} })},
		verb{"fill", "replace the value of a field by `with`", onThePage, locator, []string{"with"}, func(p *parser, n *document.Node, m *document.Map) Action {
			return &Fill{p.locators(n), p.with(m)}
		}},
		verb{"fill_form", "fill several fields, found by label", onThePage, mapSchema(textSchema()), nil, readForm},
		verb{"clear", "empty a field", onThePage, locator, nil, target(func(l Locators) Action { return &Clear{l} })},
		verb{"select", "choose the option `with` by its label or value", onThePage, locator, []string{"with"}, func(p *parser, n *document.Node, m *document.Map) Action {
			return &Select{p.locators(n), p.with(m)}
		}},
		verb{"check", "set a checkbox or radio button", onThePage, locator, nil, target(func(l Locators) Action { return &Check{l} })},
		verb{"uncheck", "clear a checkbox", onThePage, locator, nil, target(func(l Locators) Action { return &Uncheck{l} })},
		verb{"press", "press a key or chord, such as Enter or Control+A, `on` an element if given", onThePage, textSchema(), []string{"on"}, readPress},
		verb{"scroll_to", "bring an element into view", onThePage, locator, nil, target(func(l Locators) Action { return &ScrollTo{l} })},
		verb{"see", "wait until exactly one match is visible", onThePage, locator, nil, target(func(l Locators) Action { return &See{l} })},
		verb{"gone", "wait until no match is visible", onThePage, locator, nil, target(func(l Locators) Action { return &Gone{l} })},
		verb{"wait_for_url", "wait until the page's URL equals this, * standing for anything", onThePage, textSchema(), nil, func(p *parser, n *document.Node, _ *document.Map) Action {
			return &WaitForURL{p.required(n)}
		}},
		verb{"eval", "run JavaScript in the page; its value is `result`", afterEval, textSchema(), nil, func(p *parser, n *document.Node, _ *document.Map) Action {
			return &Eval{p.required(n)}
		}},
		verb{"screenshot", "keep a picture under this name", onThePage, textSchema(), nil, func(p *parser, n *document.Node, _ *document.Map) Action {
			return &Screenshot{p.required(n)}
		}},
	)
}

func verbNames() []string {
	var names []string
	for _, v := range verbs() {
		names = append(names, v.name)
	}
	return names
}

// verbKeys are the keys that belong to some verb.
func verbKeys() []string { return append(requestKeys(), "with", "on") }

// required reads a template that is not empty.
func (p *parser) required(n *document.Node) Template {
	t := p.template(n)
	if text, static := t.Static(); n.Kind == document.Text && static && strings.TrimSpace(text) == "" && t.Source == text {
		p.r.Problem(n, "is empty", "")
	}
	return t
}

// address reads a URL. What is known of it before it is evaluated must be the beginning of one.
func (p *parser) address(n *document.Node) Template {
	before := p.r.Count()
	t := p.required(n)
	if n.Kind != document.Text || p.r.Count() > before {
		return t
	}
	start, static := t.Static()
	if !static {
		start = t.parts[0].text
		if t.parts[0].expr != nil {
			return t
		}
	}
	for _, scheme := range []string{"http://", "https://"} {
		if strings.HasPrefix(start, scheme) && (!static || len(start) > len(scheme)) {
			return t
		}
	}
	p.r.Problem(n, "want a URL, got "+quoteShort(t.Source), "it begins with http:// or https://")
	return t
}

func (p *parser) nothing(n *document.Node) {
	if n.Kind != document.Null && n.Value != "true" {
		p.r.Problem(n, "takes no value", "")
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

func readPress(p *parser, n *document.Node, m *document.Map) Action {
	a := &Press{Key: p.required(n)}
	if on := m.Get("on"); on != nil {
		a.Target = p.locators(on)
	}
	return a
}
