package journeys

import "github.com/outrider-monitor/outrider/journeys/document"

// Goto navigates the page and waits for its load.
type Goto struct{ URL Template }

// Reload loads the page anew.
type Reload struct{}

// Back goes one entry back in the history.
type Back struct{}

// Forward goes one entry forward again.
type Forward struct{}

// navigateVerbs bring another document into the page.
func navigateVerbs() []verb {
	return []verb{
		{name: "goto", doc: "open a URL and wait for its load", place: onThePage, schema: textSchema(),
			read: func(p *parser, n *document.Node, _ *document.Map) Action { return &Goto{p.address(n)} }},
		{name: "reload", doc: "load the page anew", place: onThePage, schema: nothingSchema(),
			read: func(p *parser, n *document.Node, _ *document.Map) Action { p.nothing(n); return &Reload{} }},
		{name: "back", doc: "go one page back", place: onThePage, schema: nothingSchema(),
			read: func(p *parser, n *document.Node, _ *document.Map) Action { p.nothing(n); return &Back{} }},
		{name: "forward", doc: "go one page forward again", place: onThePage, schema: nothingSchema(),
			read: func(p *parser, n *document.Node, _ *document.Map) Action { p.nothing(n); return &Forward{} }},
	}
}

func (*Goto) Verb() string    { return "goto" }
func (*Reload) Verb() string  { return "reload" }
func (*Back) Verb() string    { return "back" }
func (*Forward) Verb() string { return "forward" }

func (a *Goto) sentence() string  { return "Open " + address(a.URL) }
func (*Reload) sentence() string  { return "Reload the page" }
func (*Back) sentence() string    { return "Go back" }
func (*Forward) sentence() string { return "Go forward" }
