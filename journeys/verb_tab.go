package journeys

import (
	"fmt"
	"strconv"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// SwitchTab turns to another tab: the one that no step has looked at yet, the one of a number, or the one whose title or URL
// is as given, * standing for anything.
type SwitchTab struct {
	New        bool
	Number     *int
	Title, URL Template
	// Either is a pattern for the title or the URL.
	Either Template
}

// CloseTab closes the tab and turns to the one that opened it.
type CloseTab struct{}

// tabVerbs deal with the tabs that pages open.
func tabVerbs() []verb {
	return []verb{
		{name: "switch_tab", doc: "turn to another tab: new, a number from 0, or a title or URL with *", place: onThePage, judges: true,
			schema: schema{"oneOf": []schema{textSchema(), object(tabFields())}}, read: readSwitchTab},
		{name: "close_tab", doc: "close the tab and turn to the one that opened it", place: onThePage, schema: nothingSchema(),
			read: func(p *parser, n *document.Node, _ *document.Map) Action { p.nothing(n); return &CloseTab{} }},
	}
}

func tabFields() []field[SwitchTab] {
	return []field[SwitchTab]{
		{"title", "title of the tab, * standing for anything", textSchema(), func(p *parser, n *document.Node, a *SwitchTab) { a.Title = p.required(n) }},
		{"url", "URL of the tab, * standing for anything", textSchema(), func(p *parser, n *document.Node, a *SwitchTab) { a.URL = p.required(n) }},
	}
}

func readSwitchTab(p *parser, n *document.Node, _ *document.Map) Action {
	a := &SwitchTab{}
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

// Verb is switch_tab.
func (*SwitchTab) Verb() string { return "switch_tab" }

// Verb is close_tab.
func (*CloseTab) Verb() string { return "close_tab" }

func (a *SwitchTab) sentence() string {
	switch {
	case a.New:
		return "Turn to the new tab"
	case a.Number != nil:
		return fmt.Sprintf("Turn to tab %d", *a.Number)
	}
	return "Turn to tab " + a.Title.words() + a.URL.words() + a.Either.words()
}
func (*CloseTab) sentence() string { return "Close the tab" }
