package browser

import (
	"context"
	"errors"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
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

// drag takes one element with the mouse and lets it go on another. What the browser drags by itself (draggable
// elements) is carried by events of its own, all else by the page's scripts, which watch the mouse.
func (t *tab) drag(ctx context.Context, from, to subject) (drift string, err error) {
	if _, err := t.wait(ctx, to, inpage.Query{Want: inpage.See}); err != nil {
		return "", destination(to, err)
	}
	if err := t.call(ctx, "Input.setInterceptDrags", map[string]any{"enabled": true}, nil); err != nil {
		return "", err
	}
	defer t.page.Post("Input.setInterceptDrags", map[string]any{"enabled": false})
	t.mu.Lock()
	t.dragged = nil
	t.mu.Unlock()
	taken, err := t.take(ctx, from)
	if err != nil {
		return "", err
	}
	x, y := taken.X, taken.Y
	released := false
	defer func() {
		if !released {
			t.page.Post("Input.dispatchMouseEvent", mouseEvent{Type: "mouseReleased", X: x, Y: y, Button: "left", Clicks: 1})
		}
	}()
	if err := t.moveHeld(ctx, x+3, y+3, x+8, y+8); err != nil {
		return "", err
	}
	g, err := t.gripped(ctx, taken.place.frame)
	if err != nil {
		return "", err
	}
	goal, why, err := t.goal(ctx, to)
	if err == nil && why != "" {
		err = &obstacle{"act", why}
	}
	if err != nil {
		return "", destination(to, err)
	}
	if g.Started {
		err = t.drop(ctx, goal)
	} else {
		err = t.moveHeld(ctx, x, y, goal.X, goal.Y)
	}
	if err != nil {
		return "", err
	}
	released = true
	x, y = goal.X, goal.Y
	if err := t.call(ctx, "Input.dispatchMouseEvent", mouseEvent{Type: "mouseReleased", X: x, Y: y, Button: "left", Clicks: 1}, nil); err != nil && !replaced(err) {
		return "", err
	}
	if !g.Started {
		return taken.drift, nil
	}
	if g, err = t.gripped(ctx, goal.place.frame); err == nil && !g.Dropped {
		err = destination(to, &obstacle{"act", "it does not take what is dragged there"})
	}
	return taken.drift, err
}

// destination says that an obstacle is about where the element is to go.
func destination(to subject, err error) error {
	var o *obstacle
	if errors.As(err, &o) {
		return &obstacle{o.kind, fmt.Sprintf("to %s: %s", to.label, o.why)}
	}
	return err
}

// take presses the mouse on an element. The answer's point is one of the page.
func (t *tab) take(ctx context.Context, from subject) (found, error) {
	press := newGesture(1, journeys.Mouse{})
	press.stays = true
	q := inpage.Query{Want: inpage.Point, Act: true}
	for {
		f, err := t.wait(ctx, from, q)
		if err != nil {
			return found{}, err
		}
		if err := t.askOnce(ctx, f.place.frame, "grip", nil, nil); err != nil && !replaced(err) {
			return found{}, err
		}
		why, err := t.strike(ctx, f, press)
		if err != nil {
			return found{}, err
		}
		if why == "" {
			f.X, f.Y, why, err = t.carry(ctx, f)
		}
		if why == "" || err != nil {
			return f, err
		}
		t.page.Post("Input.dispatchMouseEvent", mouseEvent{Type: "mouseReleased", X: f.X, Y: f.Y, Button: "left", Clicks: 1})
		q.Hop = true
		if remaining(ctx) <= margin || !pause(ctx, tick) {
			return found{}, &obstacle{"act", why}
		}
	}
}

// goal is where to let go, as a point of the page.
func (t *tab) goal(ctx context.Context, to subject) (f found, why string, err error) {
	if f, err = t.wait(ctx, to, inpage.Query{Want: inpage.Spot}); err != nil {
		return f, "", err
	}
	if err := t.askOnce(ctx, f.place.frame, "grip", nil, nil); err != nil && !replaced(err) {
		return f, "", err
	}
	f.X, f.Y, why, err = t.carry(ctx, f)
	return f, why, err
}

// moveHeld moves the mouse from one point to another with its button down.
func (t *tab) moveHeld(ctx context.Context, x, y, toX, toY float64) error {
	for i := 1; i <= dragMoves; i++ {
		part := float64(i) / dragMoves
		e := heldEvent{mouseEvent{Type: "mouseMoved", X: x + (toX-x)*part, Y: y + (toY-y)*part, Button: "left"}, 1}
		if err := t.call(ctx, "Input.dispatchMouseEvent", e, nil); err != nil && !replaced(err) {
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

func (t *tab) gripped(ctx context.Context, frame cdp.FrameID) (g gripped, err error) {
	err = t.askOnce(ctx, frame, "gripped", nil, &g)
	if err != nil && replaced(err) {
		return gripped{Dropped: true}, nil // the drop replaced the page
	}
	return g, err
}

// drop carries what the browser drags to a point and lets it go.
func (t *tab) drop(ctx context.Context, goal found) error {
	var data jsonv2.Value
	if err := t.until(ctx, func() bool { data = t.dragged; return data != nil }); err != nil {
		return err
	}
	for _, kind := range []string{"dragEnter", "dragOver", "dragOver", "drop"} {
		if err := t.call(ctx, "Input.dispatchDragEvent", dragEvent{kind, goal.X, goal.Y, data}, nil); err != nil && !replaced(err) {
			return fmt.Errorf("dragging: %w", err)
		}
	}
	return nil
}

// dragIntercepted notes what the browser has begun to drag.
func (t *tab) dragIntercepted(params jsonv2.Value) {
	e, ok := chrome.Decode[struct {
		Data jsonv2.Value `json:"data"`
	}](params)
	if !ok {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dragged = e.Data.Clone()
	t.bump()
}
