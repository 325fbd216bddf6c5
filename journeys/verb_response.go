package journeys

import "strings"

// WaitForResponse waits for an answer that the page gets. URL is a pattern as for [WaitForURL]; Method is in upper
// case, empty for any.
type WaitForResponse struct {
	URL    Template
	Method string
}

// Pattern is the URL with * for each expression: what the answer may be to, before it is known.
func (a *WaitForResponse) Pattern() string {
	if text, static := a.URL.Static(); static {
		return text
	}
	var b strings.Builder
	for _, p := range a.URL.Parts {
		if p.Expr != nil {
			b.WriteByte('*')
			continue
		}
		b.WriteString(p.Text)
	}
	return b.String()
}

func (*WaitForResponse) Verb() string { return "wait_for_response" }

func (a *WaitForResponse) sentence() string {
	if a.Method != "" {
		return "Wait for the answer to " + a.Method + " " + address(a.URL)
	}
	return "Wait for the answer of " + address(a.URL)
}
