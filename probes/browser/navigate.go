package browser

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/address"
)

// goTo loads a URL and waits as a person would: for the load event, or, when only other sites' resources keep
// that waiting, for the document and nothing of its own site loading for half a second.
func (t *tab) goTo(ctx context.Context, raw string) error {
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return &probes.Failure{
			Reason: probes.Config, Message: fmt.Sprintf("%q is no page that can be opened", raw),
			Expected: "an http or https URL", Got: raw,
		}
	}
	if u.User != nil {
		return &probes.Failure{
			Reason: probes.Config, Message: "credentials do not stand in a URL, where logs and pages show them: give them as browser.auth",
			Expected: "a URL without credentials", Got: u.Redacted(),
		}
	}
	if err := t.knowHost(ctx, raw); err != nil {
		return err
	}
	t.mu.Lock()
	commits, leaves := t.main.commits, t.book.Measures()
	t.mu.Unlock()
	if leaves {
		t.askVitals(ctx)
	}
	var res struct {
		LoaderID   cdp.LoaderID `json:"loaderId"`
		ErrorText  string       `json:"errorText"`
		IsDownload bool         `json:"isDownload"`
	}
	if err := t.call(ctx, "Page.navigate", map[string]any{"url": raw}, &res); err != nil {
		return t.slow(ctx, raw, err)
	}
	switch {
	case res.IsDownload:
		return &probes.Failure{Reason: probes.Navigation, Message: raw + " is a download, not a page", Expected: "a page", Got: "a download"}
	case res.ErrorText != "" && !strings.Contains(res.ErrorText, "ERR_HTTP_RESPONSE_CODE_FAILURE"):
		return t.refused(res.LoaderID, res.ErrorText, raw)
	case res.LoaderID == "":
		return nil // a place within the same document
	}
	return t.arrive(ctx, raw, commits)
}

// refused explains a navigation that came to nothing.
func (t *tab) refused(loader cdp.LoaderID, code, raw string) error {
	t.mu.Lock()
	r := t.traffic.Of(loader)
	status := 0
	if r != nil {
		status = r.Status
	}
	offline := t.conditions.Offline != nil && *t.conditions.Offline
	t.mu.Unlock()
	switch {
	case code == "net::ERR_ABORTED" && (status == 204 || status == 205):
		return &probes.Failure{
			Reason: probes.Status, Message: fmt.Sprintf("%s answered %d: there is no page", raw, status),
			Expected: "a page", Got: fmt.Sprintf("status %d", status),
		}
	case status >= 400:
		return statusFailure(status, raw)
	}
	f := networkFailure(code, raw, false)
	if offline {
		f.Message += ": the journey has made the browser offline"
	}
	return f
}

// arrive waits until the document after the given number of documents has loaded, and judges it.
func (t *tab) arrive(ctx context.Context, raw string, commits int) error {
	var fault *probes.Failure
	err := t.until(ctx, func() bool {
		if t.main.commits <= commits || t.navigating() {
			return false
		}
		fault = t.documentFault()
		return fault != nil || t.ready() && t.documentComplete()
	})
	if err != nil {
		return t.slow(ctx, raw, err)
	}
	if fault != nil {
		return fault
	}
	return nil
}

// documentComplete reports whether the whole document has come. The load event fires for half a document too,
// so the network has to say so; where it says nothing, the event is believed after a while. t.mu is held.
func (t *tab) documentComplete() bool {
	r := t.traffic.Document()
	return r == nil || r.Done || t.main.loaded && time.Since(t.traffic.LastOwn) > 2*quietTime
}

// documentFault says what is wrong with the page's document itself, or nil. t.mu is held.
func (t *tab) documentFault() *probes.Failure {
	r := t.traffic.Document()
	switch {
	case r == nil && t.main.unreachable != "":
		return networkFailure("the browser shows its error page", t.main.unreachable, false)
	case r == nil:
		return nil
	case r.Status >= 400:
		return statusFailure(r.Status, r.URL)
	case r.Err != "" && !(r.Cancelled && t.main.unreachable == ""):
		return networkFailure(r.Err, r.URL, r.Status != 0 && t.main.unreachable == "")
	}
	return nil
}

