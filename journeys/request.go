package journeys

import "strings"

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

// Verb is the method in lower case.
func (a *Request) Verb() string { return strings.ToLower(a.Method) }

func (a *Request) sentence() string { return a.Method + " " + address(a.URL) }
