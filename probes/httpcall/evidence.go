package httpcall

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/outrider-monitor/outrider/probes"
)

// maxExcerpt is how much of a body evidence shows. The runner removes secrets and cuts to half of it, so
// that a secret at the cut is still recognised.
const maxExcerpt = 4 << 10

// Evidence adds the head and the beginning of the last answer, and the attempt's requests.
func (s *Session) Evidence(_ context.Context, _ string, e *probes.Evidence) {
	x := s.last
	if x == nil {
		return
	}
	if e.PageURL == "" {
		e.PageURL = x.shownURL()
	}
	if x.header != nil {
		e.ResponseHead = x.headText()
		e.BodyExcerpt = x.excerpt(maxExcerpt)
	}
	// Failed ones first, the latest of them foremost.
	var failed, rest []probes.RequestLine
	for _, line := range slices.Backward(s.past) {
		if line.Error != "" || line.Status >= http.StatusBadRequest {
			failed = append(failed, line)
		} else {
			rest = append(rest, line)
		}
	}
	e.Requests = slices.Concat(failed, e.Requests, rest)
}

// headText writes the answer's head, its names sorted. The values of cookies are left out: they are keys
// to a customer's session.
func (x *exchange) headText() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d %s\n", x.proto, x.status, http.StatusText(x.status))
	for _, name := range slices.Sorted(maps.Keys(x.header)) {
		for _, value := range x.header[name] {
			if name == "Set-Cookie" {
				value = withoutValue(value)
			}
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	return b.String()
}

func withoutValue(cookie string) string {
	name, rest, _ := strings.Cut(cookie, "=")
	_, attributes, more := strings.Cut(rest, ";")
	if more {
		attributes = ";" + attributes
	}
	return name + "=…" + attributes
}

// excerpt gives the body's beginning if it is text, and says what it is otherwise.
func (x *exchange) excerpt(limit int) string {
	text := x.body[:min(len(x.body), limit)]
	if len(text) == 0 {
		return ""
	}
	// The cut may go through a rune.
	for cut := 0; cut < utf8.UTFMax && len(text) > 0 && len(text) < len(x.body) && !utf8.Valid(text); cut++ {
		text = text[:len(text)-1]
	}
	if !utf8.Valid(text) || strings.ContainsRune(string(text), 0) {
		return fmt.Sprintf("(%d bytes of %s)", x.size, orUnknown(x.header.Get("Content-Type")))
	}
	return string(text)
}

func orUnknown(kind string) string {
	if kind == "" {
		return "an unknown type"
	}
	return kind
}
