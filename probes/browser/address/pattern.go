package address

import (
	"net/url"
	"strings"
)

// MatchesURL compares a URL with a pattern. One that begins with a slash is compared with the path alone, and with
// the query where it holds a question mark.
func MatchesURL(pattern, raw string) bool {
	if !strings.HasPrefix(pattern, "/") {
		return Matches(pattern, raw)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	path := u.EscapedPath()
	if strings.Contains(pattern, "?") {
		path += "?" + u.RawQuery
	}
	return Matches(pattern, path)
}

// Matches compares a text with a pattern in which * stands for anything.
func Matches(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	last := parts[len(parts)-1]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(text, p)
		if i < 0 {
			return false
		}
		text = text[i+len(p):]
	}
	return len(text) >= len(last) && strings.HasSuffix(text, last)
}
