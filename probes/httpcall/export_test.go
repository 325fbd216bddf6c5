package httpcall

import "net/http"

// NewJar gives the tests a jar.
func NewJar() http.CookieJar { return &jar{} }
