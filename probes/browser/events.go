package browser

import (
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"

	"github.com/outrider-monitor/outrider/probes/browser/chrome"
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
	case "Network.requestWillBeSent":
		t.requestSent(s, params)
	case "Network.responseReceived":
		t.responseReceived(params)
	case "Network.loadingFinished":
		t.loadingFinished(s, params)
	case "Network.loadingFailed":
		t.loadingFailed(s, params)
	case "Runtime.consoleAPICalled":
		t.consoleCalled(params)
	case "Runtime.executionContextCreated":
		t.worldCreated(s, params)
	case "Runtime.bindingCalled":
		t.bindingCalled(params)
	case "Runtime.exceptionThrown":
		t.exceptionThrown(params)
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
		if e, ok := decode[navigatedEvent](params); ok {
			t.navigated(s, e)
		}
	case "Page.domContentEventFired", "Page.loadEventFired":
		if s == t.page {
			t.loadStage(method == "Page.loadEventFired")
		}
	case "Page.frameAttached", "Page.frameDetached", "Page.frameRequestedNavigation", "Page.frameStartedNavigating",
		"Page.frameStoppedLoading", "Page.navigatedWithinDocument":
		if e, ok := decode[frameEvent](params); ok {
			t.frameChanged(s, method, e)
		}
	}
}

func decode[E any](params jsonv2.Value) (E, bool) {
	var e E
	err := jsonv2.Unmarshal(params, &e)
	return e, err == nil
}

// hostOf gives the host and port of a URL, empty if it has none.
func hostOf(raw string) string {
	_, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return ""
	}
	if end := strings.IndexAny(rest, "/?#\\"); end >= 0 {
		rest = rest[:end]
	}
	return strings.ToLower(rest[strings.LastIndexByte(rest, '@')+1:])
}
