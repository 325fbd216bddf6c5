package journeys

import "github.com/outrider-monitor/outrider/journeys/document"

// See waits until exactly one match is visible; Gone until no match is.
type (
	See  struct{ Target Locators }
	Gone struct{ Target Locators }
)

// WaitForURL waits until the page's URL equals the text, or matches it where it holds * wildcards. A text that
// begins with a slash is compared with the path alone, and with the query where it holds a question mark.
type WaitForURL struct{ URL Template }

// seeVerbs wait for what a customer would see; they are expectations by themselves.
func seeVerbs() []verb {
	see := onTarget("see", "wait until exactly one match is visible", func(l Locators) Action { return &See{l} })
	gone := onTarget("gone", "wait until no match is visible", func(l Locators) Action { return &Gone{l} })
	see.judges, gone.judges = true, true
	return []verb{
		see, gone, responseVerb(),
		{name: "wait_for_url", doc: "wait until the page's URL equals this, * standing for anything", place: onThePage, schema: textSchema(), judges: true,
			read: func(p *parser, n *document.Node, _ *document.Map) Action { return &WaitForURL{p.urlPattern(n)} }},
	}
}

func (*See) Verb() string        { return "see" }
func (*Gone) Verb() string       { return "gone" }
func (*WaitForURL) Verb() string { return "wait_for_url" }

func (a *See) sentence() string        { return "See " + a.Target.words() }
func (a *Gone) sentence() string       { return "See " + a.Target.words() + " gone" }
func (a *WaitForURL) sentence() string { return "Wait for " + address(a.URL) }
