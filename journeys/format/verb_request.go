package format

import (
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
)

// methods are the HTTP verbs.
func methods() []string { return []string{"get", "head", "post", "put", "patch", "delete", "options"} }

// requestVerbs send one HTTP request and read its answer. A status of 400 or more fails them, unless they expect one.
func requestVerbs() []verb {
	var all []verb
	for _, m := range methods() {
		all = append(all, verb{
			name: m, doc: strings.ToUpper(m) + " a URL", place: afterHTTP, schema: textSchema(),
			keys: keysOf(requestFields()), judges: true, read: readRequest,
		})
	}
	return all
}

// requestDefinitions are the pieces of the JSON Schema that requests refer to.
func requestDefinitions() map[string]schema {
	auth := object(authFields())
	auth["minProperties"], auth["maxProperties"] = 1, 1
	part := object(partFields())
	part["oneOf"] = []schema{{"required": []string{"text"}}, {"required": []string{"file"}}}
	basic := credentialFields(func(a *journeys.BasicAuth) (username, password *journeys.Template) { return &a.Username, &a.Password })
	return map[string]schema{
		"auth":   auth,
		"basic":  object(basic, "username", "password"),
		"oauth2": object(oauth2Fields(), "client_id", "client_secret", "token_url"),
		"sigv4":  object(sigV4Fields(), "region", "access_key", "secret_key"),
		"tls":    object(tlsFields()),
		"part":   part,
	}
}