// brokenPage says what is wrong with a page that the journey came to by itself, or nil: nothing that is seen or
// gone on the page of a broken server, or on the browser's own error page, is what was meant. A refusal with a
// page of its own, such as 422 for a form, is one that a journey may be about. t.mu is held.
func (t *tab) brokenPage() *probes.Failure {
	fault := t.documentFault()
	if r := t.traffic.Document(); r != nil && 400 <= r.Status && r.Status < 500 {
		return nil
	}
	return fault
}

// onBrokenPage is the error of brokenPage.
func (t *tab) onBrokenPage() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if fault := t.brokenPage(); fault != nil {
		return fault
	}
	return nil
}

// slow says what a page was waiting for when the step's time was over; other errors pass.
func (t *tab) slow(ctx context.Context, raw string, err error) error {
	if ctx.Err() == nil || context.Cause(ctx) != context.DeadlineExceeded {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	got := "nothing after the step's time"
	if t.main.interactive && !t.main.pending {
		got = "the document, but not all of its resources"
	}
	return &probes.Failure{
		Reason: probes.Timeout, Err: err, Expected: "the page loads", Got: got,
		Message: fmt.Sprintf("%s did not load within the step's time%s", raw, t.traffic.WaitingFor()),
	}
}

func (t *tab) reload(ctx context.Context) error {
	t.mu.Lock()
	commits, at := t.main.commits, t.main.url
	t.mu.Unlock()
	if err := t.call(ctx, "Page.reload", nil, nil); err != nil {
		return t.slow(ctx, at, err)
	}
	return t.arrive(ctx, at, commits)
}

// along goes a step along the history: -1 is back, 1 is forward.
func (t *tab) along(ctx context.Context, step int) error {
	var history struct {
		Index   int `json:"currentIndex"`
		Entries []struct {
			ID  int64  `json:"id"`
			URL string `json:"url"`
		} `json:"entries"`
	}
	if err := t.call(ctx, "Page.getNavigationHistory", nil, &history); err != nil {
		return err
	}
	to := history.Index + step
	switch {
	case step < 0 && (to < 0 || history.Entries[to].URL == "about:blank"):
		return &probes.Failure{Reason: probes.Navigation, Message: "there is no page to go back to", Expected: "an earlier page", Got: "none"}
	case to >= len(history.Entries):
		return &probes.Failure{Reason: probes.Navigation, Message: "there is no page to go forward to", Expected: "a later page", Got: "none"}
	}
	entry := history.Entries[to]
	t.mu.Lock()
	commits, inPlace := t.main.commits, t.main.inPlace
	t.mu.Unlock()
	if err := t.call(ctx, "Page.navigateToHistoryEntry", map[string]any{"entryId": entry.ID}, nil); err != nil {
		return err
	}
	same := false
	err := t.until(ctx, func() bool {
		same = t.main.inPlace > inPlace && t.main.commits == commits
		return same || t.main.commits > commits
	})
	if err != nil {
		return t.slow(ctx, entry.URL, err)
	}
	if same {
		return nil
	}
	return t.arrive(ctx, entry.URL, commits)
}

// waitForURL waits until the page's URL is the wanted one; * stands for anything.
func (t *tab) waitForURL(ctx context.Context, want string) error {
	at := ""
	err := t.until(ctx, func() bool {
		at = t.main.url
		return !t.navigating() && address.MatchesURL(want, at)
	})
	if err != nil && context.Cause(ctx) == context.DeadlineExceeded {
		return &probes.Failure{
			Reason: probes.Assertion, Err: err, Expected: want, Got: at,
			Message: fmt.Sprintf("the page's URL did not become %s: it is %s", want, at),
		}
	}
	return err
}
