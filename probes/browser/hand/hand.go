// Package hand does on a page what a person does with a mouse and a keyboard: clicks, drags, fills, types, presses, uploads.
//
// Each deed waits until its target can take it (package locate), sends events that the browser trusts, and looks whether
// they landed: a click that something else would have got is stopped before the page hears of it, and done again. Its one
// rule: what a person could not have done is not done, and says why.
package hand

import (
	"sync/atomic"

	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/locate"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

// Hand does on a page what a person does with a mouse and a keyboard.
type Hand struct {
	*locate.Finder
	// screen is the size of what can be seen of the page.
	screen func() (w, h int)
	// Acted says that the step under way has sent the page all its events of mouse and keyboard.
	Acted atomic.Bool
	// chooser and dragged are what the page opened and what the browser drags, while a step does that; lent is what
	// the browser was lent. The page's lock guards them.
	chooser *chooser
	dragged jsonv2.Value
	lent    []func()
}

// NewHand makes the hand that works on a page.
func NewHand(p *page.Page, screen func() (w, h int)) *Hand {
	return &Hand{Finder: &locate.Finder{Page: p}, screen: screen}
}

// Heard follows what a deed has set going in the browser; other events pass.
func (h *Hand) Heard(s *wire.Session, method string, params jsonv2.Value) {
	switch method {
	case "Page.fileChooserOpened":
		h.chooserOpened(s, params)
	case "Input.dragIntercepted":
		h.dragIntercepted(params)
	}
}
