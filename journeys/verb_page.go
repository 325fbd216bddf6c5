package journeys

import "github.com/outrider-monitor/outrider/journeys/document"

// Eval runs JavaScript in the page; its value is `result` in the step's expressions.
type Eval struct{ Script Template }

// Screenshot keeps a picture under a name, whatever the outcome.
type Screenshot struct{ Name Template }

// pageVerbs deal with the page as a whole.
func pageVerbs() []verb {
	return []verb{
		{name: "eval", doc: "run JavaScript in the page; its value is `result`", place: afterEval, schema: textSchema(),
			read: func(p *parser, n *document.Node, _ *document.Map) Action { return &Eval{p.required(n)} }},
		{name: "screenshot", doc: "keep a picture under this name", place: onThePage, schema: textSchema(),
			read: func(p *parser, n *document.Node, _ *document.Map) Action { return &Screenshot{p.required(n)} }},
	}
}

func (*Eval) Verb() string       { return "eval" }
func (*Screenshot) Verb() string { return "screenshot" }

func (*Eval) sentence() string       { return "Run a script" }
func (*Screenshot) sentence() string { return "Take a picture" }
