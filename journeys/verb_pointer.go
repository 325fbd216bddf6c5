package journeys

import (
	"fmt"
	"slices"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
)

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

// pointerVerbs do what a hand does with a mouse.
func pointerVerbs() []verb {
	pressing := mouseFields()
	pointing := pressing[1:]
	return []verb{
		withMouse("click", "click once", pressing, func(l Locators, m Mouse) Action { return &Click{l, m} }),
		withMouse("dblclick", "click twice", pressing, func(l Locators, m Mouse) Action { return &DblClick{l, m} }),
		withMouse("hover", "move the pointer there", pointing, func(l Locators, m Mouse) Action { return &Hover{l, m} }),
		{name: "drag", doc: "take an element and let it go on another", place: onThePage, schema: refSchema("locators"),
			keys: []key{{"to", "the element to let it go on", refSchema("locators"), true}}, read: readDrag},
		{name: "scroll", doc: "turn the mouse's wheel: pixels down (negative: up), bottom or top", place: onThePage, schema: scrollSchema(),
			keys: []key{{"on", "the element to scroll in", refSchema("locators"), false}}, read: readScroll},
		onTarget("scroll_to", "bring an element into view", func(l Locators) Action { return &ScrollTo{l} }),
	}
}

func readDrag(p *parser, n *document.Node, m *document.Map) Action {
	a := &Drag{Target: p.locators(n)}
	m.Need("to")
	if to := m.Get("to"); to != nil {
		a.To = p.locators(to)
	}
	return a
}

func scrollSchema() schema {
	return schema{"oneOf": []schema{intSchema(), enumSchema("bottom", "top")}}
}

func readScroll(p *parser, n *document.Node, m *document.Map) Action {
	a := &Scroll{}
	switch {
	case n.Kind == document.Text && n.Value == "bottom":
		a.By = Bottom
	case n.Kind == document.Text && n.Value == "top":
		a.By = Top
	case n.Kind == document.Text && !isNumber(n.Value):
		p.r.Problem(n, "want pixels, bottom or top, got "+quoteShort(n.Value), "such as 600, or -600 for up")
	default:
		by, ok := p.r.Int(n)
		if a.By = by; ok && (by == 0 || by > Bottom || by < Top) {
			p.r.Problem(n, fmt.Sprintf("want up to %d pixels, up or down, got %d", Bottom, by), "")
		}
	}
	if on := m.Get("on"); on != nil {
		a.Target = p.locators(on)
	}
	return a
}

func isNumber(text string) bool {
	_, err := document.ParseInt(text)
	return err == nil
}

// withMouse is a verb on a target whose keys say how the mouse is used.
func withMouse(name, doc string, fields []field[Mouse], make func(Locators, Mouse) Action) verb {
	v := onTarget(name, doc, nil)
	v.keys = keysOf(fields)
	v.read = func(p *parser, n *document.Node, m *document.Map) Action {
		var mouse Mouse
		for _, f := range fields {
			if value := m.Get(f.key); value != nil {
				f.read(p, value, &mouse)
			}
		}
		return make(p.locators(n), mouse)
	}
	return v
}

// pointerDefinitions are the pieces of the JSON Schema that these verbs refer to.
func pointerDefinitions() map[string]schema {
	return map[string]schema{"position": object(offsetFields(), "x", "y")}
}

// mouseFields are the keys of what is done with a mouse.
func mouseFields() []field[Mouse] {
	return []field[Mouse]{
		{"button", "button of the mouse: left, middle or right", enumSchema("left", "middle", "right"), func(p *parser, n *document.Node, a *Mouse) {
			a.Button, _ = p.r.Enum(n, "left", "middle", "right")
		}},
		{"modifiers", "keys held meanwhile: Alt, Control, Meta, Shift", textsSchema(), func(p *parser, n *document.Node, a *Mouse) {
			a.Modifiers = p.modifiers(n)
		}},
		{"position", "where on the element, from its upper left corner: {x: 10, y: 5}", refSchema("position"), func(p *parser, n *document.Node, a *Mouse) {
			a.Position = &Offset{}
			readFields(p, n, offsetFields(), a.Position).Need("x", "y")
		}},
	}
}

func offsetFields() []field[Offset] {
	return []field[Offset]{
		{"x", "pixels from the left", schema{"type": "number"}, func(p *parser, n *document.Node, o *Offset) { o.X, _ = p.r.Float(n) }},
		{"y", "pixels from the top", schema{"type": "number"}, func(p *parser, n *document.Node, o *Offset) { o.Y, _ = p.r.Float(n) }},
	}
}

// modifiers reads names of modifier keys.
func (p *parser) modifiers(n *document.Node) []string {
	known := []string{"Alt", "Control", "Meta", "Shift"}
	names := p.r.Texts(n)
	for _, name := range names {
		if slices.Contains(known, name) {
			continue
		}
		hint := document.DidYouMean(name, known)
		if hint == "" {
			hint = "use " + strings.Join(known, ", ")
		}
		p.r.Problem(n, fmt.Sprintf("%q is no modifier", name), hint)
	}
	return names
}

func (*Click) Verb() string    { return "click" }
func (*DblClick) Verb() string { return "dblclick" }
func (*Hover) Verb() string    { return "hover" }
func (*Drag) Verb() string     { return "drag" }
func (*Scroll) Verb() string   { return "scroll" }
func (*ScrollTo) Verb() string { return "scroll_to" }

func (a *Click) sentence() string {
	if a.Button == "right" || a.Button == "middle" {
		return strings.ToUpper(a.Button[:1]) + a.Button[1:] + "-click " + a.Target.words()
	}
	return "Click " + a.Target.words()
}
func (a *DblClick) sentence() string { return "Double-click " + a.Target.words() }
func (a *Hover) sentence() string    { return "Hover over " + a.Target.words() }
func (a *Drag) sentence() string     { return "Drag " + a.Target.words() + " to " + a.To.words() }
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
