package browser

import (
	"context"
	"errors"
	"strings"

	"github.com/outrider-monitor/outrider/probes/browser/chrome"
)

// node is a node of the document as the browser's debugger sees it: closed shadow roots are no secret to it.
type node struct {
	Value   string `json:"nodeValue"`
	Closed  string `json:"shadowRootType"`
	Shadows []node `json:"shadowRoots"`
	Below   []node `json:"children"`
	Inner   *node  `json:"contentDocument"`
}

// openSecrets refuses a picture if a closed shadow root shows a secret, because our script cannot cover what
// it cannot reach.
func (t *tab) openSecrets(ctx context.Context) error {
	t.mu.Lock()
	sessions := map[*chrome.Session]bool{}
	for _, f := range t.frames {
		if f.session != nil {
			sessions[f.session] = true
		}
	}
	t.mu.Unlock()
	for s := range sessions {
		var document struct {
			Root node `json:"root"`
		}
		err := s.Call(ctx, "DOM.getDocument", map[string]any{"depth": -1, "pierce": true}, &document)
		s.Post("DOM.disable", nil) // else it goes on to report every change
		if err != nil {
			return err
		}
		text := document.Root.closedText()
		if t.options.Redactor.String(text) != text {
			return errors.New("a secret stands in a closed shadow root")
		}
	}
	return nil
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
