package cdpbaseline

import (
	"fmt"
	"strings"
)

// Checkout buys one Margherita: the browser's part of examples/journeys/checkout.yaml, in a browser context
// of its own. It gives the order's number.
func (b *Browser) Checkout(shop, payment, card string) (order string, err error) {
	var context struct {
		ID string `json:"browserContextId"`
	}
	if err := b.call("", "Target.createBrowserContext", nil, &context); err != nil {
		return "", err
	}
	defer func() {
		ended := b.call("", "Target.disposeBrowserContext", map[string]any{"browserContextId": context.ID}, nil)
		if err == nil {
			err = ended
		}
	}()
	tab, err := b.tab(context.ID, payment)
	if err != nil {
		return "", err
	}
	defer b.forget(tab)
	return buy(place{session: tab}, shop, card)
}

// tab opens a tab with everything on that a run needs.
func (b *Browser) tab(contextID, payment string) (*session, error) {
	var target struct {
		ID string `json:"targetId"`
	}
	params := map[string]any{"url": "about:blank", "browserContextId": contextID, "width": 1280, "height": 800}
	if err := b.call("", "Target.createTarget", params, &target); err != nil {
		return nil, err
	}
	var attached struct {
		ID string `json:"sessionId"`
	}
	err := b.call("", "Target.attachToTarget", map[string]any{"targetId": target.ID, "flatten": true}, &attached)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	tab := b.session(attached.ID, nil)
	tab.payment = payment
	b.mu.Unlock()
	for _, method := range []string{"Page.enable", "Network.enable", "Runtime.enable"} {
		if err := tab.do(method, nil); err != nil {
			return nil, err
		}
	}
	return tab, tab.do("Target.setAutoAttach", map[string]any{"autoAttach": true, "waitForDebuggerOnStart": false, "flatten": true})
}

func (b *Browser) forget(tab *session) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for id, s := range b.sessions {
		if s == tab || s.parent == tab {
			delete(b.sessions, id)
		}
	}
}

func buy(tab place, shop, card string) (order string, err error) {
	steps := []func() error{
		func() error { return tab.open(shop + "/menu") },
		func() error { return tab.load(func() error { return tab.click("a[href='/dishes/margherita']") }) },
		func() error { return tab.click("form[data-add] button") },
		func() error { return tab.see("[data-testid=basket-count]", "1") },
		func() error { return tab.open(shop + "/checkout") },
		func() error { return tab.fill("#name", "Ada Byron") },
		func() error { return tab.fill("#address", "12 Arlington Lane") },
		func() error { return tab.fill("#postcode", "N1 9GU") },
		func() error { return payment(tab, card) },
		func() error { return tab.load(func() error { return tab.click("[data-place-order]") }) },
		func() error { return tab.see("h1", "Order confirmed") },
		func() error {
			return tab.evaluate("document.querySelector('[data-testid=order-number]').textContent.trim()", &order)
		},
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return "", fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return order, nil
}

func payment(tab place, card string) error {
	frame, err := tab.frame()
	if err != nil {
		return err
	}
	if frame.session != tab.session {
		if err := frame.do("Network.enable", nil); err != nil {
			return err
		}
	}
	for selector, text := range map[string]string{"#number": card, "#expiry": "12/30", "#cvc": "123"} {
		if err := frame.fill(selector, text); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) open(url string) error {
	return s.load(func() error { return s.do("Page.navigate", map[string]any{"url": url}) })
}

// inPage wraps a function of an element in a promise that waits for the element.
const inPage = `new Promise(done => {
  const look = () => {
    const e = document.querySelector(%q);
    const v = e && (%s)(e);
    if (v) { watch.disconnect(); done(v); }
    return v;
  };
  const watch = new MutationObserver(look);
  if (!look()) watch.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
})`

func (p place) click(selector string) error {
	const point = `e => {
		e.scrollIntoView({block: "center", behavior: "instant"});
		const r = e.getClientRects()[0];
		return r && !e.disabled && {x: r.x + r.width / 2, y: r.y + r.height / 2};
	}`
	var at struct{ X, Y float64 }
	if err := p.evaluate(fmt.Sprintf(inPage, selector, point), &at); err != nil {
		return err
	}
	for _, kind := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
		event := map[string]any{"type": kind, "x": at.X, "y": at.Y}
		if kind != "mouseMoved" {
			event["button"], event["clickCount"] = "left", 1
		}
		if err := p.do("Input.dispatchMouseEvent", event); err != nil {
			return err
		}
	}
	return nil
}

func (p place) fill(selector, text string) error {
	if err := p.evaluate(fmt.Sprintf(inPage, selector, "e => { e.focus(); e.select(); return true; }"), nil); err != nil {
		return err
	}
	return p.do("Input.insertText", map[string]any{"text": text})
}

// see waits until the element's text holds the words.
func (p place) see(selector, words string) error {
	js := fmt.Sprintf("e => e.textContent.includes(%q)", strings.TrimSpace(words))
	return p.evaluate(fmt.Sprintf(inPage, selector, js), nil)
}
