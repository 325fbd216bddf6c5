package httpcall

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strings"

	"github.com/outrider-monitor/outrider/probes"
)

// digest answers a server's challenge (RFC 7616). It first asks without proof, as the challenge is needed for it.
type digest struct{ username, password string }

// maxChallenge bounds the body of a challenge that is read so that its connection can be used again.
const maxChallenge = 64 << 10

func (d *digest) send(x *exchange, w http.RoundTripper, req *http.Request) (*http.Response, error) {
	resp, err := x.send(w, req)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	challenge, ok := findChallenge(resp.Header.Values("WWW-Authenticate"))
	if !ok {
		return resp, nil
	}
	proof, err := d.prove(challenge, req.Method, req.URL.RequestURI(), newNonce())
	if err != nil {
		resp.Body.Close()
		return nil, err
	}
	_, _ = io.CopyN(io.Discard, resp.Body, maxChallenge)
	resp.Body.Close()
	again := req.Clone(req.Context())
	again.Header.Set("Authorization", proof)
	if req.GetBody != nil {
		if again.Body, err = req.GetBody(); err != nil {
			return nil, err
		}
	}
	return x.send(w, again)
}

func newNonce() string {
	var random [16]byte
	_, _ = rand.Read(random[:])
	return hex.EncodeToString(random[:])
}

// findChallenge gives the parameters of the best digest challenge that we can answer.
func findChallenge(headers []string) (map[string]string, bool) {
	var best map[string]string
	for _, challenge := range digestChallenges(headers) {
		params := parseParams(challenge)
		if hashOf(params["algorithm"]) == nil {
			continue
		}
		if best == nil || strings.HasPrefix(strings.ToUpper(params["algorithm"]), "SHA-256") {
			best = params
		}
	}
	return best, best != nil
}

// digestChallenges gives what follows each scheme Digest. Several challenges may stand in one line, divided by commas as their
// parameters are (RFC 9110, section 11.6.1): a scheme is known by the blank behind it.
func digestChallenges(headers []string) []string {
	const scheme = "digest "
	var found []string
	for _, header := range headers {
		begin, quoted, fresh := -1, false, true
		for i := 0; i < len(header); i++ {
			c := header[i]
			switch {
			case quoted && c == '\\':
				i++
			case c == '"':
				quoted, fresh = !quoted, false
			case quoted:
			case fresh && len(header)-i >= len(scheme) && strings.EqualFold(header[i:i+len(scheme)], scheme):
				if begin >= 0 {
					found = append(found, header[begin:i])
				}
				begin, fresh = i+len(scheme), false
			case c == ',':
				fresh = true
			case c != ' ' && c != '\t':
				fresh = false
			}
		}
		if begin >= 0 {
			found = append(found, header[begin:])
		}
	}
	return found
}

// parseParams reads auth-params (RFC 9110, section 11.2): names are lower-cased, quotes removed.
func parseParams(text string) map[string]string {
	params := map[string]string{}
	for text != "" {
		name, rest, ok := strings.Cut(text, "=")
		if !ok {
			break
		}
		name = strings.ToLower(strings.Trim(name, " \t,"))
		rest = strings.TrimLeft(rest, " \t")
		var value string
		if strings.HasPrefix(rest, `"`) {
			value, rest = unquoteParam(rest[1:])
		} else {
			value, rest, _ = strings.Cut(rest, ",")
			value = strings.TrimSpace(value)
		}
		params[name], text = value, rest
	}
	return params
}

func unquoteParam(text string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '"':
			return b.String(), text[i+1:]
		case text[i] == '\\' && i+1 < len(text):
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String(), ""
}

func hashOf(algorithm string) func() hash.Hash {
	switch strings.TrimSuffix(strings.ToUpper(algorithm), "-SESS") {
	case "", "MD5":
		return md5.New
	case "SHA-256":
		return sha256.New
	}
	return nil
}

// prove gives the Authorization that answers a challenge (RFC 7616, section 3.4).
func (d *digest) prove(challenge map[string]string, method, uri, cnonce string) (string, error) {
	newHash := hashOf(challenge["algorithm"])
	h := func(parts ...string) string {
		sum := newHash()
		_, _ = io.WriteString(sum, strings.Join(parts, ":"))
		return hex.EncodeToString(sum.Sum(nil))
	}
	realm, nonce := challenge["realm"], challenge["nonce"]
	secret := h(d.username, realm, d.password)
	if strings.HasSuffix(strings.ToUpper(challenge["algorithm"]), "-SESS") {
		secret = h(secret, nonce, cnonce)
	}
	const count = "00000001"
	qop, offered := "", challenge["qop"]
	for _, one := range strings.Split(offered, ",") {
		if strings.EqualFold(strings.TrimSpace(one), "auth") {
			qop = "auth"
		}
	}
	var response string
	switch {
	case qop != "":
		response = h(secret, nonce, count, cnonce, qop, h(method, uri))
	case offered != "":
		return "", &probes.Failure{
			Reason: probes.Status, Message: fmt.Sprintf("the server wants digest authentication with qop %q, only auth can be done", offered),
			Expected: "qop auth", Got: offered,
		}
	default:
		response = h(secret, nonce, h(method, uri))
	}
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "")
	var b strings.Builder
	fmt.Fprintf(&b, `Digest username="%s", realm="%s", nonce="%s", uri="%s", response="%s"`,
		quote.Replace(d.username), quote.Replace(realm), quote.Replace(nonce), quote.Replace(uri), response)
	if algorithm := challenge["algorithm"]; algorithm != "" {
		fmt.Fprintf(&b, ", algorithm=%s", algorithm)
	}
	if opaque, ok := challenge["opaque"]; ok {
		fmt.Fprintf(&b, `, opaque="%s"`, quote.Replace(opaque))
	}
	if qop != "" {
		fmt.Fprintf(&b, `, qop=%s, nc=%s, cnonce="%s"`, qop, count, cnonce)
	}
	return b.String(), nil
}
