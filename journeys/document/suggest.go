package document

import "strings"

// Suggest gives the candidate that was probably meant by word, or "". A candidate is near when few letters
// differ: one for short words, a third of the letters for long ones.
func Suggest(word string, candidates []string) string {
	best, near := "", min(max(len(word)/3, 1), 4)
	folded := fold(word)
	for _, c := range candidates {
		if abs(len(c)-len(word)) > near+3 {
			continue
		}
		f := fold(c)
		if f == folded {
			return c
		}
		if d := distance(folded, f, near); d < near+1 && d < len(c) {
			best, near = c, d-1
		}
	}
	return best
}

// DidYouMean gives the hint `did you mean "x"?`, or "" when nothing is near.
func DidYouMean(word string, candidates []string) string {
	if s := Suggest(word, candidates); s != "" {
		return `did you mean "` + s + `"?`
	}
	return ""
}

// fold makes waitForUrl, wait-for-url and wait_for_url the same word.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '_' || r == '-' || r == ' ':
			return -1
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// distance is the optimal string alignment distance (Levenshtein with neighbours swapped), given up above limit.
func distance(a, b string, limit int) int {
	if len(a) > 64 || len(b) > 64 || abs(len(a)-len(b)) > limit {
		return limit + 1
	}
	before, previous, current := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range previous {
		previous[j] = j
	}
	for i := 1; i <= len(a); i++ {
		current[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			current[j] = min(previous[j]+1, current[j-1]+1, previous[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				current[j] = min(current[j], before[j-2]+1)
			}
		}
		before, previous, current = previous, current, before
	}
	return previous[len(b)]
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
