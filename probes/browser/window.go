package browser

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/downloads"
	"github.com/outrider-monitor/outrider/probes/browser/orders"
	"github.com/outrider-monitor/outrider/probes/browser/page"
	"github.com/outrider-monitor/outrider/probes/browser/traffic"
)

// maxTabs bounds the tabs that a window remembers. A page that opens more than these in one attempt has gone mad:
// those beyond are closed as they come.
const maxTabs = 50

// window is what one attempt sees: a browser context of its own, with its tabs.
type window struct {
	lease     *chrome.Lease
	options   probes.SessionOptions
	contextID cdp.BrowserContextID
	// orders are there from the first step on.
	orders atomic.Pointer[orders.Orders]

	downloads *downloads.Folder // nil where none are wanted

	mu sync.Mutex
	// first is the tab that waits for its page; ready is closed when it has it.
	first *tab
	ready chan struct{}
	// all are the tabs in the order of their opening, the closed ones too.
	all []*tab
}

// openWindow makes the context with its first tab.
func openWindow(ctx context.Context, lease *chrome.Lease, o probes.SessionOptions) (*tab, error) {
	if o.Journey == nil {
		o.Journey = &journeys.Journey{}
	}
	if o.Redactor == nil {
		o.Redactor = probes.NewRedactor(nil)
	}
	w := &window{lease: lease, options: o, ready: make(chan struct{})}
	w.first = newTab(w, o.Journey.Browser.Conditions, traffic.New(o.Journey, o.StartedAt))
	w.all = []*tab{w.first}
	t := w.first
	if err := w.create(ctx, t); err != nil {
		_ = w.close(ctx)
		return nil, err
	}
	return t, nil
}

func (w *window) create(ctx context.Context, t *tab) error {
	made, err := cdp.Call(ctx, w.lease.Root, target.CreateBrowserContext, target.CreateBrowserContextParams{})
	if err != nil {
		return err
	}
	w.contextID = made.BrowserContextID
	w.lease.OnOpened(w.contextID, w.opened)
	if w.options.Journey.Downloads() {
		if w.downloads, err = downloads.Take(ctx, w.lease, w.contextID, w.hasFrame, w.bump); err != nil {
			return err
		}
	}
	width, height := t.viewport()
	_, err = cdp.Call(ctx, w.lease.Root, target.CreateTarget, target.CreateTargetParams{
		URL: "about:blank", BrowserContextID: w.contextID, Width: int64(width), Height: int64(height), NewWindow: new(true),
	})
	if err != nil {
		return err
	}
	select {
	case <-w.ready:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-w.lease.Lost():
		return w.lease.Err()
	}
	return t.configure(ctx)
}

// opened hears of a new page: the first one, which was asked for, or one that another page has opened. It runs on
// the goroutine that reads the wire.
func (w *window) opened(e wire.Opened) {
	w.mu.Lock()
	if t := w.first; t != nil {
		w.first = nil
		w.mu.Unlock()
		t.Adopt(e)
		close(w.ready)
		return
	}
	opener := w.all[0]
	for _, t := range w.all {
		if t.TargetID == e.TargetInfo.OpenerID {
			opener = t
		}
	}
	full := len(w.all) >= maxTabs
	w.mu.Unlock()
	if full {
		w.lease.Session(e.SessionID, nil).Post("Page.close", nil)
		return
	}
	t := opener.child()
	t.Adopt(e)
	t.marking = w.orders.Load().Intercept()
	t.Prepare(t.Line)
	screen := t.screen()
	t.Line.Post(screen.Method, screen.Params)
	t.Line.Post("Emulation.setFocusEmulationEnabled", map[string]any{"enabled": true})
	t.Lock()
	t.mark()
	t.Unlock()
	t.Line.Post("Runtime.runIfWaitingForDebugger", nil)
	w.mu.Lock()
	w.all = append(w.all, t)
	w.mu.Unlock()
	w.bump()
}

// child makes the tab of a page that this one has opened: it has the same conditions, and what it loads counts for
// the step that is under way.
func (t *tab) child() *tab {
	t.Lock()
	c := newTab(t.window, t.conditions, t.Traffic.Child())
	step := ""
	if s := t.Book.Current(); s != nil {
		step = s.Step
	}
	t.Unlock()
	c.opener = t
	if step != "" {
		c.BeginSpan(step)
	}
	return c
}

// bump wakes all who wait for a change in any tab.
func (w *window) bump() {
	for _, t := range w.tabs() {
		t.Lock()
		t.Bump()
		t.Unlock()
	}
}

// tabs are the tabs that are open, in the order of their opening.
func (w *window) tabs() []*tab {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.all), func(t *tab) bool { return t.Closed.Load() })
}

// everyTab are the tabs, the closed ones too.
func (w *window) everyTab() []*tab {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.all)
}

// after gives the tab that a person sees when this one closes: the one that opened it, or the latest. Nil if none is
// left.
func (w *window) after(t *tab) *tab {
	for o := t.opener; o != nil; o = o.opener {
		if !o.Closed.Load() {
			return o
		}
	}
	open := w.tabs()
	if len(open) == 0 {
		return nil
	}
	return open[len(open)-1]
}

// close ends the tabs with their context, within ctx.
func (w *window) close(ctx context.Context) error {
	if w.contextID != "" {
		w.lease.OnOpened(w.contextID, nil)
	}
	for _, t := range w.everyTab() {
		t.end()
	}
	if ctx.Err() != nil {
		// Whoever waits no longer must not leave a page behind in a browser that is used again.
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), page.LastTime)
		defer cancel()
	}
	var err error
	if w.contextID != "" && w.lease.Alive() {
		_, err = cdp.Call(ctx, w.lease.Root, target.DisposeBrowserContext, target.DisposeBrowserContextParams{
			BrowserContextID: w.contextID,
		})
	}
	if w.downloads != nil {
		w.downloads.End(ctx, w.lease)
	}
	if err != nil && !w.lease.Alive() {
		err = nil // a dead browser has no contexts
	}
	if err != nil {
		w.lease.Retire() // what cannot be closed must not live on in a browser that is used again
		err = fmt.Errorf("the browser did not close a page: %w", err)
	}
	return err
}

// end ends what belongs to the tab on our side.
func (t *tab) end() {
	t.Leave()
	t.TakeBack()
}

// follow has the session look at the tab that is left when the page has closed its own.
func (s *session) follow() {
	for s.tab.Closed.Load() {
		next := s.tab.window.after(s.tab)
		if next == nil {
			return
		}
		s.look(next)
	}
}

// look turns to another tab.
func (s *session) look(t *tab) {
	s.tab = t
	t.seen = true
	if s.step != nil {
		t.BeginSpan(s.step.Name)
	}
}

// others adds what the tabs that nobody looks at have said and asked for.
func (s *session) others(e *probes.Evidence) {
	all := s.tab.window.everyTab()
	if len(all) < 2 {
		return
	}
	for _, t := range all {
		if t == s.tab {
			continue
		}
		t.Lock()
		e.Console = append(e.Console, t.Console.Lines()...)
		e.Requests = append(e.Requests, t.Traffic.Lines(t.Traffic.Notable())...)
		t.Unlock()
	}
	slices.SortStableFunc(e.Console, func(a, b probes.ConsoleLine) int { return cmp.Compare(a.Offset, b.Offset) })
}

// hasFrame reports whether a frame is one of the window's.
func (w *window) hasFrame(id cdp.FrameID) bool {
	for _, t := range w.everyTab() {
		if t.HasFrame(id) {
			return true
		}
	}
	return false
}
