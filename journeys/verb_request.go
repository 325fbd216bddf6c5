package journeys

import "strings"

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
	return map[string]schema{
		"auth":  object(authFields(), "basic"),
		"basic": object(basicFields(), "username", "password"),
		"tls":   object(tlsFields()),
	}
}
