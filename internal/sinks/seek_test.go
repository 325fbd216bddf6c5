package sinks

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"strings"
	"testing"
)

// disguises are the forms in which a text may stand somewhere: what is sought is each of them.
func disguises(t *testing.T, secret string) map[string]string {
	t.Helper()
	var escaped, plain bytes.Buffer
	for _, into := range []struct {
		b    *bytes.Buffer
		html bool
	}{{&escaped, true}, {&plain, false}} {
		enc := json.NewEncoder(into.b)
		enc.SetEscapeHTML(into.html)
		if err := enc.Encode(secret); err != nil {
			t.Fatal(err)
		}
	}
	inside := func(b bytes.Buffer) string { return strings.Trim(strings.TrimSpace(b.String()), `"`) }
	all := map[string]string{
		"clear": secret, "query": url.QueryEscape(secret), "path": url.PathEscape(secret), "lower query": lower(url.QueryEscape(secret)),
		"JSON": inside(plain), "JSON for HTML": inside(escaped), "HTML": html.EscapeString(secret), "hex": hex.EncodeToString([]byte(secret)),
	}
	for n := range 3 {
		// Only what the secret alone decides: the characters that it shares with its neighbours are cut off.
		text := append(bytes.Repeat([]byte{'x'}, n), secret...)
		whole := len(text) / 3 * 3
		for name, encoding := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
			head := 0
			if n > 0 {
				head = 4
			}
			all[name+" after "+string(rune('0'+n))] = encoding.EncodeToString(text[:whole])[head:]
		}
	}
	return all
}

// lower writes percent-encodings with small letters, as some servers do.
func lower(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], bytes.ToLower(b[i+1:i+3]))
		}
	}
	return string(b)
}

// found names the disguises in which secrets stand in a text.
func found(t *testing.T, text []byte, secrets map[string]string) []string {
	t.Helper()
	var names []string
	for name, secret := range secrets {
		for form, word := range disguises(t, secret) {
			if at := bytes.Index(text, []byte(word)); at >= 0 {
				names = append(names, name+" in "+form+": ..."+string(text[max(0, at-80):min(len(text), at+len(word)+40)]))
			}
		}
	}
	return names
}
