package page

import (
	"context"
	"encoding/json"

	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/meter"
)

const (
	// teller is the function by which a document reports its vitals.
	teller = "outriderTell"
)

type bindingEvent struct {
	Name    string `json:"name"`
	Payload string `json:"payload"`
	Context int64  `json:"executionContextId"`
}

// BeginSpan begins to measure a step. Another try of the same step goes on with its span.
func (p *Page) BeginSpan(step string) {
	p.Lock()
	defer p.Unlock()
	p.Book.Begin(step)
}

func (p *Page) bindingCalled(params jsonv2.Value) {
	e, ok := wire.Decode[bindingEvent](params)
	if !ok || e.Name != teller {
		return
	}
	var v meter.Told
	if json.Unmarshal([]byte(e.Payload), &v) != nil {
		return
	}
	p.Lock()
	defer p.Unlock()
	p.Book.Heed(e.Context, v)
}

// AskVitals lets the present document report. A page that does not answer has reported what it has.
func (p *Page) AskVitals(ctx context.Context) {
	p.Lock()
	f := p.frames[p.MainFrame]
	silent := f == nil || f.world == 0 || p.Main.Pending
	var world int64
	if f != nil {
		world = f.world
	}
	p.Unlock()
	if silent || p.Lost() {
		return
	}
	var v meter.Told
	if p.AskOnce(ctx, p.MainFrame, "vitals", nil, &v) != nil {
		return
	}
	p.Lock()
	p.Book.Heed(world, v)
	p.Unlock()
}
