package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// pointerVerbs do what a hand does with a mouse.
func pointerVerbs() []verb {
	pressing := mouseFields()
	pointing := pressing[1:]
	return []verb{
		withMouse("click", "click once", pressing, func(l journeys.Locators, m journeys.Mouse) journeys.Action {
			return &journeys.Click{Target: l, Mouse: m}
		}),
		withMouse("dblclick", "click twice", pressing, func(l journeys.Locators, m journeys.Mouse) journeys.Action {
			return &journeys.DblClick{Target: l, Mouse: m}
		}),
		withMouse("hover", "move the pointer there", pointing, func(l journeys.Locators, m journeys.Mouse) journeys.Action {
			return &journeys.Hover{Target: l, Mouse: m}
		}),
		{name: "drag", doc: "take an element and let it go on another", place: onThePage, schema: refSchema("locators"),
			keys: []key{{"to", "the element to let it go on", refSchema("locators"), true}}, read: readDrag},
		{name: "scroll", doc: "turn the mouse's wheel: pixels down (negative: up), bottom or top", place: onThePage, schema: scrollSchema(),
			keys: []key{{"on", "the element to scroll in", refSchema("locators"), false}}, read: readScroll},
		onTarget("scroll_to", "bring an element into view", func(l journeys.Locators) journeys.Action { return &journeys.ScrollTo{Target: l} }),
	}
}

func readDrag(p *parser, n *document.Node, m *document.Map) journeys.Action {
	a := &journeys.Drag{Target: p.locators(n)}
	m.Need("to")
	if to := m.Get("to"); to != nil {
		a.To = p.locators(to)
	}
	return a
}

func scrollSchema() schema {
	return schema{"oneOf": []schema{intSchema(), enumSchema("bottom", "top")}}
}

func readScroll(p *parser, n *document.Node, m *document.Map) journeys.Action {
	a := &journeys.Scroll{}
	switch {
	case n.Kind == document.Text && n.Value == "bottom":
		a.By = journeys.Bottom
	case n.Kind == document.Text && n.Value == "top":
		a.By = journeys.Top
	case n.Kind == document.Text && !isNumber(n.Value):
		p.r.Problem(n, "want pixels, bottom or top, got "+quoteShort(n.Value), "such as 600, or -600 for up")
	default:
		by, ok := p.r.Int(n)
		if a.By = by; ok && (by == 0 || by > journeys.Bottom || by < journeys.Top) {
			p.r.Problem(n, fmt.Sprintf("want up to %d pixels, up or down, got %d", journeys.Bottom, by), "")
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
func withMouse(name, doc string, fields []field[journeys.Mouse], make func(journeys.Locators, journeys.Mouse) journeys.Action) verb {
	v := onTarget(name, doc, nil)
	v.keys = keysOf(fields)
	v.read = func(p *parser, n *document.Node, m *document.Map) journeys.Action {
		var mouse journeys.Mouse
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
func mouseFields() []field[journeys.Mouse] {
	return []field[journeys.Mouse]{
		{"button", "button of the mouse: left, middle or right", enumSchema("left", "middle", "right"), func(p *parser, n *document.Node, a *journeys.Mouse) {
			a.Button, _ = p.r.Enum(n, "left", "middle", "right")
		}},
		{"modifiers", "keys held meanwhile: Alt, Control, Meta, Shift", textsSchema(), func(p *parser, n *document.Node, a *journeys.Mouse) {
			a.Modifiers = p.modifiers(n)
		}},
		{"position", "where on the element, from its upper left corner: {x: 10, y: 5}", refSchema("position"), func(p *parser, n *document.Node, a *journeys.Mouse) {
			a.Position = &journeys.Offset{}
			readFields(p, n, offsetFields(), a.Position).Need("x", "y")
		}},
	}
}

func offsetFields() []field[journeys.Offset] {
	return []field[journeys.Offset]{
		{"x", "pixels from the left", schema{"type": "number"}, func(p *parser, n *document.Node, o *journeys.Offset) { o.X, _ = p.r.Float(n) }},
		{"y", "pixels from the top", schema{"type": "number"}, func(p *parser, n *document.Node, o *journeys.Offset) { o.Y, _ = p.r.Float(n) }},
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
