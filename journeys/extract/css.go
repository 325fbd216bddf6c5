package extract

import (
	"fmt"

	"github.com/andybalholm/cascadia"
)

// Selector is a compiled CSS selector.
type Selector struct {
	source  string
	matcher cascadia.SelectorGroup
}

// CompileCSS reads a selector, or several divided by commas.
func CompileCSS(source string) (*Selector, error) {
	matcher, err := cascadia.ParseGroup(source)
	if err != nil {
		return nil, fmt.Errorf("not a CSS selector: %w", err)
	}
	return &Selector{source, matcher}, nil
}

func (s *Selector) String() string { return s.source }

// Find gives the text of each match, in the document's order; with an attribute its value, of the matches that have it.
func (s *Selector) Find(m *Markup, attribute string) []string {
	texts := []string{}
	for _, n := range cascadia.QueryAll(m.lower, s.matcher) {
		if attribute == "" {
			texts = append(texts, textOf(n))
			continue
		}
		for _, a := range n.Attr {
			if a.Key == attribute {
				texts = append(texts, a.Val)
			}
		}
	}
	return texts
}
