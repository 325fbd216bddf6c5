package browser

import (
	"context"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes/browser/chrome"
	"github.com/outrider-monitor/outrider/probes/browser/emulate"
)

// frame is one frame of the page. A frame of another site lives in another process and has a session of its
// own.
type frame struct {
	id, parent cdp.FrameID
	session    *chrome.Session
	url        string
	// world is the execution context of our isolated world in the frame's document; zero: none yet.
	world int64
	// pendingSince is when a navigation of a frame in the page was asked for that has not come about yet; pendingLoader
	// is its request, if it has begun.
	pendingSince  time.Time
	pendingLoader cdp.LoaderID
	// generation counts the frame's documents, so that a world made for an old one is not kept.
	generation int
}

// mainDocument is how far the page has loaded.
type mainDocument struct {
	loader cdp.LoaderID
	url    string
	// unreachable is the URL that the browser's own error page stands for.
	unreachable      string
	interactive      bool // DOMContentLoaded
	loaded           bool
	commits, inPlace int

	// pending is a navigation that has been asked for and not come about yet.
	pending       bool
	pendingLoader cdp.LoaderID
	pendingURL    string
	pendingSince  time.Time
}

func (t *tab) frame(id cdp.FrameID) *frame {
	f := t.frames[id]
	if f == nil {
		f = &frame{id: id}
		t.frames[id] = f
	}
	return f
}

// navigated follows a new document in a frame.
func (t *tab) navigated(s *chrome.Session, e navigatedEvent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.frame(e.Frame.ID)
	f.session, f.url, f.world, f.pendingSince = s, e.Frame.URL, 0, time.Time{}
	f.generation++
	if e.Frame.ParentID != "" {
		f.parent = e.Frame.ParentID
	}
	if e.Frame.ID == t.mainFrame {
		m := &t.main
		m.loader, m.url, m.unreachable = e.Frame.LoaderID, e.Frame.URL, e.Frame.UnreachableURL
		m.interactive, m.loaded, m.pending = false, false, false
		m.commits++
		t.storedOnce(e.Frame.URL)
		t.traffic.Committed(m.url, m.loader)
		if m.unreachable == "" {
			t.book.DocumentCame(m.url)
		}
	}
	t.bump()
}

func (t *tab) loadStage(loaded bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.main.interactive = true
	t.main.loaded = t.main.loaded || loaded
	t.mark()
	t.bump()
}

func (t *tab) frameChanged(s *chrome.Session, method string, e frameEvent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch method {
	case "Page.frameAttached":
		f := t.frame(e.FrameID)
		f.session, f.parent = s, e.ParentID
	case "Page.frameDetached":
		// A frame that is swapped out goes on living in another process.
		if e.Reason != "swap" {
			delete(t.frames, e.FrameID)
		}
	case "Page.navigatedWithinDocument":
		if f := t.frames[e.FrameID]; f != nil {
			f.url = e.URL
		}
		if e.FrameID == t.mainFrame {
			t.main.url = e.URL
			t.traffic.Moved(e.URL)
			t.main.inPlace++
			t.main.pending = false
		}
	default:
		t.pendingChanged(method, e)
	}
	t.bump()
}

