package page

import (
	"context"
	"strings"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
)

// node is a node of the document as the browser's debugger sees it: closed shadow roots are no secret to it.
type node struct {
	Value   string `json:"nodeValue"`
	Backend int64  `json:"backendNodeId"`
	// Frame is that of a frame element, Inner what it shows if it lives in the same process.
	Frame   cdp.FrameID `json:"frameId"`
	Closed  string      `json:"shadowRootType"`
	Shadows []node      `json:"shadowRoots"`
	Below   []node      `json:"children"`
	Inner   *node       `json:"contentDocument"`
}

// closedText is all text in closed shadow roots below a node.
func (n *node) closedText() string {
	var b strings.Builder
	var visit func(n *node, closed bool)
	visit = func(n *node, closed bool) {
		closed = closed || n.Closed == "closed"
		if closed {
			b.WriteString(n.Value)
		}
		for i := range n.Shadows {
			visit(&n.Shadows[i], closed)
		}
		for i := range n.Below {
			visit(&n.Below[i], closed)
		}
		if n.Inner != nil {
			visit(n.Inner, closed)
		}
	}
	visit(n, false)
	return b.String()
}

// reveal lets our script in a frame into the closed shadow roots of its document, which no script can find.
func (p *Page) reveal(ctx context.Context, id cdp.FrameID) error {
	s, err := p.FrameSession(ctx, id)
	if err != nil {
		return err
	}
	var document struct {
		Root node `json:"root"`
	}
	err = s.Call(ctx, "DOM.getDocument", map[string]any{"depth": -1, "pierce": true}, &document)
	s.Post("DOM.disable", nil) // else it goes on to report every change
	if err != nil {
		return err
	}
	shown := document.Root.showing(id)
	if shown == nil {
		shown = &document.Root
	}
	p.Lock()
	world := p.frame(id).world
	p.Unlock()
	roots := []map[string]any{}
	for _, backend := range shown.closedRoots() {
		var res struct {
			Object struct {
				ID string `json:"objectId"`
			} `json:"object"`
		}
		err := s.Call(ctx, "DOM.resolveNode", map[string]any{"backendNodeId": backend, "executionContextId": world}, &res)
		if err != nil {
			return err
		}
		roots = append(roots, map[string]any{"objectId": res.Object.ID})
	}
	if len(roots) > 0 {
		p.Lock()
		p.closedRoots = true
		p.Unlock()
	}
	return s.Call(ctx, "Runtime.callFunctionOn", map[string]any{
		"functionDeclaration": "function(...roots){return globalThis.__outrider.reveal(roots)}",
		"executionContextId":  world, "arguments": roots, "silent": true,
	}, nil)
}

// showing finds the document that a frame below a node shows; nil if that is none.
func (n *node) showing(id cdp.FrameID) *node {
	if n.Inner != nil && n.Frame == id {
		return n.Inner
	}
	for _, list := range [][]node{n.Shadows, n.Below} {
		for i := range list {
			if found := list[i].showing(id); found != nil {
				return found
			}
		}
	}
	if n.Inner != nil {
		return n.Inner.showing(id)
	}
	return nil
}

// mostRoots bounds how many closed shadow roots of a document are looked into.
const mostRoots = 200

// closedRoots are the closed shadow roots of a document, outermost first.
func (n *node) closedRoots() []int64 {
	var all []int64
	var visit func(n *node)
	visit = func(n *node) {
		if n.Closed == "closed" && len(all) < mostRoots {
			all = append(all, n.Backend)
		}
		for i := range n.Shadows {
			visit(&n.Shadows[i])
		}
		for i := range n.Below {
			visit(&n.Below[i])
		}
	}
	visit(n)
	return all
}

// ClosedTexts are the texts in the closed shadow roots of all the page's documents, which no script can find.
func (p *Page) ClosedTexts(ctx context.Context) ([]string, error) {
	p.Lock()
	sessions := map[*wire.Session]bool{}
	for _, f := range p.frames {
		if f.session != nil {
			sessions[f.session] = true
		}
	}
	p.Unlock()
	var texts []string
	for s := range sessions {
		var document struct {
			Root node `json:"root"`
		}
		err := s.Call(ctx, "DOM.getDocument", map[string]any{"depth": -1, "pierce": true}, &document)
		s.Post("DOM.disable", nil) // else it goes on to report every change
		if err != nil {
			return nil, err
		}
		texts = append(texts, document.Root.closedText())
	}
	return texts, nil
}
