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
	Plain string
	Parts []Piece
}

// Piece is a piece of text, or an expression when there is one.
type Piece struct {
	Text string
	Expr *Expr
}

// Literal is a template that is exactly this text.
func Literal(text string) Template { return Template{Source: text, Plain: text} }

// Static gives the text when the template holds no expression.
func (t Template) Static() (string, bool) { return t.Plain, len(t.Parts) == 0 }

// Text evaluates the template. What an expression yields is never expanded again. A missing value is a
// *MissingError; an unset secret or environment variable is one too.
func (t Template) Text(ctx context.Context, s *Scope) (string, error) {
	if len(t.Parts) == 0 {
		return t.Plain, nil
	}
	var b strings.Builder
	for _, p := range t.Parts {
		if p.Expr == nil {
			b.WriteString(p.Text)
			continue
		}
		v, err := p.Expr.Eval(ctx, s)
		if err != nil {
			return "", err
		}
		text, err := expression.Format(v, p.Expr.Source)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// value evaluates the template; one that is a single expression keeps that expression's type.
func (t Template) value(ctx context.Context, s *Scope) (any, error) {
	if len(t.Parts) == 1 && t.Parts[0].Expr != nil {
		return t.Parts[0].Expr.Eval(ctx, s)
	}
	return t.Text(ctx, s)
}

// Words writes the template for a person, each expression as {name}.
func (t Template) Words() string {
	if len(t.Parts) == 0 {
		return t.Plain
	}
	var b strings.Builder
	for _, p := range t.Parts {
		if p.Expr == nil {
			b.WriteString(p.Text)
			continue
		}
		name := "…"
		if before, after, ok := strings.Cut(p.Expr.Source, "."); ok && IsIdentifier(before) && IsIdentifier(after) {
			name = after
		}
		b.WriteString("{" + name + "}")
	}
	return b.String()
}

// IsIdentifier reports whether a text can be a name in expressions: letters, digits and _, a letter first.
func IsIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
