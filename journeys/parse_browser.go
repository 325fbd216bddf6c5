package journeys

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// browserFields are the conditions that a journey sets for its browser steps.
func browserFields() []field[Browser] {
	return []field[Browser]{
		{"viewport", "width x height in CSS pixels, such as 1280x800", viewportSchema(), func(p *parser, n *document.Node, b *Browser) {
			b.Width, b.Height = p.viewport(n)
		}},
		{"locale", "language of the browser, such as en-GB", textSchema(), func(p *parser, n *document.Node, b *Browser) {
			b.Locale, _ = p.r.Text(n)
			if !isLocale(b.Locale) {
				p.r.Problem(n, fmt.Sprintf("want a language tag, got %q", b.Locale), "such as en-GB")
			}
		}},
		{"block", "URL patterns with * whose requests are refused", textsSchema(), func(p *parser, n *document.Node, b *Browser) {
			b.Block = p.r.Texts(n)
		}},
		{"test_id_attribute", "attribute behind testid locators", textSchema(), func(p *parser, n *document.Node, b *Browser) {
			b.TestIDAttribute, _ = p.r.Text(n)
			if strings.Trim(b.TestIDAttribute, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
				p.r.Problem(n, fmt.Sprintf("%q is no name of an attribute", b.TestIDAttribute), "such as data-testid")
			}
		}},
	}
}

func (p *parser) viewport(n *document.Node) (width, height int) {
	text, ok := p.r.Text(n)
	if !ok {
		return 0, 0
	}
	w, h, _ := strings.Cut(text, "x")
	width, err := strconv.Atoi(w)
	if err == nil {
		height, err = strconv.Atoi(h)
	}
	if err != nil || width < 100 || height < 100 || width > 10_000 || height > 10_000 {
		p.r.Problem(n, fmt.Sprintf("want width x height, got %q", text), "such as 1280x800")
		return 0, 0
	}
	return width, height
}

// isLocale accepts tags of the form of BCP 47: en, en-GB, zh-Hant-TW.
func isLocale(tag string) bool {
	for i, part := range strings.Split(tag, "-") {
		if len(part) < 2 && i == 0 || len(part) < 1 || len(part) > 8 || !isIdentifier("a"+part) || strings.Contains(part, "_") {
			return false
		}
	}
	return true
}
