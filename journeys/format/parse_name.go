package format

import (
	"fmt"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
)

const maxName = 64

func (p *parser) journeyName(n *document.Node) string {
	name, ok := p.r.Text(n)
	if !ok {
		return ""
	}
	if isJourneyName(name) {
		return name
	}
	hint := "want a-z, 0-9, - and _, at most 64 characters, a letter or digit first"
	if slug := slug(name); isJourneyName(slug) {
		hint += "; such as " + slug
	}
	p.r.Problem(n, fmt.Sprintf("%q cannot be the name of a journey", name), hint)
	return name
}

func isJourneyName(s string) bool {
	return s != "" && len(s) <= maxName && s[0] != '-' && s[0] != '_' &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "-")
}

// label reads a text that becomes a label or a line that people read: one short line, without expressions, so
// that no secret can be in it.
func (p *parser) label(n *document.Node, limit int) string {
	text, ok := p.r.Text(n)
	switch {
	case !ok:
	case strings.TrimSpace(text) == "":
		p.r.Problem(n, "is empty", "")
	case strings.Contains(text, opening):
		p.r.Problem(n, "expressions cannot be used here", "this text is a label in metrics and pages, and must not change or hold a secret")
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
		p.r.Problem(n, "holds a line break or a control character", "")
	case len([]rune(text)) > limit:
		p.r.Problem(n, fmt.Sprintf("is longer than %d characters", limit), "")
	}
	return text
}

// checkLabels refuses expressions in a list of labels.
func (p *parser) checkLabels(n *document.Node, labels []string) {
	for _, l := range labels {
		if strings.Contains(l, opening) || strings.TrimSpace(l) == "" {
			p.r.Problem(n, fmt.Sprintf("%q cannot be a label", l), "labels are written out")
		}
	}
}
