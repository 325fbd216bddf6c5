package journeys

import (
	"context"
	"errors"
	"fmt"

	"github.com/outrider-monitor/outrider/journeys/expression"
)

// PageFunctions look at the page. Their first argument is a locator, which is read when the file is loaded
// unless the expression computes it.
func PageFunctions() []expression.Function {
	return []expression.Function{
		{Name: "text", Type: (func(string) string)(nil), Or: (func(map[string]any) string)(nil), Prepare: prepareLocator,
			Call: onPage(func(ctx context.Context, p PageFuncs, l Locator, _ []any) (any, error) { return p.Text(ctx, l) })},
		{Name: "value", Type: (func(string) string)(nil), Or: (func(map[string]any) string)(nil), Prepare: prepareLocator,
			Call: onPage(func(ctx context.Context, p PageFuncs, l Locator, _ []any) (any, error) { return p.Value(ctx, l) })},
		{Name: "attr", Type: (func(string, string) string)(nil), Or: (func(map[string]any, string) string)(nil), Prepare: prepareLocator, Call: onPage(attr)},
		{Name: "count", Type: (func(string) int)(nil), Or: (func(map[string]any) int)(nil), Prepare: prepareLocator,
			Call: onPage(func(ctx context.Context, p PageFuncs, l Locator, _ []any) (any, error) { return p.Count(ctx, l) })},
		{Name: "visible", Type: (func(string) bool)(nil), Or: (func(map[string]any) bool)(nil), Prepare: prepareLocator,
			Call: onPage(func(ctx context.Context, p PageFuncs, l Locator, _ []any) (any, error) { return p.Visible(ctx, l) })},
		{Name: "checked", Type: (func(string) bool)(nil), Or: (func(map[string]any) bool)(nil), Prepare: prepareLocator,
			Call: onPage(func(ctx context.Context, p PageFuncs, l Locator, _ []any) (any, error) { return p.Checked(ctx, l) })},
		{Name: "enabled", Type: (func(string) bool)(nil), Or: (func(map[string]any) bool)(nil), Prepare: prepareLocator,
			Call: onPage(func(ctx context.Context, p PageFuncs, l Locator, _ []any) (any, error) { return p.Enabled(ctx, l) })},
		{Name: "in_view", Type: (func(string) bool)(nil), Or: (func(map[string]any) bool)(nil), Prepare: prepareLocator,
			Call: onPage(func(ctx context.Context, p PageFuncs, l Locator, _ []any) (any, error) { return p.InView(ctx, l) })},
	}
}

// LooksAtPage reports whether an expression needs a page to be evaluated.
func LooksAtPage(e Expr) bool {
	for _, r := range BrowserNames() {
		if e.Uses(r.Name) {
			return true
		}
	}
	for _, f := range PageFunctions() {
		if e.Uses(f.Name) {
			return true
		}
	}
	return false
}

func attr(ctx context.Context, p PageFuncs, l Locator, rest []any) (any, error) {
	name, ok := rest[0].(string)
	if !ok {
		return nil, fmt.Errorf("want the name of an attribute, got %s", expression.Show(rest[0]))
	}
	return p.Attr(ctx, l, name)
}

func prepareLocator(index int, constant any) (any, error) {
	if index != 0 {
		return constant, nil
	}
	l, err := anyLocator(constant)
	return &l, err
}

// ErrNoPage is met by an expression that looks at a page where none is open.
var ErrNoPage = errors.New("there is no page to look at yet")

func onPage(look func(context.Context, PageFuncs, Locator, []any) (any, error)) func(context.Context, expression.Env, []any) (any, error) {
	return func(ctx context.Context, env expression.Env, args []any) (any, error) {
		s, ok := env.(*Scope)
		if !ok || s.Funcs == nil {
			return nil, ErrNoPage
		}
		l, err := anyLocator(args[0])
		if err != nil {
			return nil, err
		}
		return look(ctx, s.Funcs, l, args[1:])
	}
}
