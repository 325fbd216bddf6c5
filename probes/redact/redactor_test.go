package redact_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/outrider-monitor/outrider/probes/redact"
)

// encodings are the ways in which a secret travels.
var encodings = map[string]func(secret, around string) string{
	"raw":        func(s, _ string) string { return s },
	"query":      func(s, _ string) string { return url.QueryEscape(s) },
	"path":       func(s, _ string) string { return url.PathEscape(s) },
	"lowerquery": func(s, _ string) string { return lowerPercent(url.QueryEscape(s)) },
	"twice":      func(s, _ string) string { return url.QueryEscape(url.QueryEscape(s)) },
	"allpercent": func(s, _ string) string {
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, "%%%02X", s[i])
		}
		return b.String()
	},
	"readplus":  func(s, _ string) string { return strings.ReplaceAll(s, "+", " ") },
	"plusagain": func(s, _ string) string { return url.PathEscape(strings.ReplaceAll(s, "+", " ")) },
	"base64plus": func(s, around string) string {
		return strings.ReplaceAll(base64.StdEncoding.EncodeToString([]byte(around+s)), "+", " ")
	},
	"json":      func(s, _ string) string { return quoted(s) },
	"jsontwice": func(s, _ string) string { return quoted(quoted(s)) },
	"jsonascii": func(s, _ string) string { return asciiJSON(s) },
	"html":      func(s, _ string) string { return html.EscapeString(s) },
	"htmltwice": func(s, _ string) string { return html.EscapeString(html.EscapeString(s)) },
	"htmlhex": func(s, _ string) string {
		var b strings.Builder
		for _, r := range s {
			fmt.Fprintf(&b, "&#x%X;", r)
		}
		return b.String()
	},
	"hex":      func(s, _ string) string { return hex.EncodeToString([]byte(s)) },
	"upperhex": func(s, _ string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) },
	"base64":   func(s, around string) string { return base64.StdEncoding.EncodeToString([]byte(around + s)) },
	"base64in": func(s, around string) string {
		return base64.StdEncoding.EncodeToString([]byte(around + s + around))
	},
	"base64url": func(s, around string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(around + s + around))
	},
	"base64json": func(s, around string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(`{"a":"` + around + quoted(s) + `"}`))
	},
	"base64query": func(s, around string) string {
		return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(around + s)))
	},
}

func quoted(s string) string {
	text, _ := json.Marshal(s)
	return string(text[1 : len(text)-1])
}

func asciiJSON(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x10000 {
			fmt.Fprintf(&b, `\u%04X`, r)
		} else {
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		}
	}
	return b.String()
}

func lowerPercent(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] == '%' {
			copy(b[i+1:], strings.ToLower(string(b[i+1:i+3])))
		}
	}
	return string(b)
}

func TestNoSecretSurvivesInAnyEncodingInsideAnyText(t *testing.T) {
	secret := rapid.OneOf(
		rapid.StringMatching(`[0-9]{8,19}`),
		rapid.StringMatching(`[ -~]{4,40}`),
		rapid.StringMatching(`[a-zA-Z0-9+/=%\\"'<>& ]{4,20}`),
		rapid.StringN(4, 30, 60),
	).Filter(func(s string) bool {
		// What is a part of the replacement cannot be told from it.
		return !strings.Contains("«secret card» «secret pass»", strings.ToLower(strings.ReplaceAll(s, "+", " ")))
	})
	text := rapid.OneOf(rapid.StringMatching(`[ -~]{0,40}`), rapid.StringN(0, 20, 60))
	rapid.Check(t, func(t *rapid.T) {
		one, two := secret.Draw(t, "one"), secret.Draw(t, "two")
		r := redact.New(map[string]string{"card": one, "pass": two})
		name := rapid.SampledFrom(slices.Sorted(mapsKeys(encodings))).Draw(t, "encoding")
		around := rapid.StringMatching(`[a-z]{0,4}`).Draw(t, "around")
		encoded := encodings[name](one, around)
		before, after := text.Draw(t, "before"), text.Draw(t, "after")
		got := r.String(before + encoded + after)
		if strings.Contains(got, encoded) {
			t.Fatalf("%s encoding of %q survives: %q", name, one, got)
		}
		if !strings.Contains(got, "«secret ") {
			t.Fatalf("%s encoding of %q: nothing was replaced in %q", name, one, got)
		}
		if again := r.String(got); strings.Count(again, "«secret ") != strings.Count(got, "«secret ") {
			t.Fatalf("a second pass changed %q to %q", got, again)
		}
	})
}

func mapsKeys(m map[string]func(string, string) string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func TestTheBase64OfASecretLeavesNoLetterThatHoldsItsBits(t *testing.T) {
	const secret = "hunter2!x"
	r := redact.New(map[string]string{"password": secret})
	for _, user := range []string{"a", "ab", "abc", "abcd"} {
		header := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+secret))
		got := r.String("Authorization: " + header + "\r\n")
		rest := strings.Split(strings.TrimPrefix(got, "Authorization: Basic "), "«secret password»")
		if len(rest) != 2 {
			t.Fatalf("user %q: %q", user, got)
		}
		bits, err := base64.RawStdEncoding.DecodeString(rest[0][:len(rest[0])/4*4])
		if err != nil || !strings.HasPrefix(user+":", string(bits)) {
			t.Errorf("user %q: what remains, %q, decodes to %q (%v)", user, rest[0], bits, err)
		}
		if tail := strings.Trim(rest[1], "=\r\n"); tail != "" {
			t.Errorf("user %q: %q remains behind the secret", user, tail)
		}
	}
}

