package hand

import (
	"context"
	"errors"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/locate"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

// dragMoves is in how many moves the mouse goes from the one place to the other.
const dragMoves = 8

// dragEvent is one event of a drag that the browser itself does.
type dragEvent struct {
	Type string       `json:"type"`
	X    float64      `json:"x"`
	Y    float64      `json:"y"`
	Data jsonv2.Value `json:"data"`
}

// gripped is what a page says of a drag.
type gripped struct {
	Started bool `json:"started"`
	Dropped bool `json:"dropped"`
}

// Drag takes one element with the mouse and lets it go on another. What the browser drags by itself (draggable
// elements) is carried by events of its own, all else by the page's scripts, which watch the mouse.
func (h *Hand) Drag(ctx context.Context, from, to locate.Subject) (drift string, err error) {
	if _, err := h.Wait(ctx, to, inpage.Query{Want: inpage.See}); err != nil {
		return "", destination(to, err)
	}
	if err := h.Call(ctx, "Input.setInterceptDrags", map[string]any{"enabled": true}, nil); err != nil {
		return "", err
	}
	defer h.Line.Post("Input.setInterceptDrags", map[string]any{"enabled": false})
	h.Lock()
	h.dragged = nil
	h.Unlock()
	taken, err := h.take(ctx, from)
	if err != nil {
		return "", err
	}
	x, y := taken.X, taken.Y
	released := false
	defer func() {
		if !released {
			h.Line.Post("Input.dispatchMouseEvent", mouseEvent{Type: "mouseReleased", X: x, Y: y, Button: "left", Clicks: 1})
		}
	}()
	if err := h.moveHeld(ctx, x+3, y+3, x+8, y+8); err != nil {
		return "", err
	}
	g, err := h.gripped(ctx, taken.Place.Frame)
	if err != nil {
		return "", err
	}
	goal, why, err := h.goal(ctx, to)
	if err == nil && why != "" {
		err = locate.Blocked(why)
	}
	if err != nil {
		return "", destination(to, err)
	}
	if g.Started {
		err = h.drop(ctx, goal)
	} else {
		err = h.moveHeld(ctx, x, y, goal.X, goal.Y)
	}
	if err != nil {
		return "", err
	}
	released = true
	x, y = goal.X, goal.Y
	if err := h.Call(ctx, "Input.dispatchMouseEvent", mouseEvent{Type: "mouseReleased", X: x, Y: y, Button: "left", Clicks: 1}, nil); err != nil && !page.Replaced(err) {
		return "", err
	}
	if !g.Started {
		return taken.Drift, nil
	}
	if g, err = h.gripped(ctx, goal.Place.Frame); err == nil && !g.Dropped {
		err = destination(to, locate.Blocked("it does not take what is dragged there"))
	}
	return taken.Drift, err
}

// destination says that an obstacle is about where the element is to go.
func destination(to locate.Subject, err error) error {
	var o *locate.Obstacle
	if errors.As(err, &o) {
		return &locate.Obstacle{Kind: o.Kind, Why: fmt.Sprintf("to %s: %s", to.Label, o.Why)}
	}
	return err
}

// take presses the mouse on an element. The answer's point is one of the page.
func (h *Hand) take(ctx context.Context, from locate.Subject) (locate.Found, error) {
	press := NewGesture(1, journeys.Mouse{})
	press.stays = true
	q := inpage.Query{Want: inpage.Point, Act: true}
	for {
		f, err := h.Wait(ctx, from, q)
		if err != nil {
			return locate.Found{}, err
		}
		if err := h.AskOnce(ctx, f.Place.Frame, "grip", nil, nil); err != nil && !page.Replaced(err) {
			return locate.Found{}, err
		}
		why, err := h.strike(ctx, f, press)
		if err != nil {
			return locate.Found{}, err
		}
		if why == "" {
			f.X, f.Y, why, err = h.carry(ctx, f)
		}
		if why == "" || err != nil {
			return f, err
		}
		h.Line.Post("Input.dispatchMouseEvent", mouseEvent{Type: "mouseReleased", X: f.X, Y: f.Y, Button: "left", Clicks: 1})
		q.Hop = true
		if page.Remaining(ctx) <= page.Margin || !page.Pause(ctx, page.Tick) {
			return locate.Found{}, locate.Blocked(why)
		}
	}
}

// goal is where to let go, as a point of the page.
func (h *Hand) goal(ctx context.Context, to locate.Subject) (f locate.Found, why string, err error) {
	if f, err = h.Wait(ctx, to, inpage.Query{Want: inpage.Spot}); err != nil {
		return f, "", err
	}
	if err := h.AskOnce(ctx, f.Place.Frame, "grip", nil, nil); err != nil && !page.Replaced(err) {
		return f, "", err
	}
	f.X, f.Y, why, err = h.carry(ctx, f)
	return f, why, err
}

// moveHeld moves the mouse from one point to another with its button down.
func (h *Hand) moveHeld(ctx context.Context, x, y, toX, toY float64) error {
	for i := 1; i <= dragMoves; i++ {
		part := float64(i) / dragMoves
		e := heldEvent{mouseEvent{Type: "mouseMoved", X: x + (toX-x)*part, Y: y + (toY-y)*part, Button: "left"}, 1}
		if err := h.Call(ctx, "Input.dispatchMouseEvent", e, nil); err != nil && !page.Replaced(err) {
			return fmt.Errorf("moving the mouse: %w", err)
		}
	}
	return nil
}

// heldEvent is an event of the mouse while buttons are down.
type heldEvent struct {
	mouseEvent
	Buttons int `json:"buttons"`
}

func (h *Hand) gripped(ctx context.Context, frame cdp.FrameID) (g gripped, err error) {
	err = h.AskOnce(ctx, frame, "gripped", nil, &g)
	if err != nil && page.Replaced(err) {
		return gripped{Dropped: true}, nil // the drop replaced the page
	}
	return g, err
}

// drop carries what the browser drags to a point and lets it go.
func (h *Hand) drop(ctx context.Context, goal locate.Found) error {
	var data jsonv2.Value
	if err := h.Until(ctx, func() bool { data = h.dragged; return data != nil }); err != nil {
		return err
	}
	for _, kind := range []string{"dragEnter", "dragOver", "dragOver", "drop"} {
		if err := h.Call(ctx, "Input.dispatchDragEvent", dragEvent{kind, goal.X, goal.Y, data}, nil); err != nil && !page.Replaced(err) {
			return fmt.Errorf("dragging: %w", err)
		}
	}
	return nil
}

// dragIntercepted notes what the browser has begun to drag.
func (h *Hand) dragIntercepted(params jsonv2.Value) {
	e, ok := wire.Decode[struct {
		Data jsonv2.Value `json:"data"`
	}](params)
	if !ok {
		return
	}
	h.Lock()
	defer h.Unlock()
	h.dragged = e.Data.Clone()
	h.Bump()
}
