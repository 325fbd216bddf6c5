package journeys

// Action is what a step does. It is a sealed sum type: one small struct for each verb, all in this package.
type Action interface {
	// Verb is the YAML key, such as "goto" or "post".
	Verb() string
	action()
}

// Request is an HTTP verb: get head post put patch delete options.
type Request struct {
	// Method is in upper case.
	Method  string
	URL     Template
	Headers []Pair
	Query   []Pair
	// At most one body: JSON (any YAML value, its strings being templates), Form, or Body.
	JSON *Value
	Form []Pair
	Body *Template
	Auth *BasicAuth
	// Redirects is the number of redirects followed. Negative: the default (10).
	Redirects int
	TLS       TLS
	// MaxBody is the number of body bytes read at most; a longer body is a failure. Zero: 10 MiB.
	MaxBody int64
}

// Pair is a name with a templated value: a header, a query parameter, a form field.
type Pair struct {
	Name  string
	Value Template
}

// BasicAuth is HTTP basic authentication.
type BasicAuth struct{ Username, Password Template }

// TLS is spelled as Prometheus' tls_config. Relative files start at the journey's folder.
type TLS struct {
	CAFile             Template
	ServerName         Template
	InsecureSkipVerify bool
}

// Goto navigates the page and waits for its load.
type Goto struct{ URL Template }

// Reload loads the page anew.
type Reload struct{}

// Back goes one entry back in the history.
type Back struct{}

// Click clicks once; DblClick twice; Hover only moves there.
type (
	Click    struct{ Target Locators }
	DblClick struct{ Target Locators }
	Hover    struct{ Target Locators }
)

// Fill replaces the value of a field (`fill: LOCATOR`, `with: TEXT`).
type Fill struct {
	Target Locators
	With   Template
}

// FillForm fills several fields, found by label, in the order of the file.
type FillForm struct{ Fields []FormField }

// FormField is one entry of fill_form.
type FormField struct {
	Label string
	With  Template
}

// Clear empties a field.
type Clear struct{ Target Locators }

// Select chooses an option of a select element by its label or value.
type Select struct {
	Target Locators
	Option Template
}

// Check and Uncheck set a checkbox or a radio button and verify that it took.
type (
	Check   struct{ Target Locators }
	Uncheck struct{ Target Locators }
)

// Press presses a key or a chord such as Control+A, on Target if there is one.
type Press struct {
	Key    Template
	Target Locators
}

// ScrollTo brings the target into view.
type ScrollTo struct{ Target Locators }

// See waits until exactly one match is visible; Gone until no match is.
type (
	See  struct{ Target Locators }
	Gone struct{ Target Locators }
)

// WaitForURL waits until the page's URL equals the text, or matches it where it holds * wildcards.
type WaitForURL struct{ URL Template }

// Eval runs JavaScript in the page; its value is `result` in the step's expressions.
type Eval struct{ Script Template }

// Screenshot keeps a picture under a name, whatever the outcome.
type Screenshot struct{ Name Template }

func (a *Request) Verb() string  { return verbOfMethod(a.Method) }
func (*Goto) Verb() string       { return "goto" }
func (*Reload) Verb() string     { return "reload" }
func (*Back) Verb() string       { return "back" }
func (*Click) Verb() string      { return "click" }
func (*DblClick) Verb() string   { return "dblclick" }
func (*Hover) Verb() string      { return "hover" }
func (*Fill) Verb() string       { return "fill" }
func (*FillForm) Verb() string   { return "fill_form" }
func (*Clear) Verb() string      { return "clear" }
func (*Select) Verb() string     { return "select" }
func (*Check) Verb() string      { return "check" }
func (*Uncheck) Verb() string    { return "uncheck" }
func (*Press) Verb() string      { return "press" }
func (*ScrollTo) Verb() string   { return "scroll_to" }
func (*See) Verb() string        { return "see" }
func (*Gone) Verb() string       { return "gone" }
func (*WaitForURL) Verb() string { return "wait_for_url" }
func (*Eval) Verb() string       { return "eval" }
func (*Screenshot) Verb() string { return "screenshot" }

func (*Request) action()    {}
func (*Goto) action()       {}
func (*Reload) action()     {}
func (*Back) action()       {}
func (*Click) action()      {}
func (*DblClick) action()   {}
func (*Hover) action()      {}
func (*Fill) action()       {}
func (*FillForm) action()   {}
func (*Clear) action()      {}
func (*Select) action()     {}
func (*Check) action()      {}
func (*Uncheck) action()    {}
func (*Press) action()      {}
func (*ScrollTo) action()   {}
func (*See) action()        {}
func (*Gone) action()       {}
func (*WaitForURL) action() {}
func (*Eval) action()       {}
func (*Screenshot) action() {}

// IsBrowser reports whether the action needs a browser.
func IsBrowser(a Action) bool {
	_, http := a.(*Request)
	return !http
}
