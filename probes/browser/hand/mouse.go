package hand

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/keyboard"
	"github.com/outrider-monitor/outrider/probes/browser/locate"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

// mouseEvent is one event of the mouse, in the page's coordinates.
type mouseEvent struct {
	Type      string  `json:"type"`
	X         float64 `json:"x"`
	Y         float64 `json:"y"`
	Button    string  `json:"button"`
	Clicks    int     `json:"clickCount"`
	Modifiers int     `json:"modifiers,omitzero"`
}

// Gesture is what the mouse does at a point.
type Gesture struct {
	clicks int // 0 only moves there
	button string
	// held are the modifier keys that are down meanwhile.
	held []keyboard.Key
	// stays keeps the button down.
	stays bool
}

// NewGesture is so many clicks with the button and the keys that a step names; none only moves there.
func NewGesture(clicks int, m journeys.Mouse) Gesture {
	g := Gesture{clicks: clicks, button: cmp.Or(m.Button, "left")}
	named := keyboard.Named()
	for _, name := range m.Modifiers {
		g.held = append(g.held, named[name])
	}
	return g
}

// aimed is the landing of a gesture.
type aimed struct {
	OK  bool   `json:"ok"`
	Why string `json:"why"`
	// Half means that the target saw the press and not the release.
	Half bool `json:"half"`
}

// Click moves the mouse to the target and clicks it, as often as it takes to hit it: an event that would land
// elsewhere is stopped before the page hears of it.
func (h *Hand) Click(ctx context.Context, tg locate.Subject, g Gesture, q inpage.Query) (drift string, done bool, err error) {
	q.Act, q.Hover = true, g.clicks == 0
	if q.Want == "" {
		q.Want = inpage.Point
	}
	for {
		f, err := h.Wait(ctx, tg, q)
		if err != nil {
			return "", false, err
		}
		if f.Done {
			return f.Drift, true, nil
		}
		why, err := h.strike(ctx, f, g)
		if err != nil {
			return "", false, err
		}
		if why == "" {
			return f.Drift, false, nil
		}
		q.Hop = true // next time it must have stood still
		if page.Remaining(ctx) <= page.Margin || !page.Pause(ctx, 20*time.Millisecond) {
			return "", false, locate.Blocked(why)
		}
	}
}

// carry gives the point of the page that an answer's point in a frame is, or why it is none.
func (h *Hand) carry(ctx context.Context, f locate.Found) (x, y float64, why string, err error) {
	x, y = f.X, f.Y
	for i := len(f.Place.Chain) - 1; i >= 0; i-- {
		l := f.Place.Chain[i]
		var a inpage.Answer
		at := map[string]any{"key": l.Key, "x": x, "y": y}
		if err := h.Ask(ctx, l.Frame, "through", func() any { return at }, &a); err != nil {
			if errors.Is(err, page.ErrFrameGone) {
				return 0, 0, "the frame was replaced", nil
			}
			return 0, 0, "", err
		}
		if !a.OK {
			return 0, 0, "its frame is " + a.Why, nil
		}
		x, y = a.X, a.Y
	}
	return x, y, "", nil
}

// strike sends the gesture's events and says why they did not land, empty if they did.
func (h *Hand) strike(ctx context.Context, f locate.Found, g Gesture) (why string, err error) {
	x, y, why, err := h.carry(ctx, f)
	if why != "" || err != nil {
		return why, err
	}
	defer h.Disarm(f.Place.Frames())
	if h.Elsewhere(f.Place.Frame) {
		if why, err := h.point(ctx, f.Place.Frame, x, y); why != "" || err != nil {
			return why, err
		}
	}
	if err := h.gesture(ctx, x, y, g); err != nil {
		return "", err
	}
	var l aimed
	switch err := h.AskOnce(ctx, f.Place.Frame, "landed", nil, &l); {
	case err != nil && page.Replaced(err):
		return "", nil // the click replaced the page
	case err != nil:
		return "", err
	case l.OK && l.Half && len(f.Place.Chain) > 0 && !g.stays:
		return "only half of the click reached it", nil
	case l.OK:
		return "", nil
	}
	if l.Why == "the page was replaced" {
		return "", nil
	}
	return l.Why, nil
}

