package httpcall

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// defaultRedirects is how many redirects are followed unless the step says otherwise.
const defaultRedirects = 10

// checkRedirect decides whether the next hop is taken, and with which headers.
func (s *Session) checkRedirect(req *http.Request, via []*http.Request) error {
	x := s.current
	limit := x.action.Redirects
	if limit == 0 {
		return http.ErrUseLastResponse
	}
	if limit < 0 {
		limit = defaultRedirects
	}
	if len(via) > limit {
		return &probes.Failure{
			Reason:   probes.Navigation,
			Message:  fmt.Sprintf("redirected more than %d times, at last to %s", limit, req.URL.Redacted()),
			Expected: fmt.Sprintf("at most %d redirects", limit), Got: fmt.Sprintf("redirect %d", len(via)),
		}
	}
	if previous := via[len(via)-1].URL; previous.Scheme == "https" && req.URL.Scheme != "https" && !x.action.AllowHTTP {
		return &probes.Failure{
			Reason:   probes.Navigation,
			Message:  fmt.Sprintf("redirected from https to %s, where everybody could read along", req.URL.Redacted()),
			Expected: "https", Got: req.URL.Scheme,
		}
	}
	if err := impossible(req.URL); err != nil {
		return err
	}
	req.URL.RawQuery = escapeQuery(req.URL.RawQuery)
	if strayed(req, via) {
		x.strayed = true
		x.forget(req.Header)
	}
	x.redirects = len(via)
	return nil
}

// impossible refuses a redirect that no client could follow: net/http would tell it as a connection that failed.
func impossible(to *url.URL) error {
	what := ""
	switch port, err := strconv.ParseUint(to.Port(), 10, 16); {
	case to.Hostname() == "":
		what = "which has no host"
	case to.Port() != "" && (err != nil || port == 0):
		what = "whose port cannot be"
	default:
		return nil
	}
	return &probes.Failure{
		Reason: probes.Navigation, Message: fmt.Sprintf("redirected to nowhere: to %s, %s", to.Redacted(), what),
		Expected: "a URL with a host and a port from 1 to 65535", Got: to.Redacted(),
	}
}

// strayed reports whether any hop so far leads away from the step's own host, or off TLS. Once away, a request does not
// get its headers back: who sends it there again could have read them.
func strayed(req *http.Request, via []*http.Request) bool {
	origin := via[0].URL
	away := func(u *url.URL) bool { return u.Host != origin.Host || origin.Scheme == "https" && u.Scheme != "https" }
	if away(req.URL) {
		return true
	}
	for _, hop := range via[1:] {
		if away(hop.URL) {
			return true
		}
	}
	return false
}

// forget removes what was meant for the step's own host only: all headers of the step except those that
// every host may see.
func (x *exchange) forget(header http.Header) {
	header.Del("Authorization")
	header.Del(runHeader)
	for i := range x.action.Headers {
		switch name := http.CanonicalHeaderKey(x.action.Headers[i].Name); name {
		case "Accept", "Accept-Language", "Accept-Encoding", "Cache-Control", "Content-Type", "User-Agent":
		default:
			header.Del(name)
		}
	}
}

// nowhere refuses a redirect without a Location, which net/http takes for an answer and a customer for the end
// of the way. A step that expects something of the status knows what it does.
func (x *exchange) nowhere() error {
	switch x.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect,
		http.StatusPermanentRedirect:
	default:
		return nil
	}
	if x.action.Redirects == 0 {
		return nil
	}
	for i := range x.step.Expect {
		if x.step.Expect[i].Uses("status") {
			return nil
		}
	}
	return &probes.Failure{
		Reason:   probes.Navigation,
		Message:  fmt.Sprintf("redirected to nowhere: the answer %d has no Location", x.status),
		Expected: "a Location", Got: fmt.Sprintf("status %d without one", x.status),
	}
}

// redirectFailure explains the redirects that net/http itself refuses.
func redirectFailure(err error) *probes.Failure {
	text := dial.Innermost(err).Error()
	if !strings.Contains(text, "Location header") && !strings.Contains(text, "unsupported protocol scheme") {
		return nil
	}
	return &probes.Failure{Reason: probes.Navigation, Message: "redirected to nowhere: " + text, Err: err}
}
