package journeys

// See waits until exactly one match is visible; Gone until no match is.
type (
	See  struct{ Target Locators }
	Gone struct{ Target Locators }
)

// WaitForURL waits until the page's URL equals the text, or matches it where it holds * wildcards. A text that
// begins with a slash is compared with the path alone, and with the query where it holds a question mark.
type WaitForURL struct{ URL Template }

func (*See) Verb() string { return "see" }

func (*Gone) Verb() string { return "gone" }

func (*WaitForURL) Verb() string { return "wait_for_url" }

func (a *See) sentence() string { return "See " + a.Target.words() }

func (a *Gone) sentence() string { return "See " + a.Target.words() + " gone" }

func (a *WaitForURL) sentence() string { return "Wait for " + address(a.URL) }
