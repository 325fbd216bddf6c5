package journeys

import "strings"

// Click clicks once; DblClick twice; Hover only moves there.
type (
	Click struct {
		Target Locators
		Mouse
	}
	DblClick struct {
		Target Locators
		Mouse
	}
	Hover struct {
		Target Locators
		Mouse
	}
)

// Mouse is how the mouse is used on a target. The zero value is its left button in the middle of what can be seen.
type Mouse struct {
	// Button is left, middle or right. Empty: left.
	Button string
	// Modifiers are the keys held meanwhile: Alt, Control, Meta, Shift.
	Modifiers []string
	// Position is where on the target, from its upper left corner. Nil: in the middle.
	Position *Offset
}

// Offset is a distance in CSS pixels.
type Offset struct{ X, Y float64 }

// Drag takes the target and lets it go on To.
type Drag struct{ Target, To Locators }

// Scroll turns the wheel of the mouse over Target, or over the middle of the page where there is none.
type Scroll struct {
	// By is how far down, in CSS pixels; negative is up. The ends are Top and Bottom.
	By     int
	Target Locators
}

// Bottom and Top are further than any page is long.
const (
	Bottom = 1_000_000
	Top    = -Bottom
)

// ScrollTo brings the target into view.
type ScrollTo struct{ Target Locators }

func (*Click) Verb() string { return "click" }

func (*DblClick) Verb() string { return "dblclick" }

func (*Hover) Verb() string { return "hover" }

func (*Drag) Verb() string { return "drag" }

func (*Scroll) Verb() string { return "scroll" }

func (*ScrollTo) Verb() string { return "scroll_to" }

func (a *Click) sentence() string {
	if a.Button == "right" || a.Button == "middle" {
		return strings.ToUpper(a.Button[:1]) + a.Button[1:] + "-click " + a.Target.words()
	}
	return "Click " + a.Target.words()
}

func (a *DblClick) sentence() string { return "Double-click " + a.Target.words() }

func (a *Hover) sentence() string { return "Hover over " + a.Target.words() }

func (a *Drag) sentence() string { return "Drag " + a.Target.words() + " to " + a.To.words() }

func (a *Scroll) sentence() string {
	way := "down"
	if a.By < 0 {
		way = "up"
	}
	if len(a.Target) > 0 {
		return "Scroll " + way + " in " + a.Target.words()
	}
	return "Scroll " + way
}

func (a *ScrollTo) sentence() string { return "Scroll to " + a.Target.words() }
