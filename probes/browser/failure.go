package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/chromedp/cdproto"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

// failure makes of an error of an action what the runner reports. ctx is the action's.
func (s *session) failure(ctx context.Context, err error) error {
	var f *probes.Failure
	var missing *journeys.MissingError
	var refused *cdproto.Error
	cause := context.Cause(ctx)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, wire.ErrLost):
		return page.Gone(s.tab.Lease.Err())
	case errors.As(cause, &f):
		return f
	case errors.As(err, &f), errors.As(err, &missing):
		return err
	case errors.Is(cause, context.Canceled):
		return &probes.Failure{Reason: probes.Cancelled, Message: "the run was stopped in the middle of the step", Err: err}
	case ctx.Err() != nil:
		return s.tab.stalled(err)
	case errors.As(err, &refused):
		return &probes.Failure{Reason: probes.BrowserFault, Message: fmt.Sprintf("the browser refused a command: %v", err), Err: err}
	}
	return err
}

// stalled says what the page was doing when the time was over.
func (t *tab) stalled(err error) *probes.Failure {
	t.Lock()
	defer t.Unlock()
	f := &probes.Failure{Reason: probes.Timeout, Expected: "the page answers", Err: err}
	switch {
	case t.Main.Pending:
		f.Message = fmt.Sprintf("the page was still loading %s", t.Main.PendingURL)
	case !t.Main.Interactive || !t.Main.Loaded && !t.Traffic.Quiet(page.QuietTime):
		f.Message = fmt.Sprintf("the page was still loading%s", t.Traffic.WaitingFor())
	default:
		f.Message = "the page did not answer: its scripts are busy"
	}
	f.Got = f.Message
	return f
}

// networkFailure makes a failure of one of the browser's network errors. begun reports that a response had
// begun: what breaks off then is the page, not the connecting to it.
func networkFailure(code, url string, begun bool) *probes.Failure {
	f := &probes.Failure{Reason: probes.Navigation, Expected: "the page loads", Got: code}
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(code, p) {
				return true
			}
		}
		return false
	}
	switch {
	case begun:
		f.Message = fmt.Sprintf("%s broke off in the middle: %s", url, code)
		return f
	case has("ERR_NAME_", "ERR_DNS_", "ERR_ICANN"):
		f.Reason = probes.DNS
	case has("ERR_CERT_", "ERR_SSL_", "ERR_BAD_SSL"):
		f.Reason = probes.TLS
	case has("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED", "ERR_NETWORK_ACCESS_DENIED"):
		f.Reason = probes.Connect
	case has("TIMED_OUT"):
		f.Reason = probes.Connect
	case has("ERR_CONNECTION_", "ERR_EMPTY_RESPONSE", "ERR_ADDRESS_", "ERR_SOCKET_NOT_CONNECTED", "ERR_PROXY_", "ERR_TUNNEL_"):
		f.Reason = probes.Connect
	case has("ERR_BLOCKED_BY_CLIENT"):
		f.Message = fmt.Sprintf("%s is blocked by the journey's own block patterns", url)
		f.Reason = probes.Config
		return f
	}
	f.Message = fmt.Sprintf("%s could not be loaded: %s", url, code)
	return f
}

// statusFailure says that a page answered with a status that is none a customer should meet.
func statusFailure(status int, url string) *probes.Failure {
	f := &probes.Failure{
		Reason: probes.Status, Expected: "status below 400", Got: fmt.Sprintf("status %d", status),
		Message: strings.TrimSpace(fmt.Sprintf("%s answered %d %s", url, status, http.StatusText(status))),
	}
	if status == http.StatusTooManyRequests {
		f.Reason = probes.RateLimited
	}
	return f
}
