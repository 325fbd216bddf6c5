package browser

import (
	"context"
	"encoding/json"
	"time"

	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
	"github.com/outrider-monitor/outrider/probes/browser/meter"
)

const (
	// teller is the function by which a document reports its vitals.
	teller = "outriderTell"
	// stillTime is how long nothing may have come over the network before a page is taken to stand still, and
	// settleTime how long that is waited for.
	stillTime  = 500 * time.Millisecond
	settleTime = 5 * time.Second
)

type bindingEvent struct {
	Name    string `json:"name"`
	Payload string `json:"payload"`
	Context int64  `json:"executionContextId"`
}

// beginSpan begins to measure a step. Another try of the same step goes on with its span.
func (t *tab) beginSpan(step string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.book.Begin(step)
}

func (t *tab) bindingCalled(params jsonv2.Value) {
	e, ok := chrome.Decode[bindingEvent](params)
	if !ok || e.Name != teller {
		return
	}
	var v meter.Told
	if json.Unmarshal([]byte(e.Payload), &v) != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.book.Heed(e.Context, v)
}

// askVitals lets the present document report. A page that does not answer has reported what it has.
func (t *tab) askVitals(ctx context.Context) {
	t.mu.Lock()
	f := t.frames[t.mainFrame]
	silent := f == nil || f.world == 0 || t.main.pending
	var world int64
	if f != nil {
		world = f.world
	}
	t.mu.Unlock()
	if silent || t.ctx.Err() != nil {
		return
	}
	var v meter.Told
	if t.askOnce(ctx, t.mainFrame, "vitals", nil, &v) != nil {
		return
	}
	t.mu.Lock()
	t.book.Heed(world, v)
	t.mu.Unlock()
}

// Settled waits until the page stands still, and gives the numbers of the latest step.
func (s *session) Settled(ctx context.Context) *probes.PageNumbers {
	t := s.tab
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	_ = t.until(ctx, func() bool {
		return !t.navigating() && t.main.loaded && time.Since(t.traffic.LastAny) >= stillTime
	})
	last, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer done()
	t.askVitals(last)
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.book.Current().Numbers(t.traffic.Ours)
}

// Numbers gives what all steps measured, in all tabs.
func (s *session) Numbers(ctx context.Context) map[string]*probes.PageNumbers {
	all := map[string]*probes.PageNumbers{}
	for _, t := range s.tab.window.everyTab() {
		t.askVitals(ctx)
		t.mu.Lock()
		for _, sp := range t.book.Spans() {
			if n := sp.Numbers(t.traffic.Ours); n != nil {
				all[sp.Step] = meter.Together(all[sp.Step], n)
			}
		}
		t.mu.Unlock()
	}
	return all
}
