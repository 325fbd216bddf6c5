package format

import "github.com/outrider-monitor/outrider/journeys"

// showsPage reports whether a step, or one that it holds, has a page: its `if` may look at it.
func (p *parser) showsPage(a journeys.Action) bool {
	if v := p.g.index[a.Verb()]; v != nil && v.place.hasPage() {
		return true
	}
	for _, s := range journeys.Members(a) {
		if s.Action != nil && p.showsPage(s.Action) {
			return true
		}
	}
	return false
}
