package journeys

import "strings"

// Request is an HTTP verb: get head post put patch delete options.
type Request struct {
	// Method is in upper case.
	Method  string
	URL     Template
	Headers []Pair
	Query   []Pair
	// Cookies are given to the session before the request, for the URL's host; they stay.
	Cookies []Pair
	// At most one body: JSON (any YAML value, its strings being templates), Form, Multipart, Body, File or GraphQL.
	JSON      *Value
	Form      []Pair
	Multipart []Part
	Body      *Template
	// File names a file whose content is sent. Relative names start at the journey's folder.
	File    *Template
	GraphQL *GraphQL
	// Auth is nil without authentication.
	Auth Auth
	// Redirects is the number of redirects followed. Negative: the default (10). AllowHTTP follows one from https to
	// http too.
	Redirects int
	AllowHTTP bool
	// Route is the way that the request takes. Nil: everybody's.
	Route *Route
	// Compression is the one encoding asked for: gzip, deflate, br, zstd, or none. Empty: gzip.
	Compression string
	// MaxBody is the number of body bytes read at most, decompressed; a longer body is a failure. Zero: 10 MiB.
	MaxBody int64
}

// Pair is a name with a templated value: a header, a query parameter, a form field.
type Pair struct {
	Name  string
	Value Template
}

// Part is one field of a multipart body: Text, or the content of File.
type Part struct {
	Name        string
	Text        Template
	File        *Template
	Filename    Template
	ContentType Template
}

// GraphQL is a query in the form that GraphQL over HTTP asks for.
type GraphQL struct {
	Query     Template
	Variables *Value
	Operation Template
}

// Verb is the method in lower case.
func (a *Request) Verb() string { return strings.ToLower(a.Method) }

func (a *Request) sentence() string { return a.Method + " " + address(a.URL) }
