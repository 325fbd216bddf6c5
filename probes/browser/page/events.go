package page

import (
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"

	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
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
)

// hear is the listener of all the page's sessions. It runs on the goroutine that reads the wire.
func (p *Page) hear(s *wire.Session, method string, params jsonv2.Value) {
	switch method {
	case "Network.requestWillBeSent", "Network.responseReceived", "Network.loadingFinished", "Network.loadingFailed":
		p.networkHeard(s, method, params)
	case "Runtime.consoleAPICalled", "Runtime.exceptionThrown":
		p.said(method, params)
	case "Runtime.executionContextCreated":
		p.worldCreated(s, params)
	case "Runtime.bindingCalled":
		p.bindingCalled(params)
	case "Target.attachedToTarget":
		p.attached(params)
	case "Inspector.targetCrashed":
		p.lose(crashed())
	case wire.Detached:
		p.detached(params)
	default:
		p.hearPage(s, method, params)
	}
}

// hearPage follows frames and navigations, and leaves the rest to the page's watcher.
func (p *Page) hearPage(s *wire.Session, method string, params jsonv2.Value) {
	switch method {
	case "Page.frameNavigated":
		if e, ok := wire.Decode[navigatedEvent](params); ok {
			p.navigated(s, e)
		}
	case "Page.domContentEventFired", "Page.loadEventFired":
		if s == p.Line {
			p.loadStage(method == "Page.loadEventFired")
		}
	case "Page.frameAttached", "Page.frameDetached", "Page.frameRequestedNavigation", "Page.frameStartedNavigating",
		"Page.frameStoppedLoading", "Page.navigatedWithinDocument":
		if e, ok := wire.Decode[frameEvent](params); ok {
			p.frameChanged(s, method, e)
		}
	default:
		p.watcher.Heard(s, method, params)
	}
}

// networkHeard follows the page's traffic.
func (p *Page) networkHeard(s *wire.Session, method string, params jsonv2.Value) {
	p.Lock()
	defer p.Unlock()
	switch method {
	case "Network.requestWillBeSent":
		p.Traffic.Sent(s, p.Book.Current(), params)
	case "Network.responseReceived":
		if p.Traffic.Received(params) {
			p.Bump()
		}
	default:
		if wanted := p.Traffic.Ended(params, method == "Network.loadingFailed"); wanted != nil {
			p.fetch(s, wanted)
		}
		p.Bump()
	}
}

// mostFetched is how many bodies are asked for at a time.
const mostFetched = 16

// fetch gets the body of an answer that a step waits for, unless the page gets answers faster than they can be read. p is locked.
func (p *Page) fetch(s *wire.Session, a *traffic.Answer) {
	if p.fetching >= mostFetched {
		p.Traffic.Fetched(a, "", fmt.Errorf("%d others were being read", p.fetching))
		return
	}
	p.fetching++
	go func() {
		body, err := a.Fetch(p.ctx, s)
		p.Lock()
		defer p.Unlock()
		p.fetching--
		p.Traffic.Fetched(a, body, err)
		p.Bump()
	}()
}

// said keeps what the page says.
func (p *Page) said(method string, params jsonv2.Value) {
	p.Lock()
	defer p.Unlock()
	if method == "Runtime.consoleAPICalled" {
		p.Console.Called(params)
		return
	}
	p.Book.Failed()
	p.Console.Thrown(params)
}
