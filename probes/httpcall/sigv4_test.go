package httpcall

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// The signatures are those of AWS's published test suite for Signature Version 4 (aws-sig-v4-test-suite). Left out are
// its paths that are sent without being encoded: ours never are.
func TestSignaturesAreThoseThatAWSPublishes(t *testing.T) {
	now := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		method, path, contentType, body string
		want                            string
	}{
		"get-vanilla":                      {method: "GET", path: "/", want: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		"get-vanilla-query-order-key-case": {method: "GET", path: "/?Param2=value2&Param1=value1", want: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
		"get-unreserved": {method: "GET", path: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
			want: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
		"get-relative":  {method: "GET", path: "/example/..", want: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		"post-vanilla":  {method: "POST", path: "/", want: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		"post-x-www":    {method: "POST", path: "/", contentType: "application/x-www-form-urlencoded", body: "Param1=value1", want: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
		"get-slashes":   {method: "GET", path: "//example//", want: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
		"get-query-utf": {method: "GET", path: "/?\u1234=bar", want: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
	} {
		u, err := url.Parse("https://example.amazonaws.com" + c.path)
		if err != nil {
			t.Fatal(err)
		}
		req := &http.Request{Method: c.method, URL: u, Host: u.Host, Header: http.Header{}}
		if c.contentType != "" {
			req.Header.Set("Content-Type", c.contentType)
		}
		s := &sigV4{region: "us-east-1", service: "service", accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
		s.sign(req, []byte(c.body), now)
		if got := req.Header.Get("Authorization"); !strings.HasSuffix(got, "Signature="+c.want) {
			t.Errorf("%s: got %s, want the signature %s", name, got, c.want)
		}
	}
}

// The example of RFC 7616, section 3.9.1.
func TestADigestIsThatOfTheStandard(t *testing.T) {
	for algorithm, want := range map[string]string{
		"MD5": "8ca523f5e9506fed4657c9700eebdbec", "SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
	} {
		challenge := parseParams(`realm="http-auth@example.org", qop="auth, auth-int", algorithm=` + algorithm +
			`, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`)
		d := &digest{username: "Mufasa", password: "Circle of Life"}
		got, err := d.prove(challenge, "GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
		if err != nil || !strings.Contains(got, `response="`+want+`"`) {
			t.Errorf("%s: %v\ngot  %s\nwant %s", algorithm, err, got, want)
		}
	}
}
