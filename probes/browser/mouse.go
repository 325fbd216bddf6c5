package browser

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/keyboard"
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

// gesture is what the mouse does at a point.
type gesture struct {
	clicks int // 0 only moves there
	button string
	// held are the modifier keys that are down meanwhile.
	held []keyboard.Key
	// stays keeps the button down.
	stays bool
}

func newGesture(clicks int, m journeys.Mouse) gesture {
	g := gesture{clicks: clicks, button: cmp.Or(m.Button, "left")}
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

// click moves the mouse to the target and clicks it, as often as it takes to hit it: an event that would land
// elsewhere is stopped before the page hears of it.
func (t *tab) click(ctx context.Context, tg subject, g gesture, q inpage.Query) (drift string, done bool, err error) {
	q.Act, q.Hover = true, g.clicks == 0
	if q.Want == "" {
		q.Want = inpage.Point
	}
	last := ""
	for {
		f, err := t.wait(ctx, tg, q)
		if err != nil {
			var o *obstacle
			if last != "" && errors.As(err, &o) && o.kind != "many" {
				err = &obstacle{o.kind, o.why}
			}
			return "", false, err
		}
		if f.Done {
			return f.drift, true, nil
		}
		why, err := t.strike(ctx, f, g)
		if err != nil {
			return "", false, err
		}
		if why == "" {
			return f.drift, false, nil
		}
		last = why
		q.Hop = true // next time it must have stood still
		if remaining(ctx) <= margin || !pause(ctx, 20*time.Millisecond) {
			return "", false, &obstacle{"act", why}
		}
	}
}

// carry gives the point of the page that an answer's point in a frame is, or why it is none.
func (t *tab) carry(ctx context.Context, f found) (x, y float64, why string, err error) {
	x, y = f.X, f.Y
	for i := len(f.place.chain) - 1; i >= 0; i-- {
		l := f.place.chain[i]
		var a inpage.Answer
		at := map[string]any{"key": l.key, "x": x, "y": y}
		if err := t.ask(ctx, l.frame, "through", func() any { return at }, &a); err != nil {
			if errors.Is(err, errFrameGone) {
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
func (t *tab) strike(ctx context.Context, f found, g gesture) (why string, err error) {
	x, y, why, err := t.carry(ctx, f)
	if why != "" || err != nil {
		return why, err
	}
	defer t.disarm(f.place.chain)
	if t.elsewhere(f.place.frame) {
		if why, err := t.point(ctx, f.place.frame, x, y); why != "" || err != nil {
			return why, err
		}
	}
	if err := t.gesture(ctx, x, y, g); err != nil {
		return "", err
	}
	var l aimed
	switch err := t.askOnce(ctx, f.place.frame, "landed", nil, &l); {
	case err != nil && replaced(err):
		return "", nil // the click replaced the page
	case err != nil:
		return "", err
	case l.OK && l.Half && len(f.place.chain) > 0 && !g.stays:
		return "only half of the click reached it", nil
	case l.OK:
		return "", nil
	}
	if l.Why == "the page was replaced" {
		return "", nil
	}
	return l.Why, nil
}

// elsewhere reports whether a frame lives in another process than the page.
func (t *tab) elsewhere(id cdp.FrameID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.frame(id).session != t.page
}

// point moves the mouse to where a frame of another process is thought to be and says why it is not there: until
// the browser knows what has moved, it sends the mouse's events to what was at that point before.
func (t *tab) point(ctx context.Context, id cdp.FrameID, x, y float64) (why string, err error) {
	if err := t.call(ctx, "Input.dispatchMouseEvent", mouseEvent{Type: "mouseMoved", X: x, Y: y, Button: "none"}, nil); err != nil {
		return "", fmt.Errorf("moving the mouse: %w", err)
	}
	var there bool
	switch err := t.askOnce(ctx, id, "pointed", nil, &there); {
	case err != nil && replaced(err):
		return "the frame was replaced", nil
	case err != nil:
		return "", err
	case !there:
		return "its frame has just moved", nil
	}
	return "", nil
}

// disarm lets the documents around a frame have the mouse's events again, without waiting.
func (t *tab) disarm(chain []link) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range chain {
		if f := t.frames[l.frame]; f != nil && f.session != nil && f.world != 0 {
			f.session.Post("Runtime.callFunctionOn", callParams{
				Function: callInPage, Context: f.world, Silent: true, Arguments: []callArgument{{"disarm"}},
			})
		}
	}
}

// gesture sends the events of the mouse, and of the keys that are held meanwhile, together.
func (t *tab) gesture(ctx context.Context, x, y float64, g gesture) error {
	down, up, held := keyboard.Hold(g.held)
	var all []chrome.Command
	for _, e := range down {
		all = append(all, chrome.Say("Input.dispatchKeyEvent", e))
	}
	all = append(all, chrome.Say("Input.dispatchMouseEvent", mouseEvent{Type: "mouseMoved", X: x, Y: y, Button: "none", Modifiers: held}))
	for n := 1; n <= g.clicks; n++ {
		all = append(all, chrome.Say("Input.dispatchMouseEvent", mouseEvent{"mousePressed", x, y, g.button, n, held}))
		if !g.stays {
			all = append(all, chrome.Say("Input.dispatchMouseEvent", mouseEvent{"mouseReleased", x, y, g.button, n, held}))
		}
	}
	for _, e := range up {
		all = append(all, chrome.Say("Input.dispatchKeyEvent", e))
	}
	if err := t.together(ctx, all); err != nil {
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

// wheel turns the mouse's wheel over an element, or over the middle of the page where none is named.
func (t *tab) wheel(ctx context.Context, tg subject, by int) (drift string, err error) {
	w, h := t.viewport()
	x, y := float64(w)/2, float64(h)/2
	if len(tg.alts) == 0 {
		err = t.until(ctx, t.ready)
	} else {
		var f found
		if f, err = t.wait(ctx, tg, inpage.Query{Want: inpage.Spot, Act: true}); err == nil {
			var why string
			drift = f.drift
			if x, y, why, err = t.carry(ctx, f); err == nil && why != "" {
				err = &obstacle{"act", why}
			}
		}
	}
	if err != nil {
		return "", err
	}
	e := wheelEvent{mouseEvent{Type: "mouseWheel", X: x, Y: y, Button: "none"}, 0, float64(by)}
	if err := t.call(ctx, "Input.dispatchMouseEvent", e, nil); err != nil && !replaced(err) {
		return "", fmt.Errorf("turning the wheel: %w", err)
	}
	return drift, nil
}

// together sends events of the mouse and the keyboard without waiting in between. A page that is replaced by one
// of them does not answer the rest.
func (t *tab) together(ctx context.Context, all []chrome.Command) error {
	replies := make([]*chrome.Reply, len(all))
	for i, c := range all {
		var err error
		if replies[i], err = t.page.Send(ctx, c.Method, c.Params); err != nil {
			return err
		}
	}
	t.acted.Store(true)
	for _, r := range replies {
		if err := r.Wait(ctx, nil); err != nil && !replaced(err) {
			return err
		}
	}
	return nil
}
