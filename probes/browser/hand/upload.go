package hand

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/locate"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

const (
	// uploadKey names the file field that the page keeps.
	uploadKey = "upload"
)

// chooser is a file chooser that a page has opened.
type chooser struct {
	session *wire.Session
	Node    int64  `json:"backendNodeId"`
	Mode    string `json:"mode"`
}

// Upload gives files to a file field, or to the chooser that a click on the target opens. The browser gets copies:
// it runs as another user.
func (h *Hand) Upload(ctx context.Context, tg locate.Subject, files []string) (drift string, err error) {
	f, err := h.Wait(ctx, tg, inpage.Query{Want: inpage.File, Act: true, Key: uploadKey, Number: len(files)})
	if err != nil {
		return "", err
	}
	lent, remove, err := h.Lease.Lend(files)
	if err != nil {
		return "", fmt.Errorf("lending files to the browser: %w", err)
	}
	h.Lock()
	h.lent = append(h.lent, remove)
	h.Unlock()
	if f.Chooser {
		return h.choose(ctx, tg, lent)
	}
	node, err := h.Kept(ctx, f.Place.Frame, uploadKey)
	if err != nil {
		return "", err
	}
	fs, err := h.FrameSession(ctx, f.Place.Frame)
	if err != nil {
		return "", err
	}
	if err := fs.Call(ctx, "DOM.setFileInputFiles", map[string]any{"objectId": node, "files": lent}, nil); err != nil {
		return "", err
	}
	taken := 0
	switch err := h.AskOnce(ctx, f.Place.Frame, "files", uploadKey, &taken); {
	case err != nil && page.Replaced(err):
		return f.Drift, nil // the choice sent the form
	case err != nil:
		return "", err
	case taken != len(lent):
		return "", locate.Blocked(fmt.Sprintf("it holds %d of the %d files", taken, len(lent)))
	}
	return f.Drift, nil
}

// choose clicks the target and answers the file chooser that it opens.
func (h *Hand) choose(ctx context.Context, tg locate.Subject, files []string) (drift string, err error) {
	all := h.Sessions()
	for _, s := range all {
		if err := s.Call(ctx, "Page.setInterceptFileChooserDialog", map[string]any{"enabled": true}, nil); err != nil {
			return "", err
		}
		defer s.Post("Page.setInterceptFileChooserDialog", map[string]any{"enabled": false})
	}
	h.Lock()
	h.chooser = nil
	h.Unlock()
	if drift, _, err = h.Click(ctx, tg, NewGesture(1, journeys.Mouse{}), inpage.Query{}); err != nil {
		return "", err
	}
	var c *chooser
	short, cancel := context.WithTimeout(ctx, page.Remaining(ctx))
	defer cancel()
	err = h.Until(short, func() bool { c = h.chooser; return c != nil })
	switch {
	case err != nil && ctx.Err() == nil:
		return "", locate.Blocked("a click on it opened no file chooser")
	case err != nil:
		return "", err
	case c.Mode == "selectSingle" && len(files) > 1:
		return "", locate.Blocked("its file chooser takes one file only")
	}
	params := map[string]any{"backendNodeId": c.Node, "files": files}
	return drift, c.session.Call(ctx, "DOM.setFileInputFiles", params, nil)
}

// chooserOpened notes a file chooser.
func (h *Hand) chooserOpened(s *wire.Session, params jsonv2.Value) {
	c, ok := wire.Decode[chooser](params)
	if !ok {
		return
	}
	c.session = s
	h.Lock()
	defer h.Unlock()
	h.chooser = &c
	h.Bump()
}

// TakeBack removes what the browser was lent.
func (h *Hand) TakeBack() {
	h.Lock()
	lent := h.lent
	h.lent = nil
	h.Unlock()
	for _, remove := range lent {
		remove()
	}
}
