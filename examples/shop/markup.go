package shop

import (
	"regexp"
	"strings"
)

// rewriteMarkup says the same page in other words, as the next version of a shop's frontend does: other tags and
// classes, other ids, deeper nesting, submit inputs for submit buttons. What people see, roles, accessible names,
// labels and test ids stay, so a journey that goes by those must not notice.
func rewriteMarkup(html string) string {
	html = regexp.MustCompile(`<button type="submit"([^>]*)>([^<]+)</button>`).
		ReplaceAllString(html, `<input type="submit"$1 value="$2">`)
	html = regexp.MustCompile(`( (?:id|for|aria-labelledby)="| href="#)([^"]+")`).ReplaceAllString(html, `${1}v2_${2}`)
	html = strings.NewReplacer(
		`"s-`, `"zx-`, ` s-`, ` zx-`,
		"<article ", `<div style="display:contents"><div role="article" `, "</article>", "</div></div>",
		"<main ", `<div role="main" `, "</main>", "</div>",
		"<nav ", `<div role="navigation" `, "</nav>", "</div>",
		"<ul ", `<div role="list" `, "</ul>", "</div>",
		"<li ", `<div role="listitem" `, "</li>", "</div>",
		"<h1 ", `<div role="heading" aria-level="1" `, "</h1>", "</div>",
		"<h2 ", `<div role="heading" aria-level="2" `, "</h2>", "</div>",
		"<p ", "<div ", "</p>", "</div>",
		"<strong ", "<b ", "</strong>", "</b>",
	).Replace(html)
	return html
}

// rewriteStyles renames the classes as rewriteMarkup does; the stylesheets select by nothing else.
func rewriteStyles(css string) string { return strings.ReplaceAll(css, ".s-", ".zx-") }
