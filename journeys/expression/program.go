package expression

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/expr-lang/expr/file"
)

// Verdict is the verdict on one expectation.
type Verdict struct {
	Holds bool
	// Expected is the expression as written; Got names its evaluated parts: `json.total is 12.00`. Got is empty
	// when the expectation holds.
	Expected, Got string
	// Err is set when the expression could not be evaluated, a *MissingError for instance.
	Err error
}

// Source is the expression as written.
func (p *Program) Source() string { return p.source }

// Eval gives the expression's value: nil, bool, int, float64, string, json.Number for whole numbers beyond 64
// bits, lists and maps of these.
func (p *Program) Eval(ctx context.Context, env Env) (any, error) {
	f := newFrame(ctx, env, p.slots)
	defer f.release()
	v, err := f.vm.Run(p.vm, f)
	if err != nil {
		return nil, p.cause(err)
	}
	if v, err = p.result(f, v); err != nil {
		return nil, err
	}
	return v, nil
}

// Need is Eval for a value that others rely on: a null is an error, unless its author allowed it (json?.coupon).
func (p *Program) Need(ctx context.Context, env Env) (any, error) {
	v, err := p.Eval(ctx, env)
	if v == nil && err == nil && !p.nilOK {
		return nil, &MissingError{What: p.source, Is: "null"}
	}
	return v, err
}

// Check evaluates an expectation strictly: only true holds.
func (p *Program) Check(ctx context.Context, env Env) Verdict {
	f := newFrame(ctx, env, p.slots)
	defer f.release()
	v, err := f.vm.Run(p.vm, f)
	if err != nil {
		err = p.cause(err)
		return Verdict{Expected: p.source, Got: cut(err.Error(), maxShown), Err: err}
	}
	holds, ok := v.(bool)
	if !ok {
		err := fmt.Errorf("%s is %s, neither true nor false", p.source, describe(v))
		return Verdict{Expected: p.source, Got: cut(err.Error(), maxShown), Err: err}
	}
	if holds {
		return Verdict{Holds: true, Expected: p.source}
	}
	got := join(p.trace.explain(f.slots))
	if got == "" {
		got = "false"
	}
	return Verdict{Expected: p.source, Got: got}
}

// cause finds our own error in the one that the machine made of it.
func (p *Program) cause(err error) error {
	missing := new(MissingError)
	if errors.As(err, &missing) {
		return missing
	}
	var fe *file.Error
	if errors.As(err, &fe) {
		message := strings.ReplaceAll(fe.Message, "<nil>", "null")
		var mistyped *runtime.TypeAssertionError
		switch inner := fe.Unwrap(); {
		case errors.As(inner, &mistyped):
			// A builtin of expr-lang: "interface conversion: interface {} is int, not string".
			_, types, _ := strings.Cut(message, "is ")
			got, want, _ := strings.Cut(types, ", not ")
			message = fmt.Sprintf("a function wants a value of type %s, got one of type %s", want, got)
		case inner != nil:
			return inner
		}
		return fmt.Errorf("%s: %s", p.source, message)
	}
	return err
}

// result gives a value that may leave the evaluation: its numbers are numbers.
func (p *Program) result(f *frame, v any) (any, error) {
	switch v := v.(type) {
	case []any, map[string]any:
		if err := weigh(f, v); err != nil {
			return nil, err
		}
		return deep(v), nil
	}
	return plain(v), nil
}

func deep(v any) any {
	switch v := v.(type) {
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = deep(item)
		}
		return items
	case map[string]any:
		entries := make(map[string]any, len(v))
		for k, item := range v {
			entries[k] = deep(item)
		}
		return entries
	}
	return plain(v)
}
