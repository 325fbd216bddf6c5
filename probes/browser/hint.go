package browser

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/redact"
)

const (
	// hintFrames and hintTime bound the looking for something in frames, after it was not found in the page.
	hintFrames = 8
	hintTime   = 400 * time.Millisecond
)

// hinted adds to an obstacle that what was not found in the page is in one of its frames, and how to say so. It is the
// mistake that is made most with what others provide: card fields, consent banners.
func (t *tab) hinted(ctx context.Context, tg subject, err error) error {
	var o *obstacle
	if !errors.As(err, &o) || o.kind != "none" {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hintTime)
	defer cancel()
	t.mu.Lock()
	var frames []cdp.FrameID
	for id, f := range t.frames {
		if id != t.mainFrame && f.session != nil && f.world != 0 && len(frames) < hintFrames {
			frames = append(frames, id)
		}
	}
	t.mu.Unlock()
	for _, id := range frames {
		q := inpage.Query{Alts: []inpage.Part{tg.alts[0].part}, Want: inpage.Visible, TestID: t.testID()}
		var a inpage.Answer
		if t.askOnce(ctx, id, "read", q, &a) != nil || !a.Visible {
			continue
		}
		if name := t.frameName(ctx, id); name != "" {
			why, _, _ := strings.Cut(o.why, "; there is ") // what is nearest in the page is not what was meant
			return &obstacle{o.kind, fmt.Sprintf("%s in the page; it is in a frame: add frame: %s", why, name)}
		}
	}
	return err
}

// frameName is a locator of a frame, as an author would write it; empty if there is none.
func (t *tab) frameName(ctx context.Context, id cdp.FrameID) string {
	t.mu.Lock()
	parent := t.frame(t.frame(id).parent)
	s := parent.session
	nested := parent.id != t.mainFrame
	t.mu.Unlock()
	if s == nil || nested {
		return ""
	}
	var owner struct {
		Node int64 `json:"backendNodeId"`
	}
	if s.Call(ctx, "DOM.getFrameOwner", map[string]any{"frameId": id}, &owner) != nil {
		return ""
	}
	var described struct {
		Node struct {
			Attributes []string `json:"attributes"`
		} `json:"node"`
	}
	if s.Call(ctx, "DOM.describeNode", map[string]any{"backendNodeId": owner.Node}, &described) != nil {
		return ""
	}
	attributes := map[string]string{}
	for i := 0; i+1 < len(described.Node.Attributes); i += 2 {
		attributes[described.Node.Attributes[i]] = described.Node.Attributes[i+1]
	}
	if title := strings.Join(strings.Fields(attributes["title"]), " "); title != "" {
		if strings.ContainsAny(title, ",[]{}\"'\\#&*!|>%@`:") {
			title = strconv.Quote(title)
		}
		return "{title: " + title + "}"
	}
	for _, name := range []string{"name", "id", "src"} {
		if v := attributes[name]; v != "" {
			return fmt.Sprintf("{css: 'iframe[%s=%q]'}", name, redact.Cut(v, 100))
		}
	}
	return ""
}
