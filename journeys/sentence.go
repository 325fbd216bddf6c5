package journeys

import (
	"net/url"
	"strings"
)

// sentence names a step by what it does. Expressions appear as {name}: the sentence is a label, and holds no value.
func sentence(a Action) string {
	text := strings.Join(strings.Fields(a.sentence()), " ")
	return cutText(text, 80)
}

// address is a URL without what need not be read, and without a password.
func address(t Template) string {
	text := t.words()
	if u, err := url.Parse(text); err == nil && u.User != nil {
		u.User = nil
		text = u.String()
	}
	text, _, _ = strings.Cut(text, "?")
	// A variable at the start is the site's address: what follows says more.
	if len(t.parts) > 1 && t.parts[0].expr != nil {
		if _, path, ok := strings.Cut(text, "/"); ok {
			return "/" + path
		}
	}
	return text
}