func TestOverlappingSecretsAreRemovedTogether(t *testing.T) {
	r := redact.New(map[string]string{"short": "abcdef", "long": "abcdefghij", "other": "hijklmno"})
	for text, want := range map[string]string{
		"x abcdefghij y":     "x «secret long» y",
		"x abcdef y":         "x «secret short» y",
		"x abcdefghijklmno.": "x «secret long».",
		"abcdefabcdef":       "«secret short»«secret short»",
	} {
		if got := r.String(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestACardNumberIsFoundHoweverItIsGrouped(t *testing.T) {
	var r *redact.Redactor
	for _, secret := range []string{"4111111111111234", "4111 1111 1111 1234", "4111-1111-11111234"} {
		r = redact.New(map[string]string{"card": secret})
		for _, text := range []string{
			"4111111111111234", "4111 1111 1111 1234", "4111-1111-1111-1234", "4111%201111+1111%201234",
			"4111\u00a01111\u00a01111\u00a01234",
		} {
			if got := r.String("paid with " + text + " today"); got != "paid with «secret card» today" {
				t.Errorf("%q: got %q", text, got)
			}
		}
	}
	if got := r.String("ends in 1234"); got != "ends in 1234" {
		t.Errorf("the last four digits alone are no secret: %q", got)
	}
}

func TestASecretCutOffAtTheEndOfAnExcerptIsRemoved(t *testing.T) {
	r := redact.New(map[string]string{"token": "tok/en with=blanks"})
	for _, text := range []string{"tok/en wi", "tok%2Fen%20w", "tok%2Fen%2", `tok\u002fen\u00`, "tok/e"} {
		if got := r.Excerpt("value: "+text, 100); got != "value: «secret token»" {
			t.Errorf("%q: got %q", text, got)
		}
	}
	if got := r.Excerpt("value: tok", 100); got != "value: tok" {
		t.Errorf("three letters are not enough to tell: %q", got)
	}
	if got := r.Excerpt(strings.Repeat("é", 50), 20); len(got) > 20 || !strings.HasSuffix(got, "é…") {
		t.Errorf("a cut goes through no rune: %q", got)
	}
}

func TestAShortSecretIsRemovedWhereItStandsAlone(t *testing.T) {
	r := redact.New(map[string]string{"cvc": "123"})
	for text, want := range map[string]string{"123": "«secret cvc»", `"123"`: "«secret cvc»", "a 123 b": "a 123 b"} {
		if got := r.String(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	if got := r.TooShort(); !slices.Equal(got, []string{"cvc"}) {
		t.Errorf("too short: %q", got)
	}
}

func TestASecretAddedLaterIsRemovedFromThenOn(t *testing.T) {
	r := redact.New(nil)
	if got := r.String("bearer abcdef"); got != "bearer abcdef" {
		t.Fatal(got)
	}
	r.Add("token", "abcdef")
	r.Add("token", "ghijkl")
	if got := r.String("bearer abcdef ghijkl"); got != "bearer «secret token» «secret token'»" {
		t.Error(got)
	}
	if got := r.Values(); len(got) != 2 {
		t.Errorf("values for pictures: %q", got)
	}
}

func TestASecretIsFoundInAnyCase(t *testing.T) {
	r := redact.New(map[string]string{"pass": "Tr0ub4dor&z"})
	for _, text := range []string{"TR0UB4DOR&Z", "tr0ub4dor&z", "tR0UB4DOR&amp;Z", "tr0ub4dor%26z"} {
		if got := r.String("it is " + text + "."); got != "it is «secret pass»." {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

func TestTheBeginningOfASecretThatDotsCutShortIsRemoved(t *testing.T) {
	r := redact.New(map[string]string{"token": "tok_live_0123456789"})
	for text, want := range map[string]string{
		`there is a text "tok_live_0123…" in it`:   `there is a text "«secret token»…" in it`,
		"your token tok_live_01234567... is valid": "your token «secret token»... is valid",
		"tok… is not enough to tell":               "tok… is not enough to tell",
	} {
		if got := r.String(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestWhatIsSoughtInPicturesIncludesTheEncodings(t *testing.T) {
	sought := redact.New(map[string]string{"pass": "open sesame/1", "pin": "42"}).Sought()
	for _, want := range []string{"open sesame/1", "open+sesame%2F1", "open%20sesame%2F1", "6f70656e20736573616d652f31", "42"} {
		if !slices.Contains(sought, want) {
			t.Errorf("%q is not sought: %q", want, sought)
		}
	}
	encoded := base64.StdEncoding.EncodeToString([]byte("user:open sesame/1"))
	if !slices.ContainsFunc(sought, func(s string) bool { return strings.Contains(encoded, s) }) {
		t.Errorf("nothing of %q is sought: %q", encoded, sought)
	}
}

func TestALineOfASecretOfSeveralLinesIsASecretToo(t *testing.T) {
	r := redact.New(map[string]string{"key": "-----BEGIN KEY-----\nMIIEowIBAAKCAQEA\nabc\n-----END KEY-----"})
	got := r.String("console: MIIEowIBAAKCAQEA is not valid")
	if got != "console: «secret key» is not valid" {
		t.Error(got)
	}
}

func BenchmarkRedactor(b *testing.B) {
	r := redact.New(map[string]string{"card": "4111111111111111", "pass": "correct horse", "key": "sk_live_9f8a7b6c"})
	text := strings.Repeat(`{"name":"Ada","total":11.99,"url":"https://shop.example/a%20b?x=1&amp;y=2"}`, 1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r.String(text)
	}
}
