package journeys

import (
	"context"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// CONTRACT, to be replaced by template.go, value.go, expr_compile.go ... by the owner of this package.

// Template is text with ${{ }} expressions.
type Template struct {
	Source string
	Pos    document.Pos
	parts  []any
}

// Static gives the text when the template holds no expression.
func (t Template) Static() (string, bool) { panic("contract") }

// Text evaluates the template. What an expression yields is never expanded again. A missing value is a
// *MissingError; an unset secret or environment variable is one too.
func (t Template) Text(ctx context.Context, s *Scope) (string, error) { panic("contract") }

// Value is any YAML value whose strings are templates.
type Value struct{ node any }

// JSON evaluates the value to what encoding/json can marshal.
func (v Value) JSON(ctx context.Context, s *Scope) (any, error) { panic("contract") }

// Expr is a type-checked expression.
type Expr struct {
	Source string
	Pos    document.Pos
	prog   any
}

// Eval gives the expression's value, within ctx.
func (e Expr) Eval(ctx context.Context, s *Scope) (any, error) { panic("contract") }

// Check evaluates an expectation (or an `if`) strictly: only true holds.
func (e Expr) Check(ctx context.Context, s *Scope) Verdict { panic("contract") }

// Parse reads a file's journeys (one or several YAML documents). The error is document.Problems.
func Parse(file string, src []byte) ([]Journey, error) { panic("contract") }

// ParseLocator reads a locator's string form.
func ParseLocator(text string) (Locator, error) { panic("contract") }

// String writes a locator as a person would write it in YAML.
func (l Locator) String() string { panic("contract") }

func (ls Locators) String() string { panic("contract") }

func verbOfMethod(m string) string { panic("contract") }
