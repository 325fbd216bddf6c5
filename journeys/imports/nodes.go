package imports

import (
	"regexp"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// word is a text of YAML as it is, expressions included.
func word(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: clean(text)}
}

// literal is a text without expressions: what looks like one stands for itself.
func literal(text string) *yaml.Node { return word(escape(text)) }

func escape(text string) string { return strings.ReplaceAll(text, "${{", "$${{") }

// plain is a number, a boolean or a duration: it stands without quotes.
func plain(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: text}
}

// block is a map, a key on each line; flow one in braces. The pairs are keys and nodes.
func block(pairs ...any) *yaml.Node { return mapping(0, pairs) }
func flow(pairs ...any) *yaml.Node  { return mapping(yaml.FlowStyle, pairs) }

func mapping(style yaml.Style, pairs []any) *yaml.Node {
	m := &yaml.Node{Kind: yaml.MappingNode, Style: style}
	for i := 0; i+1 < len(pairs); i += 2 {
		value, ok := pairs[i+1].(*yaml.Node)
		if !ok || value == nil {
			continue
		}
		m.Content = append(m.Content, word(pairs[i].(string)), value)
	}
	return m
}

func list(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: items}
}

// clean leaves out what YAML cannot hold.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r == 0x7f || r == unicode.ReplacementChar || r == 0xfeff || r >= 0xfffe && r <= 0xffff || r >= 0xd800 && r < 0xe000:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// label is a text on one line, cut to a length in characters, that holds no expression.
func label(text string, limit int) string {
	text = strings.Join(strings.FieldsFunc(clean(text), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	text = strings.ReplaceAll(text, "${{", "$ {{")
	if runes := []rune(text); len(runes) > limit {
		text = string(runes[:limit-1]) + "…"
	}
	return text
}

// comment makes the lines of a comment.
func comment(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return "# " + strings.Join(lines, "\n# ")
}

// identity is the name of a journey made of any text; empty if nothing of it can be used.
func identity(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	name := strings.Join(words, "-")
	return strings.Trim(name[:min(len(name), 60)], "-")
}

var notWord = regexp.MustCompile(`[^a-z0-9]+`)

// variableName is a name for expressions made of any text.
func variableName(text string) string {
	name := strings.Trim(notWord.ReplaceAllString(strings.ToLower(text), "_"), "_")
	if name = name[:min(len(name), 40)]; name == "" {
		return "secret"
	}
	if name[0] >= '0' && name[0] <= '9' {
		name = "n" + name
	}
	return name
}

// quoted is a text of the expression language.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range clean(text) {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n':
			b.WriteString(`\n`)
		case '\t':
			b.WriteString(`\t`)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

var secretive = regexp.MustCompile(`(?i)pass(word|wort|phrase|code)?\b|passw|secret|token|api[-_ ]?key|apikey|credential|authorization|auth[-_]?key|session|csrf|xsrf|\bcvc\b|\bcvv\b|card.?number|\biban\b|signature|\bpin\b|private[-_]?key|\bkey\b|\bsig\b|\bjwt\b|\botp\b`)

// isSecretive reports whether what has this name should not be written down.
func isSecretive(name string) bool { return secretive.MatchString(strings.ReplaceAll(name, "_", "-")) }
