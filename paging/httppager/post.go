package httppager

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes/redact"
)

// An answer's body is read only so far and so long: what counts is the status.
const (
	excerpt     = 2 << 10
	excerptTime = time.Second
)

// newClient makes the HTTP client of one pager. It takes no proxy from the environment and follows no redirect:
// a page goes where the configuration says, or nowhere.
func newClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    10 * time.Second,
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// jsonType is what is sent unless a header says otherwise.
const jsonType = "application/json"

// post sends a body and judges the answer's status alone: 2xx is accepted. header may be nil. said is the beginning of the
// answer, on one line; it is not in the error, for it may quote what is secret, such as the URL.
func post(ctx context.Context, client *http.Client, target string, body []byte, header http.Header) (said string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
	if err != nil {
		return "", &paging.SendError{Permanent: true, Err: errors.New("making the request: the URL is not valid")}
	}
	req.Header.Set("Content-Type", jsonType)
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", "Outrider")
	// Every page has an id by which a second copy is known, so a connection that was closed while idle may be
	// replaced without an error.
	req.Header["X-Idempotency-Key"] = nil
	resp, err := client.Do(req)
	if err != nil {
		return "", &paging.SendError{Err: withoutURL(err)}
	}
	defer resp.Body.Close()
	defer time.AfterFunc(excerptTime, cancel).Stop()
	start, _ := io.ReadAll(io.LimitReader(resp.Body, excerpt)) // Also so that the connection can be used again.
	said = paging.OneLine(string(start))
	if resp.StatusCode/100 == 2 {
		return said, nil
	}
	return said, refusal(resp, time.Now())
}

// quoting adds to a refusal what the other side says about it; a page of HTML says nothing. hide takes out what was sent along
// and is secret, however the other side writes it; nil: nothing was.
func quoting(err error, said string, hide *redact.Redactor) error {
	var e *paging.SendError
	said = paging.Cut(hide.Excerpt(said, excerpt), 200)
	if errors.As(err, &e) && said != "" && !strings.HasPrefix(said, "<") {
		e.Err = fmt.Errorf("%w: %s", e.Err, said)
	}
	return err
}

// refusal says what an answer other than 2xx means.
func refusal(resp *http.Response, now time.Time) *paging.SendError {
	e := &paging.SendError{Err: fmt.Errorf("the answer was %s", resp.Status)}
	switch code := resp.StatusCode; {
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests, code >= 500:
		e.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), now)
	case code/100 == 3:
		e.Permanent = true
		e.Err = fmt.Errorf("the answer was %s, and redirects are not followed", resp.Status)
	default:
		e.Permanent = true
	}
	return e
}

// retryAfter reads the header of RFC 9110, section 10.2.3: seconds or a date.
func retryAfter(value string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(value); err == nil {
		return time.Duration(min(max(0, n), 24*60*60)) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// withoutURL takes the URL out of a client's error: whoever knows a webhook's URL can post to it.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no answer in time: %w", err)
	case errors.Is(err, io.EOF):
		return fmt.Errorf("the connection was closed without an answer: %w", err)
	}
	return err
}

// checkURL refuses what is not an absolute http(s) URL, without quoting it.
func checkURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("want an absolute http or https URL")
	}
	return nil
}
