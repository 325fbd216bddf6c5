package browser

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
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

	// ctx ends when the page or its browser is lost; its cause is a *probes.Failure.
	ctx  context.Context
	lose context.CancelCauseFunc
	// abort ends the step that is under way; its cause is a *probes.Failure.
	abort context.CancelCauseFunc

	mu       sync.Mutex
	waiters  []chan struct{}
	frames   map[cdp.FrameID]*frame
	extra    []*chrome.Session
	main     mainDocument
	requests map[string]*request
	history  []*request
	answers  answers
	lastOwn  time.Time
	lastAny  time.Time // anything came over the network, or a document
	spans    []*span
	document *pageVitals     // of the page as it is
	hosts    map[string]bool // of the journey's own URLs
	named    map[string]bool // hosts of the URLs that the journey names
	raw      int             // bytes of events that are kept
	// mask is what is to be covered and left out. Until maskErr is nil it is not known.
	mask    []inpage.Part
	maskErr error
	// conditions are those that hold now; steps change them.
	conditions journeys.Conditions
	marking    bool // requests of the page are stopped to be marked
	console    []probes.ConsoleLine
	dropped    int
	thrown     []exception
	dialogs    []dialog
	// closedRoots says that a page of the journey had some.
	closedRoots bool
	// chooser and dragged are what the page opened and what the browser drags, while a step does that; lent is what
	// the browser was lent.
	chooser *chooser
	dragged jsonv2.Value
	lent    []func()
}

// openTab makes the context and the page, and prepares it.
func openTab(ctx context.Context, lease *chrome.Lease, o probes.SessionOptions) (*tab, error) {
	if o.Journey == nil {
		o.Journey = &journeys.Journey{}
	}
	if o.Redactor == nil {
		o.Redactor = probes.NewRedactor(nil)
	}
	t := &tab{
		lease: lease, options: o, frames: map[cdp.FrameID]*frame{}, requests: map[string]*request{},
		hosts: map[string]bool{}, main: mainDocument{interactive: true, loaded: true, url: "about:blank"},
		abort: func(error) {}, conditions: o.Journey.Browser.Conditions,
	}
	t.answers = expectAnswers(o.Journey)
	if len(o.Journey.Mask) > 0 {
		t.maskErr = errors.New("no step has begun")
	}
	t.ctx, t.lose = context.WithCancelCause(context.Background())
	if err := t.create(ctx); err != nil {
		_ = t.close(ctx)
		return nil, err
	}
	context.AfterFunc(t.ctx, func() {
		t.mu.Lock()
		abort := t.abort
		t.mu.Unlock()
		abort(context.Cause(t.ctx))
	})
	go func() {
		select {
		case <-lease.Lost():
			t.lose(gone(lease.Err()))
		case <-t.ctx.Done():
		}
	}()
	return t, nil
}

func (t *tab) create(ctx context.Context) error {
	made, err := cdp.Call(ctx, t.lease.Root, target.CreateBrowserContext, target.CreateBrowserContextParams{})
	if err != nil {
		return err
	}
	t.contextID = made.BrowserContextID
	w, h := t.viewport()
	opened, err := cdp.Call(ctx, t.lease.Root, target.CreateTarget, target.CreateTargetParams{
		URL: "about:blank", BrowserContextID: t.contextID, Width: int64(w), Height: int64(h), NewWindow: new(true),
	})
	if err != nil {
		return err
	}
	t.targetID, t.mainFrame = opened.TargetID, cdp.FrameID(opened.TargetID)
	attached, err := cdp.Call(ctx, t.lease.Root, target.AttachToTarget, target.AttachToTargetParams{
		TargetID: t.targetID, Flatten: new(true),
	})
	if err != nil {
		return err
	}
	t.page = t.lease.Session(attached.SessionID, t.hear)
	t.frames[t.mainFrame] = &frame{id: t.mainFrame, session: t.page, url: "about:blank"}
	t.page.Listen()
	return t.configure(ctx)
}

// configure sets the page's conditions. The commands are sent together: they cost one round trip.
func (t *tab) configure(ctx context.Context) error {
	all := t.setup()
	if !t.lease.Shell || t.options.Journey.Browser.Device != nil { // a window with a frame around the page
		all = append(all, t.screen())
	}
	all = append(all,
		command{"Emulation.setFocusEmulationEnabled", map[string]any{"enabled": true}},
		command{"Page.setDownloadBehavior", map[string]any{"behavior": "deny"}},
	)
	if err := t.permit(ctx, t.conditions); err != nil {
		return err
	}
	return sendAll(ctx, t.page, all)
}

// sendAll sends commands together and waits for their answers.
func sendAll(ctx context.Context, s *chrome.Session, all []command) error {
	replies := make([]*chrome.Reply, len(all))
	for i, c := range all {
		var err error
		if replies[i], err = s.Send(ctx, c.method, c.params); err != nil {
			return err
		}
	}
	for i, r := range replies {
		if err := r.Wait(ctx, nil); err != nil && !dispensable(all[i].method) {
			return fmt.Errorf("%s: %w", all[i].method, err)
		}
	}
	return nil
}

// dispensable reports whether a page may go without a command that its browser refuses: an unknown language, a
// browser that is older than the command.
func dispensable(method string) bool {
	return method == "Emulation.setLocaleOverride" || method == "Network.configureDurableMessages"
}

// close ends the page with its context, within ctx.
func (t *tab) close(ctx context.Context) error {
	t.lose(errors.New("the session was closed"))
	t.takeBack()
	for _, s := range t.sessions() {
		if s != nil {
			s.Forget()
		}
	}
	if ctx.Err() != nil {
		// Whoever waits no longer must not leave a page behind in a browser that is used again.
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), lastTime)
		defer cancel()
	}
	var err error
	if t.contextID != "" && t.lease.Alive() {
		_, err = cdp.Call(ctx, t.lease.Root, target.DisposeBrowserContext, target.DisposeBrowserContextParams{
			BrowserContextID: t.contextID,
		})
	}
	if err != nil && !t.lease.Alive() {
		err = nil // a dead browser has no contexts
	}
	if err != nil {
		t.lease.Retire() // what cannot be closed must not live on in a browser that is used again
		err = fmt.Errorf("the browser did not close a page: %w", err)
	}
	return err
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
	r := t.requests[string(m.pendingLoader)]
	return r != nil && !r.done && r.status != 204
}

// ready reports whether the page has loaded as far as a person would wait: its load event, or the document
// with everything of its own site when only others keep the load event waiting. t.mu is held.
func (t *tab) ready() bool {
	return !t.navigating() && t.main.interactive && (t.main.loaded || t.quiet())
}

// call runs a command on the page's session.
func (t *tab) call(ctx context.Context, method string, params, res any) error {
	return t.page.Call(ctx, method, params, res)
}
