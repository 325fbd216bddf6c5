package journeys

import "github.com/outrider-monitor/outrider/journeys/document"

// Engine is how a locator finds its element.
type Engine string

// The engines. Visible is the bare string: accessible name of something interactive, or visible text.
const (
	ByVisible     Engine = "visible"
	ByRole        Engine = "role"
	ByLabel       Engine = "label"
	ByPlaceholder Engine = "placeholder"
	ByText        Engine = "text"
	ByTestID      Engine = "testid"
	ByAlt         Engine = "alt"
	ByTitle       Engine = "title"
	ByCSS         Engine = "css"
	ByXPath       Engine = "xpath"
)

// Locator finds one element. Matching is strict: two matches are a failure.
type Locator struct {
	Engine Engine
	// Value is the text, the test id, the selector; for ByRole the role.
	Value Template
	// Name is the accessible name that goes with a role. Nil: any.
	Name *Template
	// Exact compares the whole text, case included; otherwise a case-insensitive part is enough.
	Exact bool
	// Nth picks one of several matches, from 0; negative counts from the end. Nil: strict.
	Nth *int
	// HasText keeps only matches that contain this text.
	HasText *Template
	// Within looks below the element that this locator finds.
	Within *Locator
	// Frame looks inside the frame that this locator finds.
	Frame *Locator
	Pos   document.Pos
}

// Locators are alternatives in order of preference: the first that matches wins, a later one is drift.
type Locators []Locator
