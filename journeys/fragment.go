package journeys

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// Use runs the steps of a fragment. What is in it sees its parameters and its own variables, and nothing of the
// journey's: the same steps can stand in any journey.
type Use struct {
	// Fragment is its name, File the path of its file.
	Fragment, File string
	With           []Argument
	Vars           []Var
	Steps          []Step
	// Publish are the values that the step's expressions see as result.NAME.
	Publish []Binding

	Title string
	// declared is where the fragment begins.
	Declared document.Pos
}

// Argument is the value of one parameter, as the step gives it or as the fragment has it by default.
type Argument struct {
	Name  string
	Type  ParamType
	Value Value
	Pos   document.Pos
}

// ParamType is what a parameter takes.
type ParamType string

// The types of parameters. A secret takes nothing but a secret, and AnyParam any value of YAML.
const (
	TextParam    ParamType = "text"
	NumberParam  ParamType = "number"
	BooleanParam ParamType = "boolean"
	URLParam     ParamType = "url"
	SecretParam  ParamType = "secret"
	AnyParam     ParamType = "any"
)

// Eval gives the argument's value in the scope of the step that uses the fragment. A value of another type than the
// parameter's is an error.
func (a Argument) Eval(ctx context.Context, s *Scope) (any, error) {
	v, err := a.Value.JSON(ctx, s)
	if err != nil {
		return nil, err
	}
	if number, ok := v.(json.Number); ok {
		v = plainNumber(number)
	}
	switch a.Type {
	case TextParam, SecretParam, URLParam:
		return a.text(v)
	case NumberParam:
		switch v.(type) {
		case int, int64, float64, json.Number:
			return v, nil
		}
	case BooleanParam:
		if b, ok := v.(bool); ok {
			return b, nil
		}
	default:
		return v, nil
	}
	return nil, fmt.Errorf("the parameter %s is a %s, got %s", a.Name, a.Type, expression.Show(v))
}

func (a Argument) text(v any) (any, error) {
	text, err := expression.Format(v, a.Name)
	if err == nil && a.Type == URLParam && !IsWebAddress(text) {
		err = fmt.Errorf("the parameter %s is a URL, got %s", a.Name, expression.Show(text))
	}
	return text, err
}

// plainNumber is a number that stands in a file, as expressions compute with it.
func plainNumber(n json.Number) any {
	if i, err := n.Int64(); err == nil {
		return int(i)
	}
	if f, err := n.Float64(); err == nil {
		return f
	}
	return n
}

// IsWebAddress reports whether a text is an http or https URL with a host.
func IsWebAddress(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")
}

// Verb is use.
func (*Use) Verb() string { return "use" }

func (u *Use) sentence() string {
	if u.Title != "" {
		return u.Title
	}
	return "Use " + u.Fragment
}

// Param is a parameter that a fragment declares. A nil Default: the step that uses it must give a value.
type Param struct {
	Name    string
	Type    ParamType
	Default *Value
	Doc     string
	Pos     document.Pos
}
