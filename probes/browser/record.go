package browser

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/har"
	"github.com/outrider-monitor/outrider/probes/redact"
)

const (
	// maxRaw bounds the events that are kept for the recording, maxHAR the recording itself.
	maxRaw = 2 << 20
	maxHAR = 512 << 10
	// maxBodies refused requests are asked for what they were answered, of which maxBody is told.
	maxBodies = 3
	maxBody   = 1 << 10
)

// recording reports whether the requests are recorded.
func (t *tab) recording() bool {
	e := t.options.Journey.Evidence
	return !e.NoHAR && e.Wanted(true)
}

// keepRaw keeps an event of a request as it came: decoding is left to the run that needs it. Of what is too much the
// oldest is forgotten. t.mu is held.
func (t *tab) keepRaw(place *jsonv2.Value, params jsonv2.Value) {
	if !t.recording() {
		return
	}
	*place = params
	for t.raw += len(params); t.raw > maxRaw; {
		forgot := false
		for _, r := range t.history {
			if n := len(r.sent) + len(r.received); n > 0 {
				r.sent, r.received, forgot = nil, nil, true
				t.raw -= n
				break
			}
		}
		if !forgot {
			t.raw = 0
		}
	}
}

// record writes the requests of all tabs as a HAR file; nil if there are none.
func (t *tab) record(name, title string) *probes.Artifact {
	if !t.recording() {
		return nil
	}
	f := har.File{Creator: t.options.UserAgent, Browser: t.lease.Version, PageTitle: title}
	for _, tab := range t.window.everyTab() {
		f.Exchanges = append(f.Exchanges, tab.exchanges()...)
	}
	slices.SortStableFunc(f.Exchanges, func(a, b har.Exchange) int { return a.Began.Compare(b.Began) })
	if len(f.Exchanges) == 0 {
		return nil
	}
	data, _ := f.Encode(maxHAR)
	if data == nil {
		return nil
	}
	return &probes.Artifact{Name: name + ".har", MIME: "application/json", Data: data}
}

// exchanges are the requests of a tab, as far as their events are kept.
func (t *tab) exchanges() []har.Exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []har.Exchange
	for _, r := range t.history {
		if len(r.sent) > 0 {
			all = append(all, har.Exchange{
				Sent: r.sent, Received: r.received, Began: t.wall(r.begun), Took: r.took, Status: r.status, Bytes: r.bytes,
				Type: r.kind, Error: r.err,
			})
		}
	}
	return all
}

// wall is a moment of the attempt by the clock on the wall.
func (t *tab) wall(at time.Time) time.Time {
	began := t.options.StartedAt
	return began.Round(0).Add(at.Sub(began))
}

// bodies adds to the first lines what refused requests of scripts were answered: an API says there what it does not
// like.
func (t *tab) bodies(ctx context.Context, lines []probes.RequestLine, of []*request) {
	asked := 0
	for i, r := range of {
		if asked == maxBodies || i >= len(lines) || ctx.Err() != nil {
			return
		}
		t.mu.Lock()
		wanted := r.status >= 400 && r.done && (r.kind == "Fetch" || r.kind == "XHR")
		t.mu.Unlock()
		if !wanted {
			continue
		}
		asked++
		var answer struct {
			Body   string `json:"body"`
			Base64 bool   `json:"base64Encoded"`
		}
		if r.session.Call(ctx, "Network.getResponseBody", map[string]any{"requestId": r.id}, &answer) == nil && !answer.Base64 {
			// What a secret may be cut at is left to the runner, which knows the secrets: it gets more than is shown.
			lines[i].Body = strings.TrimSpace(clip(answer.Body, 4*maxBody))
		}
	}
}

// line is a request as evidence shows it. t.mu is held.
func (t *tab) line(r *request) probes.RequestLine {
	l := probes.RequestLine{
		Method: r.method, URL: clip(redact.URL(r.url), maxLine), Type: strings.ToLower(r.kind), Status: r.status, Error: r.err,
		Offset: r.begun.Sub(t.options.StartedAt), Duration: r.took, ThirdParty: !t.ours(hostOf(r.url)),
	}
	if !r.done {
		l.Error, l.Duration = "pending", time.Since(r.begun)
	}
	return l
}

// told are requests with their lines.
func (t *tab) told(list []*request) []probes.RequestLine {
	lines := make([]probes.RequestLine, 0, len(list))
	for _, r := range list {
		lines = append(lines, t.line(r))
	}
	return slices.Clip(lines)
}
