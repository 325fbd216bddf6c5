package journeys

import "strings"

// SetBrowser changes the conditions of the steps that follow.
type SetBrowser struct {
	Conditions
	// keys are what is changed, in the order of the file.
	Keys []string
}

// Verb is browser.
func (*SetBrowser) Verb() string { return "browser" }

func (a *SetBrowser) sentence() string { return "Set the browser's " + strings.Join(a.Keys, ", ") }
