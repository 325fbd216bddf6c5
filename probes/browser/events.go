package browser

import (
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"

	"github.com/outrider-monitor/outrider/probes/browser/chrome"
	"github.com/outrider-monitor/outrider/probes/browser/traffic"
)

// The parts of protocol events that are used. Decoding only these is a good part of what makes a run cheap.
type (
	frameEvent struct {
		FrameID  cdp.FrameID  `json:"frameId"`
		ParentID cdp.FrameID  `json:"parentFrameId"`
		LoaderID cdp.LoaderID `json:"loaderId"`
		URL      string       `json:"url"`
		Reason   string       `json:"reason"`
		Type     string       `json:"navigationType"`
		// Disposition says where a requested navigation goes.
		Disposition string `json:"disposition"`
	}
	navigatedEvent struct {
		Frame struct {
			ID             cdp.FrameID  `json:"id"`
			ParentID       cdp.FrameID  `json:"parentId"`
			LoaderID       cdp.LoaderID `json:"loaderId"`
			URL            string       `json:"url"`
			UnreachableURL string       `json:"unreachableUrl"`
		} `json:"frame"`
	}
	attachedEvent struct {
		SessionID  target.SessionID `json:"sessionId"`
		TargetInfo struct {
			TargetID string `json:"targetId"`
			Type     string `json:"type"`
		} `json:"targetInfo"`
	}
	contextEvent struct {
		Context struct {
			ID   int64  `json:"id"`
			Name string `json:"name"`
			Aux  struct {
				FrameID cdp.FrameID `json:"frameId"`
			} `json:"auxData"`
		} `json:"context"`
	}
	dialogEvent struct {
		URL     string `json:"url"`
		Message string `json:"message"`
		Type    string `json:"type"`
	}
)

// hear is the listener of all the tab's sessions. It runs on the goroutine that reads the wire.
func (t *tab) hear(s *chrome.Session, method string, params jsonv2.Value) {
	switch method {
	case "Network.requestWillBeSent", "Network.responseReceived", "Network.loadingFinished", "Network.loadingFailed":
		t.networkHeard(s, method, params)
	case "Runtime.consoleAPICalled", "Runtime.exceptionThrown":
		t.said(method, params)
	case "Runtime.executionContextCreated":
		t.worldCreated(s, params)
	case "Runtime.bindingCalled":
		t.bindingCalled(params)
	case "Fetch.requestPaused":
		t.requestPaused(s, params)
	case "Fetch.authRequired":
		t.authRequired(s, params)
	case "Page.javascriptDialogOpening":
		t.dialogOpening(s, params)
	case "Target.attachedToTarget":
		t.attached(params)
	case "Inspector.targetCrashed":
		t.lose(crashed())
	case chrome.Detached:
		t.detached(params)
	default:
		t.hearPage(s, method, params)
	}
}

// hearPage follows frames and navigations, and what a step has set going.
func (t *tab) hearPage(s *chrome.Session, method string, params jsonv2.Value) {
	switch method {
	case "Page.fileChooserOpened":
		t.chooserOpened(s, params)
	case "Input.dragIntercepted":
		t.dragIntercepted(params)
	case "Page.frameNavigated":
		if e, ok := chrome.Decode[navigatedEvent](params); ok {
			t.navigated(s, e)
		}
	case "Page.domContentEventFired", "Page.loadEventFired":
		if s == t.page {
			t.loadStage(method == "Page.loadEventFired")
		}
	case "Page.frameAttached", "Page.frameDetached", "Page.frameRequestedNavigation", "Page.frameStartedNavigating",
		"Page.frameStoppedLoading", "Page.navigatedWithinDocument":
		if e, ok := chrome.Decode[frameEvent](params); ok {
			t.frameChanged(s, method, e)
		}
	}
}

// networkHeard follows the page's traffic.
func (t *tab) networkHeard(s *chrome.Session, method string, params jsonv2.Value) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch method {
	case "Network.requestWillBeSent":
		t.traffic.Sent(s, t.book.Current(), params)
	case "Network.responseReceived":
		if t.traffic.Received(params) {
			t.bump()
		}
	default:
		if wanted := t.traffic.Ended(params, method == "Network.loadingFailed"); wanted != nil {
			go t.fetchAnswer(s, wanted)
		}
		t.bump()
	}
}

// fetchAnswer gets the body of an answer that a step waits for.
func (t *tab) fetchAnswer(s *chrome.Session, a *traffic.Answer) {
	body, err := a.Fetch(t.ctx, s)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.traffic.Fetched(a, body, err)
	t.bump()
}

// said keeps what the page says.
func (t *tab) said(method string, params jsonv2.Value) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if method == "Runtime.consoleAPICalled" {
		t.console.Called(params)
		return
	}
	t.book.Failed()
	t.console.Thrown(params)
}
