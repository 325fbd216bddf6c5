package probes

import (
	"context"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
)

// fragment runs a fragment's steps in a scope of their own: they see its parameters and its variables. What the
// fragment publishes is result in the expectations of the step that uses it.
func (g *group) fragment(ctx context.Context, use *journeys.Use, p place) (f *Failure, failed *journeys.Step) {
	inner := g.scope
	inner.Vars, inner.Secrets, inner.Step, inner.Funcs = nil, nil, nil, nil
	var err error
	if inner.Params, err = g.arguments(ctx, use); err != nil {
		g.skip(use.Steps, p, StepNotRun)
		return g.undone(ctx, "with", err), nil
	}
	result, f, failed := g.enclosed(ctx, inner, use, p)
	if f != nil || failed != nil {
		return f, failed
	}
	return g.outcome(ctx, result), nil
}

// enclosed runs the fragment in a scope, and restores the one that was there whatever happens.
func (g *group) enclosed(ctx context.Context, scope journeys.Scope, use *journeys.Use, p place) (map[string]any, *Failure, *journeys.Step) {
	outer := g.scope
	defer func() { g.scope = outer }()
	g.scope = scope
	return g.inside(ctx, use, p)
}

// arguments are the parameters' values, by name.
func (g *group) arguments(ctx context.Context, use *journeys.Use) (map[string]any, error) {
	ctx, cancel := context.WithTimeout(ctx, g.r.o.StepTimeout)
	defer cancel()
	g.scope.Step, g.scope.Funcs = nil, nil
	values := make(map[string]any, len(use.With))
	for _, a := range use.With {
		v, err := a.Eval(ctx, &g.scope)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", a.Name, err)
		}
		values[a.Name] = v
	}
	return values, nil
}

// inside evaluates the fragment's vars, runs its steps and gives what it publishes.
func (g *group) inside(ctx context.Context, use *journeys.Use, p place) (result map[string]any, f *Failure, failed *journeys.Step) {
	short, cancel := context.WithTimeout(ctx, g.r.o.StepTimeout)
	defer cancel()
	g.scope.Vars = make(map[string]any, len(use.Vars))
	for i := range use.Vars {
		v := &use.Vars[i]
		text, err := v.Value.Text(short, &g.scope)
		if err != nil {
			g.skip(use.Steps, p, StepNotRun)
			return nil, g.undone(ctx, "var "+v.Name, err), nil
		}
		g.scope.Vars[v.Name] = text
	}
	if failed = g.sequence(ctx, use.Steps, p); failed != nil {
		return nil, nil, failed
	}
	short, cancel = context.WithTimeout(ctx, g.r.o.StepTimeout)
	defer cancel()
	g.scope.Step, g.scope.Funcs = nil, nil
	result = make(map[string]any, len(use.Publish))
	for i := range use.Publish {
		b := &use.Publish[i]
		v, err := b.Expr.Need(short, &g.scope)
		if err != nil {
			return nil, g.unevaluated(ctx, short, "publish "+b.Name, &b.Expr, err), nil
		}
		result[b.Name] = v
	}
	return result, nil, nil
}

// outcome looks at what the step expects of the fragment, and saves.
func (g *group) outcome(ctx context.Context, result map[string]any) *Failure {
	short, cancel := context.WithTimeout(ctx, g.r.o.StepTimeout)
	defer cancel()
	g.scope.Step, g.scope.Funcs = journeys.Values{"result": result}, nil
	for i := range g.st.Expect {
		if f := g.expect(ctx, short, &g.st.Expect[i]); f != nil {
			return f
		}
	}
	return g.save(ctx, short)
}

// undone describes a value of the fragment that could not be evaluated.
func (g *group) undone(ctx context.Context, what string, err error) *Failure {
	if ctx.Err() != nil {
		return cancelled("in the middle of the step")
	}
	if g.start.IsZero() {
		g.start = time.Now()
	}
	return unevaluated(what, g.st.Name, err)
}
