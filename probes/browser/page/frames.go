package page

import (
	"context"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
)

// frame is one frame of the page. A frame of another site lives in another process and has a session of its
// own.
type frame struct {
	id, parent cdp.FrameID
	session    *wire.Session
	url        string
	// world is the execution context of our isolated world in the frame's document; zero: none yet.
	world int64
	// pendingSince is when a navigation of a frame in the page was asked for that has not come about yet; pendingLoader
	// is its request, if it has begun.
	pendingSince  time.Time
	pendingLoader cdp.LoaderID
	// generation counts the frame's documents, so that a world made for an old one is not kept.
	generation int
	// behind are the frames behind frame elements of the document, by the elements' own numbers.
	behind map[int]cdp.FrameID
}

// Document is how far the page has loaded.
type Document struct {
	loader cdp.LoaderID
	URL    string
	// unreachable is the URL that the browser's own error page stands for.
	Unreachable      string
	Interactive      bool // DOMContentLoaded
	Loaded           bool
	Commits, InPlace int

	// pending is a navigation that has been asked for and not come about yet.
	Pending       bool
	pendingLoader cdp.LoaderID
	PendingURL    string
	pendingSince  time.Time
}

func (p *Page) frame(id cdp.FrameID) *frame {
	f := p.frames[id]
	if f == nil {
		f = &frame{id: id}
		p.frames[id] = f
	}
	return f
}

// navigated follows a new document in a frame.
func (p *Page) navigated(s *wire.Session, e navigatedEvent) {
	p.Lock()
	defer p.Unlock()
	f := p.frame(e.Frame.ID)
	f.session, f.url, f.world, f.pendingSince = s, e.Frame.URL, 0, time.Time{}
	f.generation++
	f.behind = nil
	if e.Frame.ParentID != "" {
		f.parent = e.Frame.ParentID
	}
	if e.Frame.ID == p.MainFrame {
		m := &p.Main
		m.loader, m.URL, m.Unreachable = e.Frame.LoaderID, e.Frame.URL, e.Frame.UnreachableURL
		m.Interactive, m.Loaded, m.Pending = false, false, false
		m.Commits++
		p.watcher.Committed(e.Frame.URL)
		p.Traffic.Committed(m.URL, m.loader)
		if m.Unreachable == "" {
			p.Book.DocumentCame(m.URL)
		}
	}
	p.Bump()
}

func (p *Page) loadStage(loaded bool) {
	p.Lock()
	defer p.Unlock()
	p.Main.Interactive = true
	p.Main.Loaded = p.Main.Loaded || loaded
	p.watcher.StandsStill()
	p.Bump()
}

func (p *Page) frameChanged(s *wire.Session, method string, e frameEvent) {
	p.Lock()
	defer p.Unlock()
	switch method {
	case "Page.frameAttached":
		f := p.frame(e.FrameID)
		f.session, f.parent = s, e.ParentID
	case "Page.frameDetached":
		// A frame that is swapped out goes on living in another process.
		if e.Reason != "swap" {
			delete(p.frames, e.FrameID)
		}
	case "Page.navigatedWithinDocument":
		if f := p.frames[e.FrameID]; f != nil {
			f.url = e.URL
		}
		if e.FrameID == p.MainFrame {
			p.Main.URL = e.URL
			p.Traffic.Moved(e.URL)
			p.Main.InPlace++
			p.Main.Pending = false
		}
	default:
		p.pendingChanged(method, e)
	}
	p.Bump()
}

// pendingChanged follows a navigation of the page that has not come about yet. p is locked.
func (p *Page) pendingChanged(method string, e frameEvent) {
	if e.FrameID != p.MainFrame {
		p.frames[e.FrameID].goes(method, e)
		return
	}
	m := &p.Main
	switch method {
	case "Page.frameRequestedNavigation":
		if e.Disposition != "" && e.Disposition != "currentTab" {
			return
		}
		m.Pending, m.pendingLoader, m.PendingURL, m.pendingSince = true, "", e.URL, time.Now()
	case "Page.frameStartedNavigating":
		if e.Type == "sameDocument" {
			return
		}
		m.Pending, m.pendingLoader, m.PendingURL, m.pendingSince = true, e.LoaderID, e.URL, time.Now()
	case "Page.frameStoppedLoading":
		m.Pending = false
		p.watcher.StandsStill()
	}
}

