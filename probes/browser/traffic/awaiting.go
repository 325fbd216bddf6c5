package traffic

import (
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
	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/redact"
)

// Awaiting is a step that waits for an answer. Answers count to what was asked for since the last step that did something
// began, so that it does not matter whether the answer or the step comes first. Playwright, where one begins to wait before the
// click, counts whatever comes after it; an answer to an older question would say here that the click worked.
type Awaiting struct {
	log             *Log
	pattern, method string
	since           time.Time
	// wellOnly passes over answers of 400 and more: the step says nothing about the status.
	wellOnly bool
	// at is the answer that the step's expressions see; whole that they saw all of it.
	at    *Answer
	whole bool
}

// Await begins to look for the answers of a step to a method, empty for any, at URLs of a pattern, that came since a moment.
func (l *Log) Await(method, pattern string, since time.Time, wellOnly bool) *Awaiting {
	return &Awaiting{log: l, method: method, pattern: pattern, since: since, wellOnly: wellOnly}
}

func (w *Awaiting) matches(method, url string) bool {
	return (w.method == "" || w.method == method) && address.MatchesURL(w.pattern, url)
}

// next is the first answer after the one that was looked at.
func (w *Awaiting) next() *Answer {
	answers := w.log.answers.all
	passed := w.at == nil || !slices.Contains(answers, w.at)
	for _, a := range answers {
		switch {
		case a == w.at:
			passed = true
		case passed && !a.request.Begun.Before(w.since) && w.matches(a.method, a.url) && (!w.wellOnly || a.status < 400):
			return a
		}
	}
	return nil
}

// Came reports whether there is an answer to look at.
func (w *Awaiting) Came() bool {
	w.at = w.next()
	return w.at != nil
}

// Unanswered says what came instead of the answer.
func (w *Awaiting) Unanswered(err error) *probes.Failure {
	want := strings.TrimSpace(w.method + " " + w.pattern)
	f := &probes.Failure{Reason: probes.Assertion, Err: err, Expected: "an answer to " + want, Got: "none"}
	var others []string
	early := ""
	for _, r := range w.log.history {
		if r.Kind == "Preflight" {
			continue
		}
		if r.Begun.Before(w.since) {
			if w.matches(r.Method, r.URL) && (r.answered.After(w.since) || r.answered.IsZero() && !r.Done) {
				early = r.Method + " " + redact.Cut(r.URL, 200)
			}
			continue
		}
		name := r.Method + " " + redact.Cut(r.URL, 200)
		switch matched := w.matches(r.Method, r.URL); {
		case matched && r.Err != "":
			f.Reason, f.Got = probes.Connect, r.Err
			f.Message = fmt.Sprintf("wait_for_response %s: %s failed: %s", want, name, r.Err)
			return f
		case matched && r.Status >= 400:
			f.Reason, f.Got = probes.Status, fmt.Sprintf("status %d", r.Status)
			f.Message = strings.TrimSpace(fmt.Sprintf("wait_for_response %s: %s answered %d %s", want, name, r.Status, http.StatusText(r.Status)))
			return f
		case matched && !r.Done:
			f.Reason, f.Got = probes.Timeout, "no answer yet"
			f.Message = fmt.Sprintf("wait_for_response %s: %s has had no answer for %s", want, name, time.Since(r.Begun).Round(time.Millisecond))
			return f
		case r.Kind == "Fetch" || r.Kind == "XHR" || r.Kind == "Document":
			others = append(others, name)
		}
	}
	f.Message = fmt.Sprintf("wait_for_response %s: the page asked for nothing like it", want)
	if early != "" {
		f.Message = fmt.Sprintf("wait_for_response %s: %s had been asked for before the last step that did something", want, early)
	}
	if len(others) > 0 {
		f.Got = "requests for " + strings.Join(others[:min(len(others), 5)], ", ")
		f.Message += "; it asked for " + strings.Join(others[:min(len(others), 5)], ", ")
	}
	return f
}

// Values are what the step's expressions see of the answer.
func (w *Awaiting) Values() map[string]any {
	a := *w.at // as it is now: its body may come while it is looked at
	w.whole = a.came
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

// More reports whether there is more of the answer to look at, or another one.
func (w *Awaiting) More() bool {
	if !w.whole && w.at.came {
		return true
	}
	next := w.next()
	if next != nil {
		w.at, w.whole = next, false
	}
	return next != nil
}

// About names the answer that a failed expectation looked at.
func (w *Awaiting) About() string {
	return fmt.Sprintf("in the answer to %s %s, status %d", w.at.method, redact.Cut(w.at.url, 200), w.at.status)
}
