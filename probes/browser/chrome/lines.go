package chrome

import (
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"

	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
)

// Session makes a session for an id that the browser gave out. Its events go to listen, which may be nil,
// from [Session.Listen] on.
func (p *Process) Session(id target.SessionID, listen wire.Listener) *wire.Session {
	return p.wire.Session(id, listen)
}

// OnOpened has a context's pages reported to hear, on the goroutine that reads the wire: it must not block, and must
// have each page told to go on. A nil hear ends that.
func (p *Process) OnOpened(id cdp.BrowserContextID, hear func(wire.Opened)) {
	p.wire.OnOpened(id, hear)
}