// goes follows a navigation of a frame in the page that has not come about yet.
func (f *frame) goes(method string, e frameEvent) {
	switch {
	case f == nil || method == "Page.frameStartedNavigating" && e.Type == "sameDocument":
	case method == "Page.frameStoppedLoading":
		f.pendingSince = time.Time{}
	case e.Disposition == "" || e.Disposition == "currentTab":
		f.pendingSince, f.pendingLoader = time.Now(), e.LoaderID
	}
}

// Going reports whether a frame in the page is about to be replaced. p is locked.
func (p *Page) Going(id cdp.FrameID) bool {
	f := p.frames[id]
	if f == nil || f.pendingSince.IsZero() {
		return false
	}
	r := p.Traffic.Of(f.pendingLoader)
	return time.Since(f.pendingSince) < pendingTime || r != nil && !r.Done
}

// attached makes a session for a frame that lives in a process of its own, turns on what the page's session
// has on, and lets it go: it has been waiting for that.
func (p *Page) attached(params jsonv2.Value) {
	e, ok := wire.Decode[attachedEvent](params)
	if !ok {
		return
	}
	s := p.Lease.Session(e.SessionID, p.hear)
	s.Listen()
	if e.TargetInfo.Type == "iframe" {
		p.Lock()
		f := p.frame(cdp.FrameID(e.TargetInfo.TargetID))
		f.session, f.world = s, 0
		f.generation++
		f.behind = nil
		p.extra = append(p.extra, s)
		p.Bump()
		p.Unlock()
	}
	if e.TargetInfo.Type == "service_worker" {
		p.Lock()
		p.extra = append(p.extra, s)
		p.Unlock()
	}
	p.watcher.Prepare(s)
	s.Post("Runtime.runIfWaitingForDebugger", nil)
}

// detached forgets the session of a frame that is gone, or that lives in the page's process again. Without its
// own session the page itself is gone.
func (p *Page) detached(params jsonv2.Value) {
	e, ok := wire.Decode[attachedEvent](params)
	if !ok {
		return
	}
	if e.SessionID == p.Line.ID {
		p.Closed.Store(true)
		p.lose(closedByPage())
		p.watcher.Gone()
		return
	}
	p.Lock()
	defer p.Unlock()
	p.extra = slices.DeleteFunc(p.extra, func(s *wire.Session) bool {
		if s.ID == e.SessionID {
			s.Forget()
			return true
		}
		return false
	})
	for id, f := range p.frames {
		if f.session != nil && f.session.ID == e.SessionID {
			delete(p.frames, id)
		}
	}
	p.Bump()
}

// FrameSession gives the session that a frame lives in; it waits for a frame that is just moving there.
func (p *Page) FrameSession(ctx context.Context, id cdp.FrameID) (*wire.Session, error) {
	var s *wire.Session
	err := p.Until(ctx, func() bool {
		f := p.frames[id]
		if f != nil {
			s = f.session
		}
		return s != nil
	})
	return s, err
}

// Sessions are the page's session and those of its frames.
func (p *Page) Sessions() []*wire.Session {
	p.Lock()
	defer p.Unlock()
	return append([]*wire.Session{p.Line}, p.extra...)
}

// Setup are the commands that prepare a session of the page: what to report. Of a blank document, which nobody looks into,
// no more is asked than it needs to become a page: a world of its own there would cost as much as in any other.
func (p *Page) Setup(blank bool) []wire.Command {
	script := ourScript
	if blank {
		script = ourScriptNext
	}
	all := []wire.Command{
		wire.Say("Page.enable", nil),
		wire.Say("Network.enable", p.Traffic.Params()),
		wire.Say("Runtime.enable", nil),
		wire.Say("Inspector.enable", nil),
		wire.Say("Runtime.addBinding", map[string]any{"name": teller, "executionContextName": worldName}),
		wire.Say("Target.setAutoAttach", map[string]any{
			"autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true,
			"filter": []map[string]any{{"type": "iframe"}, {"type": "service_worker"}, {"exclude": true}},
		}),
		wire.Say("Page.addScriptToEvaluateOnNewDocument", script),
	}
	if p.Traffic.AwaitsAnswers() {
		// Bodies outlive the document that asked for them.
		all = append(all, wire.Say("Network.configureDurableMessages", p.Traffic.Params()))
	}
	return all
}
