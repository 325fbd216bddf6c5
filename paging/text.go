package paging

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// OneLine makes one line of a text, with single blanks.
func OneLine(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "�")), " ")
}

// Cut bounds a text to n runes and shows that it did.
func Cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "�")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// longestKey is what the strictest pager, PagerDuty, takes.
const longestKey = 255

// ShortKey keeps a dedup key that is too long for a pager distinct.
func ShortKey(key string) string {
	if len(key) <= longestKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return strings.ToValidUTF8(key[:longestKey-17], "") + "/" + hex.EncodeToString(sum[:8])
}
