package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// awaiting is a step that waits for an answer. Answers that have come since the last step that did something count,
// so that it does not matter whether the answer or the step comes first.
type awaiting struct {
	pattern, method string
	since           time.Time
	// wellOnly passes over answers of 400 and more: the step says nothing about the status.
	wellOnly bool
	// at is the answer that the step's expressions see; whole that they saw all of it.
	at    *answer
	whole bool
}

// waitForResponse waits for the first answer that matches.
func (s *session) waitForResponse(ctx context.Context, scope *journeys.Scope, st *journeys.Step, a *journeys.WaitForResponse) error {
	pattern, err := a.URL.Text(ctx, scope)
	if err != nil {
		return err
	}
	l := &awaiting{pattern: pattern, method: a.Method, since: s.since}
	l.wellOnly = !slices.ContainsFunc(st.Expect, func(e journeys.Expr) bool { return e.Uses("status") })
	t := s.tab
	err = t.until(ctx, func() bool {
		l.at = t.nextAnswer(l)
		return l.at != nil
	})
	if err != nil && context.Cause(ctx) == context.DeadlineExceeded {
		return t.unanswered(l, err)
	}
	s.awaiting = l
	return err
}

func (l *awaiting) matches(method, url string) bool {
	return (l.method == "" || l.method == method) && matchesURL(l.pattern, url)
}

// nextAnswer is the first answer after the one that was looked at. t.mu is held.
func (t *tab) nextAnswer(l *awaiting) *answer {
	passed := l.at == nil || !slices.Contains(t.answers.all, l.at)
	for _, a := range t.answers.all {
		switch {
		case a == l.at:
			passed = true
		case passed && !a.at.Before(l.since) && l.matches(a.method, a.url) && (!l.wellOnly || a.status < 400):
			return a
		}
	}
	return nil
}

// unanswered says what came instead of the answer.
func (t *tab) unanswered(l *awaiting, err error) *probes.Failure {
	t.mu.Lock()
	defer t.mu.Unlock()
	want := strings.TrimSpace(l.method + " " + l.pattern)
	f := &probes.Failure{Reason: probes.Assertion, Err: err, Expected: "an answer to " + want, Got: "none"}
	var others []string
	for _, r := range t.history {
		if r.begun.Before(l.since) && (r.done || !l.matches(r.method, r.url)) || r.kind == "Preflight" {
			continue
		}
		name := r.method + " " + clip(r.url, 200)
		switch matched := l.matches(r.method, r.url); {
		case matched && r.err != "":
			f.Reason, f.Got = probes.Connect, r.err
			f.Message = fmt.Sprintf("wait_for_response %s: %s failed: %s", want, name, r.err)
			return f
		case matched && r.status >= 400:
			f.Reason, f.Got = probes.Status, fmt.Sprintf("status %d", r.status)
			f.Message = strings.TrimSpace(fmt.Sprintf("wait_for_response %s: %s answered %d %s", want, name, r.status, http.StatusText(r.status)))
			return f
		case matched && !r.done:
			f.Reason, f.Got = probes.Timeout, "no answer yet"
			f.Message = fmt.Sprintf("wait_for_response %s: %s has had no answer for %s", want, name, time.Since(r.begun).Round(time.Millisecond))
			return f
		case r.kind == "Fetch" || r.kind == "XHR" || r.kind == "Document":
			others = append(others, name)
		}
	}
	f.Message = fmt.Sprintf("wait_for_response %s: the page asked for nothing like it", want)
	if len(others) > 0 {
		f.Got = "requests for " + strings.Join(others[:min(len(others), 5)], ", ")
		f.Message += "; it asked for " + strings.Join(others[:min(len(others), 5)], ", ")
	}
	return f
}

// values are what the step's expressions see of the answer. The tab's mu is held.
func (l *awaiting) values() map[string]any {
	a := *l.at // as it is now: its body may come while it is looked at
	l.whole = a.came
	body := func() (string, error) {
		switch {
		case !a.came:
			return "", &journeys.MissingError{What: "body", Why: "it is still coming"}
		case a.err != "":
			return "", &journeys.MissingError{What: "body", Why: a.err}
		}
		return a.body, nil
	}
	return map[string]any{
		"status": a.status, "headers": a.headers, "url": a.url,
		"body": func() (any, error) { return body() },
		"size": func() (any, error) { text, err := body(); return len(text), err },
		"json": func() (any, error) {
			text, err := body()
			if err != nil {
				return nil, err
			}
			return readJSON(text)
		},
	}
}

// readJSON reads one JSON value; numbers keep their digits.
func readJSON(text string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	err := decoder.Decode(&v)
	if err == nil {
		if _, end := decoder.Token(); !errors.Is(end, io.EOF) {
			err = errors.New("there is more after the JSON value")
		}
	}
	if strings.TrimSpace(text) == "" {
		err = errors.New("it is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("the body is not JSON: %w", err)
	}
	return v, nil
}

// heardMore waits until there is more of the answer to look at, or another one.
func (t *tab) heardMore(ctx context.Context, l *awaiting) error {
	return t.until(ctx, func() bool {
		if !l.whole && l.at.came {
			return true
		}
		next := t.nextAnswer(l)
		if next != nil {
			l.at, l.whole = next, false
		}
		return next != nil
	})
}

// about names the answer that a failed expectation looked at.
func (l *awaiting) about() string {
	return fmt.Sprintf("in the answer to %s %s, status %d", l.at.method, clip(l.at.url, 200), l.at.status)
}
