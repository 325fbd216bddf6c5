package journeys

import (
	"net/url"
	"strings"
)

// Sentence names a step by what it does. Expressions appear as {name}: it is a label, and holds no value.
func Sentence(a Action) string { return strings.Join(strings.Fields(a.sentence()), " ") }

// address is a URL without what need not be read, and without a password.
func address(t Template) string {
	text := t.Words()
	if u, err := url.Parse(text); err == nil && u.User != nil {
		u.User = nil
		text = u.String()
	}
	text, _, _ = strings.Cut(text, "?")
	// A variable at the start is the site's address: what follows says more.
	if len(t.Parts) > 1 && t.Parts[0].Expr != nil {
		if _, path, ok := strings.Cut(text, "/"); ok {
			return "/" + path
		}
	}
	return text
}
