package journeys

import "github.com/outrider-monitor/outrider/journeys/expression"

// BrowserNames are what a browser step's expressions see of the page.
func BrowserNames() []expression.Root {
	return []expression.Root{{Name: "url", Sample: ""}, {Name: "title", Sample: ""}, {Name: "download", Sample: map[string]any{}}}
}
