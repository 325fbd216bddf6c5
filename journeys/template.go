package journeys

import (
	"context"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// Template is text with ${{ }} expressions. A literal ${{ is written $${{. The zero Template is the empty text.
type Template struct {
	Source string
	Pos    document.Pos
	// static is the text of a template without expressions; parts are empty then.
	static string
	parts  []part
}

// part is a piece of text, or an expression when there is one.
type part struct {
	text string
	expr *Expr
}

// Literal is a template that is exactly this text.
func Literal(text string) Template { return Template{Source: text, static: text} }

// Static gives the text when the template holds no expression.
func (t Template) Static() (string, bool) { return t.static, len(t.parts) == 0 }

// Text evaluates the template. What an expression yields is never expanded again. A missing value is a
// *MissingError; an unset secret or environment variable is one too.
func (t Template) Text(ctx context.Context, s *Scope) (string, error) {
	if len(t.parts) == 0 {
		return t.static, nil
	}
	var b strings.Builder
	for _, p := range t.parts {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		v, err := p.expr.Eval(ctx, s)
		if err != nil {
			return "", err
		}
		text, err := expression.Format(v, p.expr.Source)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// value evaluates the template; one that is a single expression keeps that expression's type.
func (t Template) value(ctx context.Context, s *Scope) (any, error) {
	if len(t.parts) == 1 && t.parts[0].expr != nil {
		return t.parts[0].expr.Eval(ctx, s)
	}
	return t.Text(ctx, s)
}

// words writes the template for a person, each expression as {name}.
func (t Template) words() string {
	if len(t.parts) == 0 {
		return t.static
	}
	var b strings.Builder
	for _, p := range t.parts {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		name := "…"
		if before, after, ok := strings.Cut(p.expr.Source, "."); ok && isIdentifier(before) && isIdentifier(after) {
			name = after
		}
		b.WriteString("{" + name + "}")
	}
	return b.String()
}

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
