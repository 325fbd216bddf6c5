package conventions

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/outrider-monitor/outrider/internal/worktree"
)

// Nothing in the repository may depend on, or tell about, the place where it was made: no host of a package
// registry, no path of a developer's machine. The patterns are written so that they do not match themselves.
func TestNoFileNamesAPlaceThatOthersDoNotHave(t *testing.T) {
	places := []*regexp.Regexp{
		regexp.MustCompile(`https?://(registry|proxy|deb|security|snapshot|sum)\.[a-z]`),
		regexp.MustCompile(`\b(proxy\.golan[g]|sum\.golan[g]|registry\.npmj[s]|deb\.debia[n]|security\.debia[n])`),
		regexp.MustCompile(`(^|[^A-Za-z0-9_.}-])/(work/(main|shared)|farm|root)/`),
		regexp.MustCompile(`/tmp/tea[m]\b`),
		regexp.MustCompile(`(^|[^A-Za-z0-9_.])/home/[a-z]+/`),
	}
	for _, name := range repository(t).files {
		text, err := os.ReadFile(worktree.Path(name))
		if err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(text) {
			continue
		}
		for i, line := range strings.Split(string(text), "\n") {
			for _, p := range places {
				if m := p.FindString(line); m != "" {
					t.Errorf("%s:%d: names %q, a place that others do not have", name, i+1, strings.TrimSpace(m))
				}
			}
		}
	}
}
