package httpcall_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mccutchen/go-httpbin/v2/httpbin"

	"github.com/outrider-monitor/outrider/probes"
)

// bin is a server that nobody here wrote.
func bin(t *testing.T) string {
	t.Helper()
	srv := httptest.NewServer(httpbin.New())
	t.Cleanup(srv.Close)
	return srv.URL
}

func at(steps, url string) string { return strings.ReplaceAll(steps, "BIN", url) }

func TestAnotherServerUnderstandsEveryKindOfRequest(t *testing.T) {
	passes(t, at(`
  - get: BIN/get?a=1
    query: {b: "x y", tag: [one, two]}
    headers: {X-Many: [a, b]}
    expect:
      - json.args.a == ["1"] and json.args.b == ["x y"] and json.args.tag == ["one", "two"]
      - json.headers["X-Many"] == ["a", "b"] or json.headers["X-Many"] == ["a,b"]
      - json.headers["User-Agent"] == ["Outrider/1.0"]
  - head: BIN/get
    expect: status == 200 and size == 0
  - options: BIN/get
    expect: status == 200
  - post: BIN/post
    json: {name: "Ada & <Byron>", n: 1.50}
    expect: json.json.name == "Ada & <Byron>" and json.data contains "1.50" and json.headers["Content-Type"] == ["application/json"]
  - put: BIN/put
    form: {a: "1&2", b: [x, y]}
    expect: json.form.a == ["1&2"] and json.form.b == ["x", "y"]
  - patch: BIN/patch
    headers: {Content-Type: text/plain}
    body: plain
    expect: json.data == "plain"
  - delete: BIN/delete
    expect: status == 200
  - post: BIN/post
    multipart:
      title: A pizza
      photo: {file: pizza.txt, filename: "p\"1.txt", content_type: text/plain}
      meta: {text: "{}", content_type: application/json, filename: meta.json}
    expect:
      - json.form.title == ["A pizza"]
      - json.files.photo == ["hot and round"] and json.files.meta == ["{}"]
  - post: BIN/post
    file: pizza.txt
    expect: json.data == "hot and round" and json.headers["Content-Type"][0] startsWith "text/plain"
  - get: BIN/cookies
    cookies: {basket: b42}
    expect: json.cookies.basket == "b42"
  - name: The cookie has stayed
    get: BIN/cookies
    expect: json.cookies.basket == "b42"
`, bin(t)), map[string]string{"pizza.txt": "hot and round"})
}

func TestAnotherServerAcceptsOurCredentials(t *testing.T) {
	url := bin(t)
	passes(t, at(`
  - get: BIN/basic-auth/ada/hunter2-secret
    auth: {basic: {username: ada, password: "${{ secrets.password }}"}}
  - get: BIN/digest-auth/auth/ada/hunter2-secret
    auth: {digest: {username: ada, password: "${{ secrets.password }}"}}
    expect: json.authorized and redirects[0].status == 401
  - get: BIN/digest-auth/auth/ada/hunter2-secret/SHA-256
    auth: {digest: {username: ada, password: "${{ secrets.password }}"}}
    expect: json.authorized
  - get: BIN/bearer
    auth: {bearer: "${{ secrets.password }}"}
    expect: json.authenticated
`, url), nil)
	fails(t, probes.Status, at(`
  - get: BIN/digest-auth/auth/ada/another
    auth: {digest: {username: ada, password: "${{ secrets.password }}"}}
`, url), "401")
	fails(t, probes.Config, at(`
  - get: BIN/bearer
    auth: {bearer: "a\r\nX-Injected: 1"}
`, url), "Authorization", "control character")
}

