package journeys

import (
	"context"
	"errors"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// Scope is what expressions see while a journey runs. The runner fills it; Step and Funcs change with
// each step.
type Scope struct {
	Vars    map[string]any
	Secrets map[string]string
	// Env looks up an environment variable.
	Env func(name string) (string, bool)
	// Run holds id, journey, location, deployment, attempt, and environment if one was chosen.
	Run map[string]any
	// Journeys holds what other journeys published: journey name -> name -> value.
	Journeys map[string]map[string]any
	// Params are the parameters of the fragment whose steps run.
	Params map[string]any
	// Step gives the step's own names: after HTTP status headers body json cookies url proto tls timing,
	// in the browser url title (and result after eval). Header names are found in any case; numbers may be
	// json.Number, which keeps the digits for a person to see.
	Step Names
	// Dir is where relative names of files start.
	Dir string
	// Funcs are the page functions, such as text and count. The string is a locator in the grammar
	// of [ParseLocator]. A locator that matches nothing yields an error of type *MissingError.
	Funcs PageFuncs

	searched *searched
}

// Names gives values by their names. It is asked each time a name is used, so that what nobody uses costs nothing;
// found is false for a name that the step does not have.
type Names interface {
	Named(name string) (value any, found bool, err error)
}

// Values are names that are kept in a map. A value may be a func() (any, error), which is called each time it is used.
type Values map[string]any

// Named gives a value.
func (v Values) Named(name string) (any, bool, error) {
	value, found := v[name]
	if later, lazy := value.(func() (any, error)); lazy {
		value, err := later()
		return value, err == nil, err
	}
	return value, found, nil
}

// PageFuncs are the functions with which a browser step's expressions look at the page.
type PageFuncs interface {
	Text(ctx context.Context, loc Locator) (string, error)
	Value(ctx context.Context, loc Locator) (string, error)
	Attr(ctx context.Context, loc Locator, name string) (string, error)
	Count(ctx context.Context, loc Locator) (int, error)
	Visible(ctx context.Context, loc Locator) (bool, error)
	// Checked is about checkboxes, radio buttons and switches; anything else has no such state.
	Checked(ctx context.Context, loc Locator) (bool, error)
	Enabled(ctx context.Context, loc Locator) (bool, error)
	// InView reports whether some of the element is on the screen without scrolling.
	InView(ctx context.Context, loc Locator) (bool, error)
}

// Value gives a name of an expression its value: it makes a Scope an environment of package expression.
func (s *Scope) Value(root, member string) (any, bool, error) {
	switch root {
	case "vars":
		v, ok := s.Vars[member]
		return v, ok, nil
	case "secrets":
		v, ok := s.Secrets[member]
		return v, ok, nil
	case "env":
		if s.Env == nil {
			return nil, false, nil
		}
		v, ok := s.Env(member)
		return v, ok, nil
	case "run":
		v, ok := s.Run[member]
		return v, ok, nil
	case "params":
		v, ok := s.Params[member]
		return v, ok, nil
	case "journeys":
		v, ok := s.Journeys[member]
		if !ok {
			return nil, false, nil
		}
		return v, true, nil
	}
	if s.Step == nil {
		return nil, false, nil
	}
	v, ok, err := s.Step.Named(root)
	if published, members := v.(map[string]any); members && root == "result" && member != "" {
		v, ok = published[member]
	}
	return v, ok, err
}

// MissingError says that an expression met a value that is not there. It is never 0, never true. Its What is the
// path as its author wrote it, such as json.eta_minutes.
type MissingError = expression.MissingError

// Verdict is the verdict on one expectation: whether it Holds; Expected, the expression as written; Got, its
// evaluated parts: `json.total is 12.00`; and Err when it could not be evaluated, a *MissingError for instance.
type Verdict = expression.Verdict

// Expr is a type-checked expression.
type Expr struct {
	Source  string
	Pos     document.Pos
	Program *expression.Program
}

var errNotCompiled = errors.New("the expression was not made by Parse")

// Eval gives the expression's value, within ctx.
func (e Expr) Eval(ctx context.Context, s *Scope) (any, error) {
	if e.Program == nil {
		return nil, errNotCompiled
	}
	return e.Program.Eval(ctx, s)
}

// Need is Eval for what is saved or published: a null is an error, unless the author allowed it (json?.coupon).
func (e Expr) Need(ctx context.Context, s *Scope) (any, error) {
	if e.Program == nil {
		return nil, errNotCompiled
	}
	return e.Program.Need(ctx, s)
}

// Check evaluates an expectation (or an `if`) strictly: only true holds.
func (e Expr) Check(ctx context.Context, s *Scope) Verdict {
	if e.Program == nil {
		return Verdict{Expected: e.Source, Got: errNotCompiled.Error(), Err: errNotCompiled}
	}
	return e.Program.Check(ctx, s)
}

// Uses reports whether the expression uses a name or a function, such as status or text.
func (e Expr) Uses(name string) bool { return e.Program != nil && e.Program.Uses(name) }
