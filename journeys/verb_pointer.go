package journeys

// Click clicks once; DblClick twice; Hover only moves there.
type (
	Click    struct{ Target Locators }
	DblClick struct{ Target Locators }
	Hover    struct{ Target Locators }
)

// ScrollTo brings the target into view.
type ScrollTo struct{ Target Locators }

// pointerVerbs do what a hand does with a mouse.
func pointerVerbs() []verb {
	return []verb{
		onTarget("click", "click once", func(l Locators) Action { return &Click{l} }),
		onTarget("dblclick", "click twice", func(l Locators) Action { return &DblClick{l} }),
		onTarget("hover", "move the pointer there", func(l Locators) Action { return &Hover{l} }),
		onTarget("scroll_to", "bring an element into view", func(l Locators) Action { return &ScrollTo{l} }),
	}
}

func (*Click) Verb() string    { return "click" }
func (*DblClick) Verb() string { return "dblclick" }
func (*Hover) Verb() string    { return "hover" }
func (*ScrollTo) Verb() string { return "scroll_to" }

func (a *Click) sentence() string    { return "Click " + a.Target.words() }
func (a *DblClick) sentence() string { return "Double-click " + a.Target.words() }
func (a *Hover) sentence() string    { return "Hover over " + a.Target.words() }
func (a *ScrollTo) sentence() string { return "Scroll to " + a.Target.words() }
