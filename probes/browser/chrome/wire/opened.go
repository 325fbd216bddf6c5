package wire

import (
	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
)

// attachedToTarget is the event that says that there is a new page. It waits, before its first script, until it is
// told to go on.
const attachedToTarget = "Target.attachedToTarget"

// Opened is a page that has come about in a context: one that was asked for, or one that another page opened.
type Opened struct {
	SessionID  target.SessionID `json:"sessionId"`
	TargetInfo struct {
		TargetID  target.ID            `json:"targetId"`
		Type      string               `json:"type"`
		URL       string               `json:"url"`
		OpenerID  target.ID            `json:"openerId"`
		ContextID cdp.BrowserContextID `json:"browserContextId"`
	} `json:"targetInfo"`
}

// OnOpened has a context's pages reported to hear; nil ends that.
func (w *Pipe) OnOpened(id cdp.BrowserContextID, hear func(Opened)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if hear == nil {
		delete(w.contexts, id)
		return
	}
	w.contexts[id] = hear
}

// opened reports a page to who listens to its context. One that nobody listens to goes on.
func (w *Pipe) opened(msg *cdproto.Message) {
	var e Opened
	if jsonv2.Unmarshal(msg.Params, &e) != nil {
		return
	}
	w.mu.Lock()
	hear := w.contexts[e.TargetInfo.ContextID]
	w.mu.Unlock()
	if hear != nil {
		hear(e)
		return
	}
	(&Session{ID: e.SessionID, wire: w}).Post("Runtime.runIfWaitingForDebugger", nil)
}

// Openings has every page of the browser reported, as long as it lives.
func Openings() target.SetAutoAttachParams {
	return target.SetAutoAttachParams{
		AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: new(true),
		Filter: target.Filter{{Type: "page"}, {Exclude: true}},
	}
}
