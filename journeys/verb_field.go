package journeys

import (
	"strings"
	"time"
)

// Fill replaces the value of a field (`fill: LOCATOR`, `with: TEXT`).
type Fill struct {
	Target Locators
	With   Template
}

// FillForm fills several fields, found by label, in the order of the file.
type FillForm struct{ Fields []FormField }

// FormField is one entry of fill_form.
type FormField struct {
	Label string
	With  Template
}

// Clear empties a field.
type Clear struct{ Target Locators }

// Select chooses options of a select element by their labels or values. Several are for one that takes several.
type Select struct {
	Target  Locators
	Options []Template
}

// Type types a text into a field, key by key, behind what it holds.
type Type struct {
	Target Locators
	With   Template
	// Delay is the time between two keys.
	Delay time.Duration
}

// Upload gives files to a file field, or to the file chooser that a click on the target opens. Relative names start
// at the journey's folder.
type Upload struct {
	Target Locators
	Files  []Template
}

// Check and Uncheck set a checkbox or a radio button and verify that it took.
type (
	Check   struct{ Target Locators }
	Uncheck struct{ Target Locators }
)

func (*Fill) Verb() string { return "fill" }

func (*FillForm) Verb() string { return "fill_form" }

func (*Clear) Verb() string { return "clear" }

func (*Select) Verb() string { return "select" }

func (*Type) Verb() string { return "type" }

func (*Upload) Verb() string { return "upload" }

func (*Check) Verb() string { return "check" }

func (*Uncheck) Verb() string { return "uncheck" }

func (a *Fill) sentence() string { return "Fill " + a.Target.words() }

func (a *FillForm) sentence() string {
	labels := make([]string, len(a.Fields))
	for i, f := range a.Fields {
		labels[i] = f.Label
	}
	return "Fill " + strings.Join(labels, ", ")
}

func (a *Clear) sentence() string { return "Clear " + a.Target.words() }

func (a *Select) sentence() string { return "Select " + list(a.Options) + " in " + a.Target.words() }

func (a *Type) sentence() string { return "Type into " + a.Target.words() }

func (a *Upload) sentence() string { return "Upload " + list(a.Files) + " to " + a.Target.words() }

func (a *Check) sentence() string { return "Check " + a.Target.words() }

func (a *Uncheck) sentence() string { return "Uncheck " + a.Target.words() }

func list(all []Template) string {
	words := make([]string, len(all))
	for i, t := range all {
		words[i] = t.Words()
	}
	return strings.Join(words, ", ")
}