// pendingChanged follows a navigation of the page that has not come about yet. t.mu is held.
func (t *tab) pendingChanged(method string, e frameEvent) {
	if e.FrameID != t.mainFrame {
		t.frames[e.FrameID].goes(method, e)
		return
	}
	m := &t.main
	switch method {
	case "Page.frameRequestedNavigation":
		if e.Disposition != "" && e.Disposition != "currentTab" {
			return
		}
		m.pending, m.pendingLoader, m.pendingURL, m.pendingSince = true, "", e.URL, time.Now()
	case "Page.frameStartedNavigating":
		if e.Type == "sameDocument" {
			return
		}
		m.pending, m.pendingLoader, m.pendingURL, m.pendingSince = true, e.LoaderID, e.URL, time.Now()
	case "Page.frameStoppedLoading":
		m.pending = false
		t.mark()
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

// going reports whether a frame in the page is about to be replaced. t.mu is held.
func (t *tab) going(id cdp.FrameID) bool {
	f := t.frames[id]
	if f == nil || f.pendingSince.IsZero() {
		return false
	}
	r := t.traffic.Of(f.pendingLoader)
	return time.Since(f.pendingSince) < pendingTime || r != nil && !r.Done
}

// attached makes a session for a frame that lives in a process of its own, turns on what the page's session
// has on, and lets it go: it has been waiting for that.
func (t *tab) attached(params jsonv2.Value) {
	e, ok := chrome.Decode[attachedEvent](params)
	if !ok {
		return
	}
	s := t.lease.Session(e.SessionID, t.hear)
	s.Listen()
	if e.TargetInfo.Type == "iframe" {
		t.mu.Lock()
		f := t.frame(cdp.FrameID(e.TargetInfo.TargetID))
		f.session, f.world = s, 0
		f.generation++
		t.extra = append(t.extra, s)
		t.bump()
		t.mu.Unlock()
	}
	if e.TargetInfo.Type == "service_worker" {
		t.mu.Lock()
		t.extra = append(t.extra, s)
		t.mu.Unlock()
	}
	t.prepare(s)
	s.Post("Runtime.runIfWaitingForDebugger", nil)
}

// detached forgets the session of a frame that is gone, or that lives in the page's process again. Without its
// own session the page itself is gone.
func (t *tab) detached(params jsonv2.Value) {
	e, ok := chrome.Decode[attachedEvent](params)
	if !ok {
		return
	}
	if e.SessionID == t.page.ID {
		t.closed.Store(true)
		t.lose(closedByPage())
		t.window.bump()
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.extra = slices.DeleteFunc(t.extra, func(s *chrome.Session) bool {
		if s.ID == e.SessionID {
			s.Forget()
			return true
		}
		return false
	})
	for id, f := range t.frames {
		if f.session != nil && f.session.ID == e.SessionID {
			delete(t.frames, id)
		}
	}
	t.bump()
}

// prepare turns on the domains that a session needs, without waiting.
func (t *tab) prepare(s *chrome.Session) {
	for _, c := range t.setup() {
		s.Post(c.Method, c.Params)
	}
	if t.window.orders.Load().intercept() {
		c := stopAll()
		s.Post(c.Method, c.Params)
	}
}

// setup are the commands that prepare a session: what to report, and the conditions of the journey.
func (t *tab) setup() []chrome.Command {
	all := []chrome.Command{
		chrome.Say("Page.enable", nil),
		chrome.Say("Network.enable", t.traffic.Params()),
		chrome.Say("Runtime.enable", nil),
		chrome.Say("Inspector.enable", nil),
		chrome.Say("Runtime.addBinding", map[string]any{"name": teller, "executionContextName": worldName}),
		chrome.Say("Target.setAutoAttach", map[string]any{
			"autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true,
			"filter": []map[string]any{{"type": "iframe"}, {"type": "service_worker"}, {"exclude": true}},
		}),
		chrome.Say("Page.addScriptToEvaluateOnNewDocument", ourScript),
	}
	if t.traffic.AwaitsAnswers() {
		// Bodies outlive the document that asked for them.
		all = append(all, chrome.Say("Network.configureDurableMessages", t.traffic.Params()))
	}
	all = append(all, t.lasting()...)
	t.mu.Lock()
	defer t.mu.Unlock()
	return append(all, emulate.Changeable(t.conditions)...)
}

// frameSession gives the session that a frame lives in; it waits for a frame that is just moving there.
func (t *tab) frameSession(ctx context.Context, id cdp.FrameID) (*chrome.Session, error) {
	var s *chrome.Session
	err := t.until(ctx, func() bool {
		f := t.frames[id]
		if f != nil {
			s = f.session
		}
		return s != nil
	})
	return s, err
}

// sessions are the page's session and those of its frames.
func (t *tab) sessions() []*chrome.Session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]*chrome.Session{t.page}, t.extra...)
}
