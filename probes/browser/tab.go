package browser

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
	"github.com/outrider-monitor/outrider/probes/browser/console"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/meter"
	"github.com/outrider-monitor/outrider/probes/browser/traffic"
)

const (
	// quietTime is how long nothing of the page's own site may have been loading before a load event that
	// only waits for others is waited for no longer.
	quietTime = 500 * time.Millisecond
	// pendingTime is how long a navigation that was asked for may show no request before it is taken for
	// one that never comes: a download, another program's address.
	pendingTime = time.Second
	// lastTime is for closing a page when there is no time left.
	lastTime = 2 * time.Second
	// tick is how often conditions that depend on time alone are looked at.
	tick = 50 * time.Millisecond
)

// tab is one page in a browser context of its own, and what is known of it.
type tab struct {
	lease     *chrome.Lease
	options   probes.SessionOptions
	contextID cdp.BrowserContextID
	targetID  target.ID
	mainFrame cdp.FrameID
	page      *chrome.Session
	window    *window
	// opener is the tab whose page opened this one; nil for the first.
	opener *tab
	// seen says that some step has looked at the tab; it belongs to the session.
	seen bool
	// closed says that the page has closed itself, or was closed.
	closed atomic.Bool
	// acted says that the step under way has sent the page all its events of mouse and keyboard.
	acted atomic.Bool

	// ctx ends when the page or its browser is lost; its cause is a *probes.Failure.
	ctx  context.Context
	lose context.CancelCauseFunc
	// abort ends the step that is under way; its cause is a *probes.Failure.
	abort context.CancelCauseFunc

	mu      sync.Mutex
	waiters []chan struct{}
	frames  map[cdp.FrameID]*frame
	extra   []*chrome.Session
	main    mainDocument
	// traffic, console and book are what the page did; mu guards them too.
	traffic *traffic.Log
	console *console.Log
	book    meter.Book
	// mask is what is to be covered and left out. Until maskErr is nil it is not known.
	mask    []inpage.Part
	maskErr error
	// conditions are those that hold now; steps change them.
	conditions journeys.Conditions
	marking    bool // requests of the page are stopped to be marked
	expected   *expected
	stored     map[string]string // scripts that fill an origin's storage
	signedIn   map[string]bool   // requests that have been given the credentials
	// closedRoots says that a page of the journey had some.
	closedRoots bool
	// chooser and dragged are what the page opened and what the browser drags, while a step does that; lent is what
	// the browser was lent.
	chooser *chooser
	dragged jsonv2.Value
	lent    []func()
}

// newTab makes a tab without its page.
func newTab(w *window, c journeys.Conditions, said *traffic.Log) *tab {
	t := &tab{
		window: w, lease: w.lease, options: w.options, frames: map[cdp.FrameID]*frame{}, traffic: said,
		console: console.NewLog(w.options.StartedAt), main: mainDocument{interactive: true, loaded: true, url: "about:blank"},
		abort: func(error) {}, conditions: c,
	}
	if len(w.options.Journey.Mask) > 0 {
		t.maskErr = errors.New("no step has begun")
	}
	t.ctx, t.lose = context.WithCancelCause(context.Background())
	context.AfterFunc(t.ctx, func() {
		t.mu.Lock()
		abort := t.abort
		t.mu.Unlock()
		abort(context.Cause(t.ctx))
	})
	go func() {
		select {
		case <-w.lease.Lost():
			t.lose(gone(w.lease.Err()))
		case <-t.ctx.Done():
		}
	}()
	return t
}

// adopt gives the tab its page.
func (t *tab) adopt(e chrome.Opened) {
	t.mu.Lock()
	t.contextID, t.targetID, t.mainFrame = e.TargetInfo.ContextID, e.TargetInfo.TargetID, cdp.FrameID(e.TargetInfo.TargetID)
	t.page = t.lease.Session(e.SessionID, t.hear)
	t.frames[t.mainFrame] = &frame{id: t.mainFrame, session: t.page, url: "about:blank"}
	if at := e.TargetInfo.URL; at != "" && at != "about:blank" {
		t.main.pending, t.main.pendingURL, t.main.pendingSince = true, at, time.Now()
	}
	t.mu.Unlock()
	t.page.Listen()
}

// configure sets the page's conditions. The commands are sent together: they cost one round trip.
func (t *tab) configure(ctx context.Context) error {
	all := t.setup()
	if !t.lease.Shell || t.options.Journey.Browser.Device != nil { // a window with a frame around the page
		all = append(all, t.screen())
	}
	if t.window.downloads == nil {
		all = append(all, chrome.Say("Page.setDownloadBehavior", map[string]any{"behavior": "deny"}))
	}
	all = append(all,
		chrome.Say("Emulation.setFocusEmulationEnabled", map[string]any{"enabled": true}),
		chrome.Say("Runtime.runIfWaitingForDebugger", nil),
	)
	if err := t.permit(ctx, t.conditions); err != nil {
		return err
	}
	return t.page.CallAll(ctx, all, dispensable)
}

// dispensable reports whether a page may go without a command that its browser refuses: an unknown language, a
// browser that is older than the command.
func dispensable(method string) bool {
	return method == "Emulation.setLocaleOverride" || method == "Network.configureDurableMessages"
}

// bump wakes those who wait for a change of what is known. t.mu is held.
func (t *tab) bump() {
	for _, w := range t.waiters {
		close(w)
	}
	t.waiters = nil
}

// until waits until the condition holds. It is called with t.mu held, at each change and now and then.
func (t *tab) until(ctx context.Context, holds func() bool) error {
	var timer *time.Timer
	for {
		t.mu.Lock()
		if holds() {
			t.mu.Unlock()
			return nil
		}
		changed := make(chan struct{})
		t.waiters = append(t.waiters, changed)
		t.mu.Unlock()
		if timer == nil {
			timer = time.NewTimer(tick)
			defer timer.Stop()
		} else {
			timer.Reset(tick)
		}
		select {
		case <-changed:
		case <-timer.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// navigating reports whether the page is about to be replaced. t.mu is held.
func (t *tab) navigating() bool {
	m := &t.main
	if !m.pending {
		return false
	}
	if time.Since(m.pendingSince) < pendingTime {
		return true
	}
	r := t.traffic.Of(m.pendingLoader)
	return r != nil && !r.Done && r.Status != 204
}

// ready reports whether the page has loaded as far as a person would wait: its load event, or the document
// with everything of its own site when only others keep the load event waiting. t.mu is held.
func (t *tab) ready() bool {
	return !t.navigating() && t.main.interactive && (t.main.loaded || t.traffic.Quiet(quietTime))
}

// call runs a command on the page's session.
func (t *tab) call(ctx context.Context, method string, params, res any) error {
	return t.page.Call(ctx, method, params, res)
}
