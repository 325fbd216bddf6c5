package format

import (
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// pageVerbs deal with the page as a whole.
func pageVerbs() []verb {
	return []verb{
		{name: "eval", doc: "run JavaScript in the page; its value is `result`", place: afterEval, schema: textSchema(),
			read: func(p *parser, n *document.Node, _ *document.Map) journeys.Action {
				return &journeys.Eval{Script: p.required(n)}
			}},
		{name: "screenshot", doc: "keep a picture under this name", place: onThePage, schema: textSchema(),
			read: func(p *parser, n *document.Node, _ *document.Map) journeys.Action {
				return &journeys.Screenshot{Name: p.required(n)}
			}},
	}
}
