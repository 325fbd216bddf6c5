package imports

import (
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/outrider-monitor/outrider/journeys"
)

// locators are the selectors of a step as alternatives, in the order of the recording; nil where none can be used. One
// that cannot be read here is left out, which is noted if it leaves none.
func (r *recorder) locators(place string, s *recordedStep, field bool) *yaml.Node {
	var all []*yaml.Node
	seen := map[string]bool{}
	for _, chain := range s.Selectors {
		n := r.selector(chain, s.Frame, field)
		if n == nil {
			continue
		}
		text, err := yaml.Marshal(n)
		if err != nil || seen[string(text)] || r.problemOf(block("see", n)) != "" {
			continue
		}
		seen[string(text)] = true
		all = append(all, n)
	}
	switch len(all) {
	case 0:
		r.note(place, "none of the selectors can be used here: %s", label(fmt.Sprint(s.Selectors), 150))
		return nil
	case 1:
		return all[0]
	}
	return list(all...)
}

// locator is the first selector that can be used.
func (r *recorder) locator(s *recordedStep, field bool) *yaml.Node {
	for _, chain := range s.Selectors {
		if n := r.selector(chain, s.Frame, field); n != nil && r.problemOf(block("see", n)) == "" {
			return n
		}
	}
	return nil
}

var (
	ariaRole = regexp.MustCompile(`^(.*)\[role="([a-z]+)"\]$`)
	// oneAttribute is a CSS selector that is nothing but an attribute, as selectorAttribute makes them.
	oneAttribute = regexp.MustCompile(`^\[([A-Za-z0-9_-]+)=["']?([^"'\]]+)["']?\]$`)
)

// selector turns one selector into a locator. A chain leads through shadow roots, into which names and texts look by
// themselves; CSS does not.
func (r *recorder) selector(chain selectorChain, frame []int, field bool) *yaml.Node {
	if len(chain) == 0 {
		return nil
	}
	last := chain[len(chain)-1]
	kind, rest, _ := strings.Cut(last, "/")
	var n *yaml.Node
	switch {
	case strings.TrimSpace(last) == "":
		return nil
	case kind == "aria":
		n = aria(rest, field)
	case kind == "text":
		n = flow("text", literal(rest))
	case kind == "xpath":
		n = flow("xpath", literal(rest))
	case kind == "pierce":
		n = r.css(rest)
	case len(chain) > 1:
		return nil
	default:
		n = r.css(last)
	}
	return inFrame(n, frame)
}

func aria(text string, field bool) *yaml.Node {
	if m := ariaRole.FindStringSubmatch(text); m != nil {
		if m[1] == "" {
			return flow("role", word(m[2]))
		}
		return flow("role", word(m[2]), "name", literal(m[1]))
	}
	if field {
		return flow("label", literal(text))
	}
	if l, err := journeys.ParseLocator(text); err == nil && l.Engine == journeys.ByVisible && !strings.Contains(text, "${{") {
		return word(text)
	}
	return flow("text", literal(text))
}

func (r *recorder) css(text string) *yaml.Node {
	attribute := r.rec.SelectorAttribute
	if attribute == "" {
		attribute = "data-testid"
	}
	if m := oneAttribute.FindStringSubmatch(text); m != nil && m[1] == attribute {
		return flow("testid", literal(m[2]))
	}
	return flow("css", literal(text))
}

// inFrame puts the locator into the frames that lead to it: each is the nth of the one around it.
func inFrame(n *yaml.Node, path []int) *yaml.Node {
	if len(path) == 0 {
		return n
	}
	if len(path) > 8 {
		return nil
	}
	var frame *yaml.Node
	for _, index := range path {
		inner := flow("css", word("iframe"), "nth", plain(fmt.Sprint(index)))
		if frame != nil {
			inner.Content = append(inner.Content, word("frame"), frame)
		}
		frame = inner
	}
	if n.Kind == yaml.ScalarNode {
		n = flow("text", word(n.Value))
	}
	n.Content = append(n.Content, word("frame"), frame)
	return n
}

// locatorText is a locator as count() and attr() take it: engine=value.
func locatorText(n *yaml.Node) (string, bool) {
	switch {
	case n == nil:
		return "", false
	case n.Kind == yaml.ScalarNode:
		return n.Value, true
	case len(n.Content) == 2:
		return n.Content[0].Value + "=" + n.Content[1].Value, !strings.Contains(n.Content[1].Value, "${{")
	case len(n.Content) == 4 && n.Content[0].Value == "role" && n.Content[2].Value == "name":
		text := fmt.Sprintf("role=%s[name=%s]", n.Content[1].Value, quoted(n.Content[3].Value))
		_, err := journeys.ParseLocator(text)
		return text, err == nil
	}
	return "", false
}

var selectElement = regexp.MustCompile(`(^|[\s>+~])select([#.\[:\s]|$)`)

// isSelect reports whether the changed field is a select element, as far as its selectors tell.
func isSelect(selectors []selectorChain) bool {
	for _, chain := range selectors {
		last := ""
		if len(chain) > 0 {
			last = chain[len(chain)-1]
		}
		if kind, _, ok := strings.Cut(last, "/"); ok && (kind == "aria" || kind == "text" || kind == "xpath") {
			if strings.HasSuffix(strings.TrimRight(last, "0123456789[]"), "/select") {
				return true
			}
			continue
		}
		parts := strings.FieldsFunc(last, func(r rune) bool { return r == ' ' || r == '>' })
		if len(parts) > 0 && selectElement.MatchString(parts[len(parts)-1]) {
			return true
		}
	}
	return false
}

// secretField names the field if what is typed into it should not be written down; empty: it may be.
func secretField(selectors []selectorChain) string {
	for _, chain := range selectors {
		for _, s := range chain {
			if !isSecretive(s) {
				continue
			}
			name := s
			if _, rest, ok := strings.Cut(s, "aria/"); ok {
				name = rest
			} else if m := secretive.FindString(s); m != "" {
				name = m
			}
			name, _, _ = strings.Cut(name, "[")
			return strings.TrimSpace(name)
		}
	}
	return ""
}
