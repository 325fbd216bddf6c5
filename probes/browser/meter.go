package browser

import (
	"context"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/meter"
)

const (
	// stillTime is how long nothing may have come over the network before a page is taken to stand still, and
	// settleTime how long that is waited for.
	stillTime  = 500 * time.Millisecond
	settleTime = 5 * time.Second
)

// Settled waits until the page stands still, and gives the numbers of the latest step.
func (s *session) Settled(ctx context.Context) *probes.PageNumbers {
	t := s.tab
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	_ = t.Until(ctx, func() bool {
		return !t.Navigating() && t.Main.Loaded && time.Since(t.Traffic.LastAny) >= stillTime
	})
	last, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer done()
	t.AskVitals(last)
	t.Lock()
	defer t.Unlock()
	return t.Book.Current().Numbers(t.Traffic.Ours)
}

// Numbers gives what all steps measured, in all tabs.
func (s *session) Numbers(ctx context.Context) map[string]*probes.PageNumbers {
	all := map[string]*probes.PageNumbers{}
	for _, t := range s.tab.window.everyTab() {
		t.AskVitals(ctx)
		t.Lock()
		for _, sp := range t.Book.Spans() {
			if n := sp.Numbers(t.Traffic.Ours); n != nil {
				all[sp.Step] = meter.Together(all[sp.Step], n)
			}
		}
		t.Unlock()
	}
	return all
}
