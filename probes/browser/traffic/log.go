// Package traffic keeps what went over the network for one page of a browser, and what of it belongs to whom.
//
// It hears the browser's events and answers questions about them: what is still on its way, which answer a step waits
// for, whether a failure is a third party's, what a HAR file or a trace says. It sends nothing and waits for nothing. It
// is not safe for use by several goroutines: its page guards it. Its one rule: it is bounded, and what is forgotten
// first is the oldest that went well.
package traffic

import (
	"bytes"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/meter"
)

// maxRequests bounds what is remembered of a page's requests. Beyond it the oldest that went well are
// forgotten.
const maxRequests = 1000

// mostRequests bounds what is read of a page's requests: one that asks without end must not keep those waiting who share its
// browser. Documents are always read, and what a step may be waiting for.
const mostRequests = 3000

// Log is the traffic of one page.
type Log struct {
	journey *journeys.Journey
	began   time.Time

	requests map[string]*Request
	history  []*Request
	answers  answers
	// page and loader are the page's document.
	page   string
	loader cdp.LoaderID
	// LastOwn is when the page's own site, LastAny when anybody sent or was sent something, or a document came.
	LastOwn, LastAny time.Time

	hosts map[string]bool // of the journey's own URLs
	named map[string]bool // hosts of the URLs that the journey names

	sent, unread int // requests that were heard of, and those of them that were not read

	raw        int                 // bytes of events that are kept
	identities map[string]Identity // what requests were told of themselves, by id and URL
}

// New makes the log of a page, for a journey whose attempt began at a moment.
func New(j *journeys.Journey, began time.Time) *Log {
	return &Log{journey: j, began: began, requests: map[string]*Request{}, answers: expectAnswers(j), hosts: map[string]bool{}}
}

// Child makes the log of a page that this one has opened: the same hosts are the journey's own.
func (l *Log) Child() *Log {
	c := New(l.journey, l.began)
	c.named = l.named
	for h := range l.hosts {
		c.hosts[h] = true
	}
	return c
}

// Request is one request of the page. Kind is as the protocol calls it: Document, Script, Fetch; Err is what the network
// said, and Cancelled that the page itself gave it up.
type Request struct {
	ID        string
	Method    string
	URL       string
	Kind      string
	Frame     cdp.FrameID
	Loader    cdp.LoaderID
	Status    int
	Err       string
	Cancelled bool
	Begun     time.Time
	Took      time.Duration
	answered  time.Time // when the head of the answer came
	Done      bool
	Session   *wire.Session
	span      *meter.Span
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

// Sent keeps the request of a Network.requestWillBeSent; its traffic counts for the span.
func (l *Log) Sent(s *wire.Session, span *meter.Span, params jsonv2.Value) {
	if l.sent++; l.sent > mostRequests && !l.AwaitsAnswers() && !bytes.Contains(params, []byte(`"type":"Document"`)) {
		l.unread++
		return
	}
	e, ok := wire.Decode[sentEvent](params)
	if !ok || strings.HasPrefix(e.Request.URL, "data:") || strings.HasPrefix(e.Request.URL, "blob:") {
		return
	}
	now := time.Now()
	if old := l.requests[e.RequestID]; old != nil && e.Redirect != nil {
		// A redirect goes on under the same id: what was before it is history.
		old.Status, old.Took, old.Done = e.Redirect.Status, now.Sub(old.Begun), true
		old.span.Count(old.URL, probes.Traffic{Bytes: int64(e.Redirect.Bytes)})
		l.answers.redirected(old, params)
	}
	r := &Request{
		ID: e.RequestID, Method: e.Request.Method, URL: e.Request.URL, Kind: e.Type, Frame: e.FrameID,
		Loader: e.LoaderID, Begun: now, span: span, Session: s,
	}
	r.span.Count(r.URL, probes.Traffic{Requests: 1})
	l.requests[e.RequestID] = r
	l.history = append(l.history, r)
	l.keepRaw(&r.sent, params)
	if len(l.history) > maxRequests {
		l.forgetRequests()
	}
	l.LastAny = now
	if l.own(r.URL) {
		l.LastOwn = now
	}
}

// Unread is the number of requests that were not looked at, because there were too many.
func (l *Log) Unread() int { return l.unread }

// forgetRequests drops the older half of the requests that went well.
func (l *Log) forgetRequests() {
	kept := l.history[:0]
	for i, r := range l.history {
		if i < maxRequests/2 && r.Done && r.Err == "" && r.Status < 400 && string(r.Loader) != r.ID {
			if l.requests[r.ID] == r {
				delete(l.requests, r.ID)
			}
			continue
		}
		kept = append(kept, r)
	}
	if len(kept) > maxRequests { // a page that only fails
		for _, r := range kept[:maxRequests/2] {
			delete(l.requests, r.ID)
		}
		kept = append(kept[:0], kept[maxRequests/2:]...)
	}
	l.history = kept
}

// Received keeps what a Network.responseReceived says. It reports whether a step may be waiting for it.
func (l *Log) Received(params jsonv2.Value) (awaited bool) {
	e, ok := wire.Decode[receivedEvent](params)
	if !ok {
		return false
	}
	if r := l.requests[e.RequestID]; r != nil {
		r.Status, r.answered = e.Response.Status, time.Now()
		l.keepRaw(&r.received, params)
		if r.Kind == "" {
			r.Kind = e.Type
		}
		return l.answers.began(r, params)
	}
	return false
}

// Ended keeps what a Network.loadingFinished or a Network.loadingFailed says. It gives the answer whose body is to be
// asked for now, because the browser forgets it with its document, or nil.
func (l *Log) Ended(params jsonv2.Value, failed bool) *Answer {
	e, ok := wire.Decode[failedEvent](params)
	if !ok {
		return nil
	}
	r := l.requests[e.RequestID]
	if r == nil {
		return nil
	}
	now := time.Now()
	r.Done, r.Took = true, now.Sub(r.Begun)
	r.bytes = int64(e.Bytes)
	more := probes.Traffic{Bytes: r.bytes}
	if failed && !e.Canceled && e.Blocked != "inspector" || r.Status >= 400 {
		more.Failed = 1
	}
	r.span.Count(r.URL, more)
	l.LastAny = now
	if failed {
		r.Err, r.Cancelled = e.ErrorText, e.Canceled
		if e.Blocked != "" {
			r.Err += " (" + e.Blocked + ")"
		}
	}
	if l.own(r.URL) {
		l.LastOwn = now
	}
	return l.answers.ended(r)
}
