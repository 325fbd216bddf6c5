package format

import "strings"

// hole is an expression in a text: its source, and where that and the text after it begin.
type hole struct {
	start, end int
	source     string
	offset     int
}

const (
	opening = "${{"
	closing = "}}"
)

// holes finds the expressions of a text. Unclosed is the offset of a ${{ without its }}, or -1.
func holes(text string) (found []hole, unclosed int) {
	for at := 0; ; {
		i := strings.Index(text[at:], opening)
		if i < 0 {
			return found, -1
		}
		start := at + i
		if start > 0 && text[start-1] == '$' {
			at = start + len(opening)
			continue
		}
		body := start + len(opening)
		end := endOfExpression(text[body:])
		if end < 0 {
			return found, start
		}
		source := text[body : body+end]
		trimmed := strings.TrimLeft(source, " \t\n")
		found = append(found, hole{
			start: start, end: body + end + len(closing),
			source: strings.TrimSpace(source), offset: body + len(source) - len(trimmed),
		})
		at = body + end + len(closing)
	}
}

// endOfExpression finds the }} that is neither in a string nor closes a map of the expression.
func endOfExpression(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '"', '\'', '`':
			for i++; i < len(text) && text[i] != c; i++ {
				if text[i] == '\\' && c != '`' {
					i++
				}
			}
		case '{':
			depth++
		case '}':
			if depth == 0 {
				if strings.HasPrefix(text[i:], closing) {
					return i
				}
				return -1
			}
			depth--
		}
	}
	return -1
}

// unescape turns $${{ into ${{.
func unescape(text string) string {
	return strings.ReplaceAll(text, "$"+opening, opening)
}
