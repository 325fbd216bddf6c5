package format

import (
	"context"
	"errors"
	"fmt"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/expression"
	"github.com/outrider-monitor/outrider/journeys/extract"
)

// answerFunctions look into the answer of an HTTP step. css, xpath and jsonpath want exactly one match, as locators do;
// their _all forms give a list of what there is.
func answerFunctions() []expression.Function {
	return append([]expression.Function{
		{Name: "css", Type: (func(string, ...string) string)(nil), Prepare: first(extract.CompileCSS), Call: one("css", findCSS)},
		{Name: "css_all", Type: (func(string, ...string) []any)(nil), Prepare: first(extract.CompileCSS), Call: all(findCSS)},
		{Name: "xpath", Type: (func(string) any)(nil), Prepare: first(extract.CompileXPath), Call: one("xpath", findXPath)},
		{Name: "xpath_all", Type: (func(string) []any)(nil), Prepare: first(extract.CompileXPath), Call: all(findXPath)},
	}, jsonFunctions()...)
}

// jsonFunctions look into whatever has a json.
func jsonFunctions() []expression.Function {
	return []expression.Function{
		{Name: "jsonpath", Type: (func(string) any)(nil), Prepare: first(extract.CompileJSONPath), Call: one("jsonpath", findJSONPath)},
		{Name: "jsonpath_all", Type: (func(string) []any)(nil), Prepare: first(extract.CompileJSONPath), Call: all(findJSONPath)},
		{Name: "matches_schema", Type: (func(any, string) bool)(nil), Prepare: prepareSchema, Call: matchesSchema},
	}
}

// finder finds values in the answer; its first argument is what first made of it, or a text where the expression
// computes that.
type finder func(s *journeys.Scope, args []any) ([]any, error)

// first compiles a constant first argument when the file is loaded.
func first[T any](compile func(string) (T, error)) func(int, any) (any, error) {
	return func(index int, constant any) (any, error) {
		text, ok := constant.(string)
		if index != 0 || !ok {
			return constant, nil
		}
		return compile(text)
	}
}

// compiled gives the first argument as first made it.
func compiled[T any](arg any, compile func(string) (T, error)) (T, error) {
	if done, ok := arg.(T); ok {
		return done, nil
	}
	text, ok := arg.(string)
	if !ok {
		var none T
		return none, fmt.Errorf("want a text, got %s", expression.Show(arg))
	}
	return compile(text)
}

func all(find finder) func(context.Context, expression.Env, []any) (any, error) {
	return func(_ context.Context, env expression.Env, args []any) (any, error) {
		s, ok := env.(*journeys.Scope)
		if !ok {
			return nil, journeys.ErrNoAnswer
		}
		return find(s, args)
	}
}

// one wants one match. None is a missing value; several are a mistake, as they are for a locator.
func one(name string, find finder) func(context.Context, expression.Env, []any) (any, error) {
	every := all(find)
	return func(ctx context.Context, env expression.Env, args []any) (any, error) {
		got, err := every(ctx, env, args)
		if err != nil {
			return nil, err
		}
		switch found := got.([]any); len(found) {
		case 0:
			return nil, &journeys.MissingError{What: fmt.Sprintf("%s(%q)", name, fmt.Sprint(args[0]))}
		case 1:
			return found[0], nil
		default:
			const shown = 3
			return nil, fmt.Errorf("%s(%q) has %d matches, such as %s (%s_all gives them all)",
				name, fmt.Sprint(args[0]), len(found), expression.Show(found[:min(len(found), shown)]), name)
		}
	}
}

func findCSS(s *journeys.Scope, args []any) ([]any, error) {
	selector, err := compiled(args[0], extract.CompileCSS)
	if err != nil {
		return nil, err
	}
	attribute := ""
	if len(args) > 1 {
		if attribute, _ = args[1].(string); attribute == "" || len(args) > 2 {
			return nil, errors.New("want a selector and the name of one attribute")
		}
	}
	m, err := s.Markup()
	if err != nil {
		return nil, err
	}
	var found []any
	for _, text := range selector.Find(m, attribute) {
		found = append(found, text)
	}
	return found, nil
}

func findXPath(s *journeys.Scope, args []any) ([]any, error) {
	path, err := compiled(args[0], extract.CompileXPath)
	if err != nil {
		return nil, err
	}
	m, err := s.Markup()
	if err != nil {
		return nil, err
	}
	return path.Find(m)
}

func findJSONPath(s *journeys.Scope, args []any) ([]any, error) {
	path, err := compiled(args[0], extract.CompileJSONPath)
	if err != nil {
		return nil, err
	}
	value, found, err := s.Value("json", "")
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, journeys.ErrNoAnswer
	}
	return path.Find(value)
}

func prepareSchema(index int, constant any) (any, error) {
	name, ok := constant.(string)
	if index != 1 || !ok {
		return constant, nil
	}
	if name == "" {
		return nil, errors.New("want the name of a file with a JSON Schema")
	}
	return extract.NewSchema(name), nil
}

// matchesSchema is true, or an error that says where the value is not as the schema wants it.
func matchesSchema(_ context.Context, env expression.Env, args []any) (any, error) {
	s, ok := env.(*journeys.Scope)
	if !ok {
		return nil, journeys.ErrNoAnswer
	}
	schema, err := compiled(args[1], func(name string) (*extract.Schema, error) { return extract.NewSchema(name), nil })
	if err != nil {
		return nil, err
	}
	if err := schema.Validate(s.Dir, args[0]); err != nil {
		return nil, err
	}
	return true, nil
}
