package format

import (
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// seeVerbs wait for what a customer would see; they are expectations by themselves.
func seeVerbs() []verb {
	see := onTarget("see", "wait until exactly one match is visible", func(l journeys.Locators) journeys.Action { return &journeys.See{Target: l} })
	gone := onTarget("gone", "wait until no match is visible", func(l journeys.Locators) journeys.Action { return &journeys.Gone{Target: l} })
	see.judges, gone.judges = true, true
	return []verb{
		see, gone, responseVerb(),
		{name: "wait_for_url", doc: "wait until the page's URL equals this, * standing for anything", place: onThePage, schema: textSchema(), judges: true,
			read: func(p *parser, n *document.Node, _ *document.Map) journeys.Action {
				return &journeys.WaitForURL{URL: p.urlPattern(n)}
			}},
	}
}
