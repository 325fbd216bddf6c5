package format

import (
	"fmt"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
)

func (p *parser) webAddress(n *document.Node) string {
	text, ok := p.r.Text(n)
	if ok && !strings.HasPrefix(text, "https://") && !strings.HasPrefix(text, "http://") {
		p.r.Problem(n, fmt.Sprintf("want a URL, got %q", text), "it begins with https:// or http://")
	}
	return text
}

func (p *parser) positive(n *document.Node) time.Duration {
	d, ok := p.r.Duration(n)
	if ok && d == 0 {
		p.r.Problem(n, "must be more than 0", "")
	}
	return d
}

func (p *parser) count(n *document.Node, least, most int) int {
	i, ok := p.r.Int(n)
	if ok && (i < least || i > most) {
		p.r.Problem(n, fmt.Sprintf("want a number from %d to %d, got %d", least, most, i), "")
	}
	return i
}
