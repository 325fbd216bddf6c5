package journeys

import "context"

// Scope is what expressions see while a journey runs. The runner fills it; Step and Funcs change with
// each step.
type Scope struct {
	Vars    map[string]any
	Secrets map[string]string
	// Env looks up an environment variable.
	Env func(name string) (string, bool)
	// Run holds id, journey, location, deployment, attempt.
	Run map[string]any
	// Journeys holds what other journeys published: journey name -> name -> value.
	Journeys map[string]map[string]any
	// Step holds the step's own names: after HTTP status headers body json cookies url proto tls timing,
	// in the browser url title (and result after eval).
	Step map[string]any
	// Funcs are the page functions text value attr count visible. The string is a locator in the grammar
	// of [ParseLocator]. A locator that matches nothing yields an error of type *MissingError.
	Funcs PageFuncs
}

// PageFuncs are the functions with which a browser step's expressions look at the page.
type PageFuncs interface {
	Text(ctx context.Context, loc Locator) (string, error)
	Value(ctx context.Context, loc Locator) (string, error)
	Attr(ctx context.Context, loc Locator, name string) (string, error)
	Count(ctx context.Context, loc Locator) (int, error)
	Visible(ctx context.Context, loc Locator) (bool, error)
}

// MissingError says that an expression met a value that is not there. It is never 0, never true.
type MissingError struct {
	// What is the path as its author wrote it, such as json.eta_minutes.
	What string
}

func (e *MissingError) Error() string { return e.What + " is missing" }

// Verdict is the verdict on one expectation.
type Verdict struct {
	Holds bool
	// Expected is the expression as written; Got names its evaluated parts: `json.total is 12.00`.
	Expected, Got string
	// Err is set when the expression could not be evaluated, a *MissingError for instance.
	Err error
}
