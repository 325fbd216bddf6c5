package browser

import (
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"golang.org/x/net/publicsuffix"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
)

// maxRequests bounds what is remembered of a page's requests. Beyond it the oldest that went well are
// forgotten.
const maxRequests = 1000

// request is one request of the page.
type request struct {
	id        string
	method    string
	url       string
	kind      string // as the protocol calls it: Document, Script, Fetch...
	frame     cdp.FrameID
	loader    cdp.LoaderID
	status    int
	err       string
	cancelled bool
	begun     time.Time
	took      time.Duration
	done      bool
	span      *span
	session   *chrome.Session
	bytes     int64
	// sent and received are the events as they came, for the recording.
	sent, received jsonv2.Value
}

type (
	sentEvent struct {
		RequestID string       `json:"requestId"`
		LoaderID  cdp.LoaderID `json:"loaderId"`
		FrameID   cdp.FrameID  `json:"frameId"`
		Type      string       `json:"type"`
		Request   struct {
			URL    string `json:"url"`
			Method string `json:"method"`
		} `json:"request"`
		Redirect *struct {
			Status int     `json:"status"`
			Bytes  float64 `json:"encodedDataLength"`
		} `json:"redirectResponse"`
	}
	receivedEvent struct {
		RequestID string `json:"requestId"`
		Type      string `json:"type"`
		Response  struct {
			Status int `json:"status"`
		} `json:"response"`
	}
	failedEvent struct {
		RequestID string  `json:"requestId"`
		ErrorText string  `json:"errorText"`
		Canceled  bool    `json:"canceled"`
		Blocked   string  `json:"blockedReason"`
		Bytes     float64 `json:"encodedDataLength"`
	}
)

func (t *tab) requestSent(s *chrome.Session, params jsonv2.Value) {
	e, ok := decode[sentEvent](params)
	if !ok || strings.HasPrefix(e.Request.URL, "data:") || strings.HasPrefix(e.Request.URL, "blob:") {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if old := t.requests[e.RequestID]; old != nil && e.Redirect != nil {
		// A redirect goes on under the same id: what was before it is history.
		old.status, old.took, old.done = e.Redirect.Status, now.Sub(old.begun), true
		old.span.count(old.url, probes.Traffic{Bytes: int64(e.Redirect.Bytes)})
		t.answerRedirected(old, params)
	}
	r := &request{
		id: e.RequestID, method: e.Request.Method, url: e.Request.URL, kind: e.Type, frame: e.FrameID,
		loader: e.LoaderID, begun: now, span: t.currentSpan(), session: s,
	}
	r.span.count(r.url, probes.Traffic{Requests: 1})
	t.requests[e.RequestID] = r
	t.history = append(t.history, r)
	t.keepRaw(&r.sent, params)
	if len(t.history) > maxRequests {
		t.forgetRequests()
	}
	t.lastAny = now
	if t.own(r.url) {
		t.lastOwn = now
	}
}

// forgetRequests drops the older half of the requests that went well. t.mu is held.
func (t *tab) forgetRequests() {
	kept := t.history[:0]
	for i, r := range t.history {
		if i < maxRequests/2 && r.done && r.err == "" && r.status < 400 && string(r.loader) != r.id {
			if t.requests[r.id] == r {
				delete(t.requests, r.id)
			}
			continue
		}
		kept = append(kept, r)
	}
	if len(kept) > maxRequests { // a page that only fails
		for _, r := range kept[:maxRequests/2] {
			delete(t.requests, r.id)
		}
		kept = append(kept[:0], kept[maxRequests/2:]...)
	}
	t.history = kept
}

func (t *tab) responseReceived(params jsonv2.Value) {
	e, ok := decode[receivedEvent](params)
	if !ok {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.requests[e.RequestID]; r != nil {
		r.status = e.Response.Status
		t.keepRaw(&r.received, params)
		if r.kind == "" {
			r.kind = e.Type
		}
		t.answerBegan(r, params)
	}
}

func (t *tab) loadingFinished(s *chrome.Session, params jsonv2.Value) { t.ended(s, params, false) }
func (t *tab) loadingFailed(s *chrome.Session, params jsonv2.Value)   { t.ended(s, params, true) }

func (t *tab) ended(s *chrome.Session, params jsonv2.Value, failed bool) {
	e, ok := decode[failedEvent](params)
	if !ok {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.requests[e.RequestID]
	if r == nil {
		return
	}
	now := time.Now()
	r.done, r.took = true, now.Sub(r.begun)
	r.bytes = int64(e.Bytes)
	more := probes.Traffic{Bytes: r.bytes}
	if failed && !e.Canceled || r.status >= 400 {
		more.Failed = 1
	}
	r.span.count(r.url, more)
	t.lastAny = now
	if failed {
		r.err, r.cancelled = e.ErrorText, e.Canceled
		if e.Blocked != "" {
			r.err += " (" + e.Blocked + ")"
		}
	}
	if t.own(r.url) {
		t.lastOwn = now
	}
	t.answerEnded(s, r)
	t.bump()
}

// own reports whether a URL belongs to the page's own site. t.mu is held.
func (t *tab) own(raw string) bool {
	host := hostOf(raw)
	return host != "" && site(host) == site(hostOf(t.main.url))
}

// site is the part of a host that one owner has: the registrable domain, or for addresses and single names
// the host with its port.
func site(host string) string {
	name := host
	if i := strings.LastIndexByte(host, ':'); i > 0 && !strings.HasSuffix(host, "]") {
		name = host[:i]
	}
	if s, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil && !isAddress(name) {
		return s
	}
	return host
}

func isAddress(name string) bool {
	return strings.HasPrefix(name, "[") || strings.Trim(name, "0123456789.") == ""
}

// delaysLoad reports whether the page's load event waits for the request.
func (r *request) delaysLoad() bool {
	switch r.kind {
	case "Document", "Stylesheet", "Script", "Image", "Font":
		return true
	}
	return false
}

// quiet reports whether nothing of the page's own site has been loading for a while: what still keeps the
// load event waiting is somebody else's. t.mu is held.
func (t *tab) quiet() bool {
	if time.Since(t.lastOwn) < quietTime {
		return false
	}
	for _, r := range t.history {
		if !r.done && r.delaysLoad() && t.own(r.url) {
			return false
		}
	}
	return true
}

// documentRequest is the request of the page's document, or nil. t.mu is held.
func (t *tab) documentRequest() *request { return t.requests[string(t.main.loader)] }
