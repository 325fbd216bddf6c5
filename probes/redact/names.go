package redact

import (
	"net/url"
	"strings"
)

// Hidden stands in place of a value that is not shown because of its name.
const Hidden = "(not shown)"

// telling are parts of names whose values are keys to something, whoever chose them.
func telling() []string {
	return []string{"auth", "cookie", "token", "secret", "session", "password", "passwd", "apikey", "credential", "signature", "csrf", "xsrf", "nonce"}
}

// telltale are whole names of this sort.
func telltale() []string {
	return []string{"key", "sig", "sid", "pwd", "pass", "pin", "otp", "cvc", "cvv", "card", "code", "jwt"}
}

// Name reports whether what bears this name (a header, a parameter of a URL) is not to be shown, although it is no
// secret that a journey knows: a session that the target gave out is as good as a password.
func Name(name string) bool {
	plain := strings.NewReplacer("-", "", "_", "", ".", "").Replace(strings.ToLower(name))
	for _, part := range telling() {
		if strings.Contains(plain, part) {
			return true
		}
	}
	for _, whole := range telltale() {
		if plain == whole {
			return true
		}
	}
	return false
}

// URL hides the values of telling parameters in a URL, and a password in it. What is no URL is given back as it is.
func URL(raw string) string {
	if !strings.ContainsAny(raw, "?@") {
		return raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	changed := false
	if _, has := u.User.Password(); has {
		u.User, changed = url.UserPassword(u.User.Username(), Hidden), true
	}
	pairs := strings.Split(u.RawQuery, "&")
	for i, p := range pairs {
		key, value, _ := strings.Cut(p, "=")
		if name, err := url.QueryUnescape(key); value != "" && (err != nil || Name(name)) {
			pairs[i], changed = key+"="+Hidden, true
		}
	}
	if !changed {
		return raw
	}
	u.RawQuery = strings.Join(pairs, "&")
	return u.String()
}