// point moves the mouse to where a frame of another process is thought to be and says why it is not there: until
// the browser knows what has moved, it sends the mouse's events to what was at that point before.
func (h *Hand) point(ctx context.Context, id cdp.FrameID, x, y float64) (why string, err error) {
	if err := h.Call(ctx, "Input.dispatchMouseEvent", mouseEvent{Type: "mouseMoved", X: x, Y: y, Button: "none"}, nil); err != nil {
		return "", fmt.Errorf("moving the mouse: %w", err)
	}
	var there bool
	switch err := h.AskOnce(ctx, id, "pointed", nil, &there); {
	case err != nil && page.Replaced(err):
		return "the frame was replaced", nil
	case err != nil:
		return "", err
	case !there:
		return "its frame has just moved", nil
	}
	return "", nil
}

// gesture sends the events of the mouse, and of the keys that are held meanwhile, together.
func (h *Hand) gesture(ctx context.Context, x, y float64, g Gesture) error {
	down, up, held := keyboard.Hold(g.held)
	var all []wire.Command
	for _, e := range down {
		all = append(all, wire.Say("Input.dispatchKeyEvent", e))
	}
	all = append(all, wire.Say("Input.dispatchMouseEvent", mouseEvent{Type: "mouseMoved", X: x, Y: y, Button: "none", Modifiers: held}))
	for n := 1; n <= g.clicks; n++ {
		all = append(all, wire.Say("Input.dispatchMouseEvent", mouseEvent{"mousePressed", x, y, g.button, n, held}))
		if !g.stays {
			all = append(all, wire.Say("Input.dispatchMouseEvent", mouseEvent{"mouseReleased", x, y, g.button, n, held}))
		}
	}
	for _, e := range up {
		all = append(all, wire.Say("Input.dispatchKeyEvent", e))
	}
	if err := h.together(ctx, all); err != nil {
		return fmt.Errorf("moving the mouse: %w", err)
	}
	return nil
}

// wheelEvent turns the wheel.
type wheelEvent struct {
	mouseEvent
	Right float64 `json:"deltaX"`
	Down  float64 `json:"deltaY"`
}

// Wheel turns the mouse's wheel over an element, or over the middle of the page where none is named.
func (h *Hand) Wheel(ctx context.Context, tg locate.Subject, by int) (drift string, err error) {
	width, height := h.screen()
	x, y := float64(width)/2, float64(height)/2
	if len(tg.Alts) == 0 {
		err = h.Until(ctx, h.Ready)
	} else {
		var f locate.Found
		if f, err = h.Wait(ctx, tg, inpage.Query{Want: inpage.Spot, Act: true}); err == nil {
			var why string
			drift = f.Drift
			if x, y, why, err = h.carry(ctx, f); err == nil && why != "" {
				err = locate.Blocked(why)
			}
		}
	}
	if err != nil {
		return "", err
	}
	e := wheelEvent{mouseEvent{Type: "mouseWheel", X: x, Y: y, Button: "none"}, 0, float64(by)}
	if err := h.Call(ctx, "Input.dispatchMouseEvent", e, nil); err != nil && !page.Replaced(err) {
		return "", fmt.Errorf("turning the wheel: %w", err)
	}
	return drift, nil
}

// together sends events of the mouse and the keyboard without waiting in between. A page that is replaced by one
// of them does not answer the rest.
func (h *Hand) together(ctx context.Context, all []wire.Command) error {
	replies := make([]*wire.Reply, len(all))
	for i, c := range all {
		var err error
		if replies[i], err = h.Line.Send(ctx, c.Method, c.Params); err != nil {
			return err
		}
	}
	h.Acted.Store(true)
	for _, r := range replies {
		if err := r.Wait(ctx, nil); err != nil && !page.Replaced(err) {
			return err
		}
	}
	return nil
}
