// Package page follows one page of a browser: its frames and their documents, how far it has loaded, what it sends, says
// and measures; and asks the script in it (package inpage) questions.
//
// It knows of no journey and no step: what is to be done about what it hears is its [Watcher]'s. Its one rule: a question
// is put to the document that is there, and a document that is replaced under a question is asked again or said to be gone.
package page

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/console"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/meter"
	"github.com/outrider-monitor/outrider/probes/browser/traffic"
)

const (
	// QuietTime is how long nothing of the page's own site may have been loading before a load event that
	// only waits for others is waited for no longer.
	QuietTime = 500 * time.Millisecond
	// pendingTime is how long a navigation that was asked for may show no request before it is taken for
	// one that never comes: a download, another program's address.
	pendingTime = time.Second
	// LastTime is for closing a page when there is no time left.
	LastTime = 2 * time.Second
	// Tick is how often conditions that depend on time alone are looked at.
	Tick = 50 * time.Millisecond
)

// Page is one page of the browser, and what is known of it. Its lock guards all that is not set when it is adopted: the
// goroutine that reads the wire changes it, the goroutine of the step looks at it.
type Page struct {
	sync.Mutex
	Lease   *chrome.Lease
	watcher Watcher
	// TestID is the attribute that holds test ids.
	TestID    string
	TargetID  target.ID
	MainFrame cdp.FrameID
	// Mask is what nobody may see: no answer to a question tells of it.
	Mask []inpage.Part
	// Line is the session of the page itself; frames of other sites have their own.
	Line *wire.Session
	// Closed says that the page has closed itself, or was closed.
	Closed atomic.Bool

	// ctx ends when the page or its browser is lost; its cause is a *probes.Failure.
	ctx  context.Context
	lose context.CancelCauseFunc
	// abort ends the step that is under way; its cause is a *probes.Failure.
	abort context.CancelCauseFunc

	waiters []chan struct{}
	frames  map[cdp.FrameID]*frame
	extra   []*wire.Session
	Main    Document
	// Traffic, Console and Book are what the page did.
	Traffic *traffic.Log
	Console *console.Log
	Book    meter.Book
	// fetching is how many bodies of answers are being asked for.
	fetching int
	// closedRoots says that a page of the journey had some.
	closedRoots bool
}

// Watcher is who is told of what a page does, on the goroutine that reads the wire: it must not block.
type Watcher interface {
	// Heard gets the events that the page does not follow itself.
	Heard(s *wire.Session, method string, params jsonv2.Value)
	// Prepare turns on what a session needs that a frame or a worker of the page has got.
	Prepare(s *wire.Session)
	// Committed is told of a new document, StandsStill that one has been read or has come to nothing; the page is locked.
	Committed(url string)
	StandsStill()
	// Gone is told that the page has closed.
	Gone()
}

// New makes a page that has still to be adopted. attribute is what test ids stand in, empty for the usual.
func New(l *chrome.Lease, began time.Time, attribute string, log *traffic.Log, w Watcher) *Page {
	p := &Page{
		Lease: l, watcher: w, TestID: cmp.Or(attribute, "data-testid"), frames: map[cdp.FrameID]*frame{}, Traffic: log,
		Console: console.NewLog(began), Main: Document{Interactive: true, Loaded: true, URL: "about:blank"},
		abort: func(error) {},
	}
	p.ctx, p.lose = context.WithCancelCause(context.Background())
	context.AfterFunc(p.ctx, func() {
		p.Lock()
		abort := p.abort
		p.Unlock()
		abort(context.Cause(p.ctx))
	})
	go func() {
		select {
		case <-l.Lost():
			p.lose(Gone(l.Err()))
		case <-p.ctx.Done():
		}
	}()
	return p
}

// Adopt gives the tab its page.
func (p *Page) Adopt(e wire.Opened) {
	p.Lock()
	p.TargetID, p.MainFrame = e.TargetInfo.TargetID, cdp.FrameID(e.TargetInfo.TargetID)
	p.Line = p.Lease.Session(e.SessionID, p.hear)
	p.frames[p.MainFrame] = &frame{id: p.MainFrame, session: p.Line, url: "about:blank"}
	if at := e.TargetInfo.URL; at != "" && at != "about:blank" {
		p.Main.Pending, p.Main.PendingURL, p.Main.pendingSince = true, at, time.Now()
	}
	p.Unlock()
	p.Line.Listen()
}

