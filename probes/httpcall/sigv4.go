package httpcall

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// sigV4 signs requests as AWS asks for: Signature Version 4, "Create a signed AWS API request" in the IAM user guide.
type sigV4 struct {
	region, service, accessKey, secretKey, sessionToken string
}

func (s *sigV4) send(x *exchange, w http.RoundTripper, req *http.Request) (*http.Response, error) {
	signed := req.Clone(req.Context())
	var body []byte
	if req.GetBody != nil {
		reader, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		if body, err = io.ReadAll(reader); err != nil {
			return nil, err
		}
		signed.Body = io.NopCloser(bytes.NewReader(body))
	}
	s.sign(signed, body, time.Now())
	return x.send(w, signed)
}

// sign adds the headers that prove who asks. It signs the host, the type of the content and all of Amazon's own
// headers: others may be changed on the way.
func (s *sigV4) sign(req *http.Request, body []byte, now time.Time) {
	service := cmp.Or(s.service, "execute-api")
	stamp := now.UTC().Format("20060102T150405Z")
	scope := strings.Join([]string{stamp[:8], s.region, service, "aws4_request"}, "/")
	payload := hexSHA256(body)
	req.Header.Set("X-Amz-Date", stamp)
	if s.sessionToken != "" {
		req.Header.Set("X-Amz-Security-Token", s.sessionToken)
	}
	if service == "s3" {
		req.Header.Set("X-Amz-Content-Sha256", payload)
	}
	headers, names := canonicalHeaders(req)
	canonical := strings.Join([]string{
		req.Method, canonicalPath(req.URL, service), canonicalQuery(req.URL), headers, names, payload,
	}, "\n")
	key := []byte("AWS4" + s.secretKey)
	for _, part := range [...]string{stamp[:8], s.region, service, "aws4_request"} {
		key = hmacSHA256(key, part)
	}
	toSign := strings.Join([]string{"AWS4-HMAC-SHA256", stamp, scope, hexSHA256([]byte(canonical))}, "\n")
	req.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s",
		s.accessKey, scope, names, hex.EncodeToString(hmacSHA256(key, toSign))))
}

// canonicalHeaders gives the signed headers, a line each, and their names.
func canonicalHeaders(req *http.Request) (lines, names string) {
	values := map[string]string{"host": cmp.Or(req.Host, req.URL.Host)}
	for name, list := range req.Header {
		lower := strings.ToLower(name)
		if lower != "content-type" && !strings.HasPrefix(lower, "x-amz-") {
			continue
		}
		trimmed := make([]string, len(list))
		for i, v := range list {
			trimmed[i] = strings.Join(strings.Fields(v), " ")
		}
		values[lower] = strings.Join(trimmed, ",")
	}
	sorted := make([]string, 0, len(values))
	for name := range values {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	var b strings.Builder
	for _, name := range sorted {
		b.WriteString(name + ":" + values[name] + "\n")
	}
	return b.String(), strings.Join(sorted, ";")
}

// canonicalPath encodes the path once more than it is sent, except for S3, whose keys may hold anything.
func canonicalPath(u *url.URL, service string) string {
	sent := cmp.Or(u.EscapedPath(), "/")
	if service == "s3" {
		return sent
	}
	clean := path.Clean(sent)
	if strings.HasSuffix(sent, "/") && clean != "/" {
		clean += "/"
	}
	return awsEscape(clean, true)
}

// canonicalQuery sorts the parameters by name and then by value, after encoding.
func canonicalQuery(u *url.URL) string {
	var pairs [][2]string
	for name, values := range u.Query() {
		for _, v := range values {
			pairs = append(pairs, [2]string{awsEscape(name, false), awsEscape(v, false)})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int {
		return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1]))
	})
	joined := make([]string, len(pairs))
	for i, p := range pairs {
		joined[i] = p[0] + "=" + p[1]
	}
	return strings.Join(joined, "&")
}

// awsEscape encodes all but the unreserved characters of RFC 3986.
func awsEscape(text string, path bool) string {
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.', c == '_', c == '~', path && c == '/':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func hmacSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	_, _ = io.WriteString(mac, text)
	return mac.Sum(nil)
}
