package browser

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/browser/page"
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
	t.Lock()
	commits, leaves := t.Main.Commits, t.Book.Measures()
	t.Unlock()
	if leaves {
		t.AskVitals(ctx)
	}
	var res struct {
		LoaderID   cdp.LoaderID `json:"loaderId"`
		ErrorText  string       `json:"errorText"`
		IsDownload bool         `json:"isDownload"`
	}
	if err := t.Call(ctx, "Page.navigate", map[string]any{"url": raw}, &res); err != nil {
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
	t.Lock()
	r := t.Traffic.Of(loader)
	status := 0
	if r != nil {
		status = r.Status
	}
	offline := t.conditions.Offline != nil && *t.conditions.Offline
	t.Unlock()
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
	err := t.Until(ctx, func() bool {
		if t.Main.Commits <= commits || t.Navigating() {
			return false
		}
		fault = t.documentFault()
		return fault != nil || t.Ready() && t.documentComplete()
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
	r := t.Traffic.Document()
	return r == nil || r.Done || t.Main.Loaded && time.Since(t.Traffic.LastOwn) > 2*page.QuietTime
}

// documentFault says what is wrong with the page's document itself, or nil. t.mu is held.
func (t *tab) documentFault() *probes.Failure {
	r := t.Traffic.Document()
	switch {
	case r == nil && t.Main.Unreachable != "":
		return networkFailure("the browser shows its error page", t.Main.Unreachable, false)
	case r == nil:
		return nil
	case r.Status >= 400:
		return statusFailure(r.Status, r.URL)
	case r.Err != "" && !(r.Cancelled && t.Main.Unreachable == ""):
		return networkFailure(r.Err, r.URL, r.Status != 0 && t.Main.Unreachable == "")
	}
	return nil
}

// brokenPage says what is wrong with a page that the journey came to by itself, or nil: nothing that is seen or
// gone on the page of a broken server, or on the browser's own error page, is what was meant. A refusal with a
// page of its own, such as 422 for a form, is one that a journey may be about. t.mu is held.
func (t *tab) brokenPage() *probes.Failure {
	fault := t.documentFault()
	if r := t.Traffic.Document(); r != nil && 400 <= r.Status && r.Status < 500 {
		return nil
	}
	return fault
}

// onBrokenPage is the error of brokenPage.
func (t *tab) onBrokenPage() error {
	t.Lock()
	defer t.Unlock()
	if fault := t.brokenPage(); fault != nil {
		return fault
	}
	return nil
}

// onNoPage is onBrokenPage for what holds by nothing that is on the page: where a page was not found, everything is gone,
// and its URL is the wanted one all the same.
func (t *tab) onNoPage() error {
	t.Lock()
	defer t.Unlock()
	fault := t.brokenPage()
	if r := t.Traffic.Document(); r != nil && slices.Contains(absent, r.Status) {
		fault = t.documentFault()
	}
	if fault != nil {
		return fault
	}
	return nil
}

// absent are the refusals by which a server says that there is no such page, or none now.
var absent = []int{http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone, http.StatusTooManyRequests}

// slow says what a page was waiting for when the step's time was over; other errors pass.
func (t *tab) slow(ctx context.Context, raw string, err error) error {
	if ctx.Err() == nil || context.Cause(ctx) != context.DeadlineExceeded {
		return err
	}
	t.Lock()
	defer t.Unlock()
	got := "nothing after the step's time"
	if t.Main.Interactive && !t.Main.Pending {
		got = "the document, but not all of its resources"
	}
	return &probes.Failure{
		Reason: probes.Timeout, Err: err, Expected: "the page loads", Got: got,
		Message: fmt.Sprintf("%s did not load within the step's time%s", raw, t.Traffic.WaitingFor()),
	}
}

func (t *tab) reload(ctx context.Context) error {
	t.Lock()
	commits, at := t.Main.Commits, t.Main.URL
	t.Unlock()
	if err := t.Call(ctx, "Page.reload", nil, nil); err != nil {
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
	if err := t.Call(ctx, "Page.getNavigationHistory", nil, &history); err != nil {
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
	t.Lock()
	commits, inPlace := t.Main.Commits, t.Main.InPlace
	t.Unlock()
	if err := t.Call(ctx, "Page.navigateToHistoryEntry", map[string]any{"entryId": entry.ID}, nil); err != nil {
		return err
	}
	same := false
	err := t.Until(ctx, func() bool {
		same = t.Main.InPlace > inPlace && t.Main.Commits == commits
		return same || t.Main.Commits > commits
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
	err := t.Until(ctx, func() bool {
		at = t.Main.URL
		return !t.Navigating() && address.MatchesURL(want, at)
	})
	if err != nil && context.Cause(ctx) == context.DeadlineExceeded {
		return &probes.Failure{
			Reason: probes.Assertion, Err: err, Expected: want, Got: at,
			Message: fmt.Sprintf("the page's URL did not become %s: it is %s", want, at),
		}
	}
	return err
}