// Step gives a context for one step's action, which the loss of the page ends too.
func (p *Page) Step(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	p.Lock()
	p.abort = cancel
	p.Unlock()
	if p.ctx.Err() != nil {
		cancel(context.Cause(p.ctx))
	}
	return ctx, func() {
		p.Lock()
		p.abort = func(error) {}
		p.Unlock()
		cancel(context.Canceled)
	}
}

// Bump wakes those who wait for a change of what is known. p is locked.
func (p *Page) Bump() {
	for _, w := range p.waiters {
		close(w)
	}
	p.waiters = nil
}

// Until waits until the condition holds. It is called with p locked, at each change and now and then.
func (p *Page) Until(ctx context.Context, holds func() bool) error {
	var timer *time.Timer
	for {
		p.Lock()
		if holds() {
			p.Unlock()
			return nil
		}
		changed := make(chan struct{})
		p.waiters = append(p.waiters, changed)
		p.Unlock()
		if timer == nil {
			timer = time.NewTimer(Tick)
			defer timer.Stop()
		} else {
			timer.Reset(Tick)
		}
		select {
		case <-changed:
		case <-timer.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Navigating reports whether the page is about to be replaced. p is locked.
func (p *Page) Navigating() bool {
	m := &p.Main
	if !m.Pending {
		return false
	}
	if time.Since(m.pendingSince) < pendingTime {
		return true
	}
	r := p.Traffic.Of(m.pendingLoader)
	return r != nil && !r.Done && r.Status != 204
}

// Ready reports whether the page has loaded as far as a person would wait: its load event, or the document
// with everything of its own site when only others keep the load event waiting. p is locked.
func (p *Page) Ready() bool {
	return !p.Navigating() && p.Main.Interactive && (p.Main.Loaded || p.Traffic.Quiet(QuietTime))
}

// Call runs a command on the page's session.
func (p *Page) Call(ctx context.Context, method string, params, res any) error {
	return p.Line.Call(ctx, method, params, res)
}

// crashed says that the page's process died.
func crashed() *probes.Failure {
	return &probes.Failure{Reason: probes.BrowserFault, Message: "the page's process in the browser crashed"}
}

// Gone says why the browser is gone.
func Gone(err error) *probes.Failure {
	return &probes.Failure{Reason: probes.BrowserFault, Message: err.Error(), Err: err}
}

// closedByPage says that there is no page any more, which is the target's doing.
func closedByPage() *probes.Failure {
	return &probes.Failure{Reason: probes.Navigation, Message: "the page closed its own window"}
}

// Lost reports whether the page or its browser is no more.
func (p *Page) Lost() bool { return p.ctx.Err() != nil }

// Cause says why the page is lost, as a *probes.Failure; nil if it is not.
func (p *Page) Cause() error { return context.Cause(p.ctx) }

// Leave ends what belongs to the page on our side. The page itself goes with its browser context.
func (p *Page) Leave() {
	p.lose(errors.New("the session was closed"))
	for _, s := range p.Sessions() {
		if s != nil {
			s.Forget()
		}
	}
}

// Address is where the page is.
func (p *Page) Address() string {
	p.Lock()
	defer p.Unlock()
	return p.Main.URL
}

// OnNewDocument has a script run in each new document, in a world of its own, until it is removed by the id that is given.
func (p *Page) OnNewDocument(ctx context.Context, script string) (id string, err error) {
	var made struct {
		ID string `json:"identifier"`
	}
	err = p.Call(ctx, "Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": script, "worldName": worldName}, &made)
	return made.ID, err
}

// Evaluate runs a script in the page, as the page's own scripts run.
func (p *Page) Evaluate(ctx context.Context, script EvaluateParams) (Evaluated, error) {
	var res Evaluated
	err := p.Call(ctx, "Runtime.evaluate", script, &res)
	return res, err
}