func TestAnotherServersAnswersAreRead(t *testing.T) {
	url := bin(t)
	res := passes(t, at(`
  - get: BIN/gzip
    expect: json.gzipped and headers["content-encoding"] == "gzip"
  - get: BIN/deflate
    compression: deflate
    expect: json.deflated
  - get: BIN/get
    compression: none
    expect: json.headers["Accept-Encoding"] == ["identity"]
  - get: BIN/absolute-redirect/2
    expect: len(redirects) == 2 and redirects[0].status == 302 and url endsWith "/get"
  - get: BIN/redirect/1
    redirects: 0
    expect: status == 302
  - get: BIN/bytes/1000?seed=1
    expect: size == 1000 and len(sha256(body)) == 64
  - get: BIN/stream/3
    expect: body matches "(?m)^.*$"
  - get: BIN/html
    expect: body contains "Moby-Dick"
  - get: BIN/encoding/utf8
  - get: BIN/cookies/set?session=s1
    expect: cookies.session == "s1"
  - get: BIN/status/418
    expect: status == 418
  - get: BIN/trailers?Checksum=abc
    expect: status == 200
  - get: BIN/unstable?failure_rate=0
`, url), nil)
	steps := res.Last().Steps
	if gzip := steps[0].HTTP; gzip.WireBytes == 0 || gzip.WireBytes >= gzip.BodyBytes {
		t.Errorf("%d bytes came, %d were read", gzip.WireBytes, gzip.BodyBytes)
	}
	if hops := steps[3].HTTP.Hops; len(hops) != 2 || hops[0].Status != 302 || hops[0].Processing <= 0 || hops[0].RemoteAddr == "" {
		t.Errorf("%+v", hops)
	}
	fails(t, probes.Timeout, at("  - get: BIN/delay/10\n    timeout: 50ms\n", url), "for the first byte of the answer")
	fails(t, probes.Timeout, at("  - get: BIN/drip?duration=10s&numbytes=10&delay=0s\n    timeout: 300ms\n", url), "for the rest of the body")
	fails(t, probes.Navigation, at("  - get: BIN/redirect/5\n    redirects: 2\n", url), "more than 2 times")
	fails(t, probes.Assertion, at("  - get: BIN/range/5000\n    max_body: 1KB\n", url), "larger than the 1000 bytes")
}

func TestBodiesAreSearched(t *testing.T) {
	url := bin(t)
	schema := `{"type": "object", "required": ["slideshow"], "properties": {"slideshow": {"properties": {"author": {"type": "string"}}}}}`
	passes(t, at(`
  - get: BIN/html
    expect:
      - css("h1") contains "Moby-Dick" and xpath("count(//h1)") == 1 and len(css_all("p")) > 0
  - get: BIN/xml
    expect: xpath("//slideshow/@author") == "Yours Truly" and len(xpath_all("//slide")) == 2
  - get: BIN/json
    expect:
      - jsonpath("$.slideshow.slides[1].title") == "Overview" and len(jsonpath_all("$..title")) == 3
      - matches_schema(json, "slides.json")
      - len(jsonpath_all("$..error")) == 0
`, url), map[string]string{"slides.json": schema})
	fails(t, probes.Assertion, at("  - get: BIN/html\n    expect: css(\".price\") == \"12\"\n", url), `css(".price") is missing`)
	fails(t, probes.Assertion, at("  - get: BIN/xml\n    expect: xpath(\"//slide\") == \"x\"\n", url), "has 2 matches", "xpath_all")
	fails(t, probes.Assertion, at("  - get: BIN/html\n    expect: jsonpath(\"$.a\") == 1\n", url), "not JSON")
	fails(t, probes.Config, at("  - get: BIN/json\n    expect: matches_schema(json, \"missing.json\")\n", url), "missing.json")
	steps := at("  - get: BIN/json\n    expect: matches_schema(json, \"other.json\")\n", url)
	res := run(t, steps, map[string]string{"other.json": `{"properties": {"slideshow": {"required": ["price"]}}}`})
	if res.Failure == nil || !strings.Contains(res.Failure.Got, "json/slideshow: missing property 'price'") {
		t.Error(told(res))
	}
}
