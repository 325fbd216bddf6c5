package address

import "testing"

func TestWildcardsStandForAnything(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"a", "a", true}, {"a", "ab", false}, {"a*", "ab", true}, {"*b", "ab", true}, {"a*c", "abc", true},
		{"a*b*c", "axxbyyc", true}, {"a*c*c", "abc", false}, {"*", "", true}, {"a*a", "a", false}, {"", "a", false},
	} {
		if got := Matches(c.pattern, c.text); got != c.want {
			t.Errorf("Matches(%q, %q) is %v", c.pattern, c.text, got)
		}
	}
}
