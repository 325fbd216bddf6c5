package format

import (
	"fmt"
	"strconv"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// tabVerbs deal with the tabs that pages open.
func tabVerbs() []verb {
	return []verb{
		{name: "switch_tab", doc: "turn to another tab: new, a number from 0, or a title or URL with *", place: onThePage, judges: true,
			schema: schema{"oneOf": []schema{textSchema(), object(tabFields())}}, read: readSwitchTab},
		{name: "close_tab", doc: "close the tab and turn to the one that opened it", place: onThePage, schema: nothingSchema(),
			read: func(p *parser, n *document.Node, _ *document.Map) journeys.Action {
				p.nothing(n)
				return &journeys.CloseTab{}
			}},
	}
}

func tabFields() []field[journeys.SwitchTab] {
	return []field[journeys.SwitchTab]{
		{"title", "title of the tab, * standing for anything", textSchema(), func(p *parser, n *document.Node, a *journeys.SwitchTab) { a.Title = p.required(n) }},
		{"url", "URL of the tab, * standing for anything", textSchema(), func(p *parser, n *document.Node, a *journeys.SwitchTab) { a.URL = p.required(n) }},
	}
}

func readSwitchTab(p *parser, n *document.Node, _ *document.Map) journeys.Action {
	a := &journeys.SwitchTab{}
	if n.Kind == document.Mapping {
		if readFields(p, n, tabFields(), a); len(n.Entries) == 0 {
			p.r.Problem(n, "says no tab", "want title or url")
		}
		return a
	}
	t := p.required(n)
	text, static := t.Static()
	number, err := strconv.Atoi(text)
	switch {
	case static && text == "new":
		a.New = true
	case static && err == nil && number < 0:
		p.r.Problem(n, fmt.Sprintf("tabs are counted from 0, got %d", number), "new is the tab that was opened last and not looked at yet")
	case static && err == nil:
		a.Number = &number
	default:
		a.Either = t
	}
	return a
}
