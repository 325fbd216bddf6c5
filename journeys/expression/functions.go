package expression

import (
	"context"
	"fmt"
	"strings"
)

// ownFunctions replace builtins of expr-lang whose results have no bound or no certain form.
func ownFunctions() []*Function {
	return []*Function{
		{Name: "string", Type: (func(any) string)(nil), Call: toText},
		{Name: "replace", Type: (func(string, string, string) string)(nil), Call: replaceText},
		{Name: "split", Type: (func(string, string) []any)(nil), Call: splitText},
		{Name: "join", Type: (func(any, string) string)(nil), Call: joinTexts},
	}
}

// maxText is the length of a text that a function makes at most.
const maxText = 16 << 20

// toText writes numbers without an exponent.
func toText(_ context.Context, _ Env, args []any) (any, error) {
	return Format(args[0], "the value")
}

func replaceText(_ context.Context, _ Env, args []any) (any, error) {
	ts, err := texts(args)
	if err != nil {
		return nil, err
	}
	if n := strings.Count(ts[0], ts[1]); n*len(ts[2]) > maxText {
		return nil, tooMuch("bytes of text", maxText)
	}
	return strings.ReplaceAll(ts[0], ts[1], ts[2]), nil
}

func splitText(_ context.Context, _ Env, args []any) (any, error) {
	ts, err := texts(args)
	if err != nil {
		return nil, err
	}
	if n := strings.Count(ts[0], ts[1]); n > maxElements {
		return nil, tooMuch("elements", maxElements)
	}
	parts := strings.Split(ts[0], ts[1])
	list := make([]any, len(parts))
	for i, p := range parts {
		list[i] = p
	}
	return list, nil
}

func joinTexts(_ context.Context, _ Env, args []any) (any, error) {
	list, ok := listOf(args[0])
	if !ok {
		return nil, fmt.Errorf("want a list, got %s", describe(args[0]))
	}
	separator, ok := args[1].(string)
	if !ok {
		return nil, fmt.Errorf("want a text between the elements, got %s", describe(args[1]))
	}
	var b strings.Builder
	for i := range list.Len() {
		if i > 0 {
			b.WriteString(separator)
		}
		text, err := Format(list.Index(i).Interface(), "an element")
		if err != nil {
			return nil, err
		}
		if b.WriteString(text); b.Len() > maxText {
			return nil, tooMuch("bytes of text", maxText)
		}
	}
	return b.String(), nil
}

func texts(args []any) ([]string, error) {
	ts := make([]string, len(args))
	for i, arg := range args {
		t, ok := arg.(string)
		if !ok {
			return nil, fmt.Errorf("argument %d is %s, not a text", i+1, describe(arg))
		}
		ts[i] = t
	}
	return ts, nil
}
