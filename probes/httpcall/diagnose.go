package httpcall

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// Diagnose tells apart from a broken promise: a server that wants us to slow down, a guard that takes us
// for a robot, and a body that is no JSON where JSON was expected. Where both families of addresses are to work, it says
// over which one the step failed.
func (s *Session) Diagnose(_ context.Context, f *probes.Failure) *probes.Failure {
	x := s.last
	if x == nil {
		return f
	}
	better := x.diagnose(f)
	if x.action.Route.Family() == bothFamilies && x.route.family != "" {
		told := *better
		told.Message = "over IPv" + x.route.family + ": " + better.Message
		return &told
	}
	return better
}

func (x *exchange) diagnose(f *probes.Failure) *probes.Failure {
	if x.header == nil || f.Reason != probes.Status && f.Reason != probes.Assertion {
		return f
	}
	better := *f
	switch guard := x.guard(); {
	case x.status == http.StatusTooManyRequests:
		better.Reason = probes.RateLimited
		better.Message = "the server limits our rate (429 Too Many Requests)"
		if after := x.header.Get("Retry-After"); after != "" {
			better.Message += ", Retry-After: " + after
		}
	case guard != "":
		better.Reason = probes.Blocked
		better.Message = fmt.Sprintf("blocked by %s (status %d), which does not take us for a customer", guard, x.status)
	case x.status == http.StatusServiceUnavailable && x.header.Get("Retry-After") != "":
		// It is down on purpose, and says for how long.
		better.Message += fmt.Sprintf("; the server asks to be left alone (Retry-After: %s)", x.header.Get("Retry-After"))
	case x.json.err != nil && strings.Contains(f.Message, x.json.err.Error()):
		better.Got = "no JSON but: " + cmp.Or(x.excerpt(80), "an empty body")
	default:
		return f
	}
	return &better
}

// retryAfter is how long the server asks to be left alone (RFC 9110, section 10.2.3); 0 if it does not.
func (x *exchange) retryAfter() time.Duration {
	if x.status != http.StatusTooManyRequests && x.status != http.StatusServiceUnavailable {
		return 0
	}
	text := strings.TrimSpace(x.header.Get("Retry-After"))
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(seconds, 0), maxRetryAfter)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(time.Until(at), 0), maxRetryAfter*time.Second)
	}
	return 0
}

// maxRetryAfter is beyond every step's time, in seconds.
const maxRetryAfter = 24 * 60 * 60

// mark is how a guard in front of a site shows itself: a header, or words in a refusal's body.
type mark struct {
	guard, header, value, words string
}

// marks are known from the vendors' documentation and from their pages.
var marks = [...]mark{
	{guard: "a Cloudflare challenge", header: "Cf-Mitigated", value: "challenge"},
	{guard: "Cloudflare", words: "Attention Required! | Cloudflare"},
	{guard: "a Cloudflare challenge", words: "/cdn-cgi/challenge-platform/"},
	{guard: "AWS WAF", header: "X-Amzn-Waf-Action"},
	{guard: "DataDome", header: "X-Datadome"},
	{guard: "Akamai", words: "errors.edgesuite.net"},
	{guard: "Akamai", header: "Server", value: "AkamaiGHost"},
	{guard: "Imperva", words: "_Incapsula_Resource"},
	{guard: "Imperva", words: "Incapsula incident ID"},
	{guard: "HUMAN", words: "px-captcha"},
	{guard: "Sucuri", words: "Sucuri WebSite Firewall"},
	{guard: "a captcha", words: "g-recaptcha"},
	{guard: "a captcha", words: "h-captcha"},
	{guard: "a captcha", words: "cf-turnstile"},
}

// guard names the guard that refused the request, or gives "". Only refusals count: a login form with a
// captcha in a page that was served is the target's own business. AWS WAF challenges with 202 and 405.
func (x *exchange) guard() string {
	switch x.status {
	case http.StatusForbidden, http.StatusServiceUnavailable, http.StatusUnauthorized,
		http.StatusMethodNotAllowed, http.StatusAccepted:
	default:
		return ""
	}
	refused := x.status == http.StatusForbidden || x.status == http.StatusServiceUnavailable
	for _, m := range marks {
		switch got := x.header.Get(m.header); {
		case m.header != "" && m.value == "" && got != "",
			m.header != "" && m.value != "" && strings.EqualFold(got, m.value) && (refused || m.header != "Server"),
			m.words != "" && refused && bytes.Contains(x.body, []byte(m.words)):
			return m.guard
		}
	}
	return ""
}
