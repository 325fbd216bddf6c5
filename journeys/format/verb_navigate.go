package format

import (
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// navigateVerbs bring another document into the page.
func navigateVerbs() []verb {
	return []verb{
		{name: "goto", doc: "open a URL and wait for its load", place: onThePage, schema: textSchema(),
			read: func(p *parser, n *document.Node, _ *document.Map) journeys.Action {
				return &journeys.Goto{URL: p.address(n)}
			}},
		{name: "reload", doc: "load the page anew", place: onThePage, schema: nothingSchema(),
			read: func(p *parser, n *document.Node, _ *document.Map) journeys.Action {
				p.nothing(n)
				return &journeys.Reload{}
			}},
		{name: "back", doc: "go one page back", place: onThePage, schema: nothingSchema(),
			read: func(p *parser, n *document.Node, _ *document.Map) journeys.Action {
				p.nothing(n)
				return &journeys.Back{}
			}},
		{name: "forward", doc: "go one page forward again", place: onThePage, schema: nothingSchema(),
			read: func(p *parser, n *document.Node, _ *document.Map) journeys.Action {
				p.nothing(n)
				return &journeys.Forward{}
			}},
	}
}
