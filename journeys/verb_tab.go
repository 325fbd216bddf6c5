package journeys

import "fmt"

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
	return "Turn to tab " + a.Title.Words() + a.URL.Words() + a.Either.Words()
}

func (*CloseTab) sentence() string { return "Close the tab" }
