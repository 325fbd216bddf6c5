// Package console keeps what a page says: the lines of its console, the exceptions that it did not catch, and the dialogs
// that it opened.
//
// It judges nothing and knows of no page. Its one rule: it is bounded, and what was left out is said.
package console

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/redact"
)

const (
	maxConsole = 200
	maxLine    = 2000
	// mostHeard bounds what is read: a page that talks without end must not keep those waiting who share its browser.
	mostHeard = 2000
)

// Exception is an uncaught exception of the page: its first line, where it was thrown, and the URL of the script, by
// which it is seen whose it is.
type Exception struct {
	Text, Source, URL string
	At                time.Time
}

// Place is the exception with where it was thrown, as far as that is known.
func (x Exception) Place() string {
	if x.Source == "" {
		return redact.Cut(x.Text, 500)
	}
	return fmt.Sprintf("%s at %s", redact.Cut(x.Text, 500), x.Source)
}

// Dialog is an alert, a confirm or a prompt that the page opened.
type Dialog struct {
	Kind, Message string
	At            time.Time
}

// Log is what one page has said. It is not safe for use by several goroutines: its page guards it. The zero value is
// empty, and its lines have no offsets: see [NewLog].
type Log struct {
	began   time.Time
	lines   []probes.ConsoleLine
	dropped int
	heard   int
	thrown  []Exception
	dialogs []Dialog
}

// NewLog makes the log of a page of an attempt that began at a moment.
func NewLog(began time.Time) *Log { return &Log{began: began} }

type (
	consoleEvent struct {
		Type string `json:"type"`
		Args []struct {
			Type        string       `json:"type"`
			Value       jsonv2.Value `json:"value"`
			Description string       `json:"description"`
		} `json:"args"`
		Stack stack `json:"stackTrace"`
	}
	stack struct {
		Frames []struct {
			URL    string `json:"url"`
			Line   int    `json:"lineNumber"`
			Column int    `json:"columnNumber"`
		} `json:"callFrames"`
	}
	exceptionEvent struct {
		Details struct {
			Text      string `json:"text"`
			URL       string `json:"url"`
			Line      int    `json:"lineNumber"`
			Column    int    `json:"columnNumber"`
			Stack     stack  `json:"stackTrace"`
			Exception struct {
				Description string       `json:"description"`
				Value       jsonv2.Value `json:"value"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
)

func (s stack) source() string {
	if len(s.Frames) == 0 {
		return ""
	}
	f := s.Frames[0]
	return fmt.Sprintf("%s:%d:%d", f.URL, f.Line+1, f.Column+1)
}

// Called keeps the line of a Runtime.consoleAPICalled.
func (l *Log) Called(params jsonv2.Value) {
	if l.deaf() {
		return
	}
	e, ok := wire.Decode[consoleEvent](params)
	if !ok {
		return
	}
	var words []string
	for _, a := range e.Args {
		var text string
		switch {
		case len(a.Value) > 0 && json.Unmarshal(a.Value, &text) == nil:
		case a.Description != "":
			text = a.Description
		default:
			text = string(a.Value)
		}
		words = append(words, text)
	}
	level := e.Type
	switch level {
	case "assert":
		level = "error"
	case "warning", "error", "info": // as they are
	default:
		level = "log"
	}
	l.Note(level, strings.Join(words, " "), e.Stack.source())
}

// deaf reports whether enough has been heard: what comes then is counted and not read.
func (l *Log) deaf() bool {
	l.heard++
	if l.heard <= mostHeard {
		return false
	}
	l.dropped++
	return true
}

// Thrown keeps the exception of a Runtime.exceptionThrown, and a line that tells it.
func (l *Log) Thrown(params jsonv2.Value) {
	if l.deaf() {
		return
	}
	e, ok := wire.Decode[exceptionEvent](params)
	if !ok {
		return
	}
	d := e.Details
	x := Exception{Text: d.Text, URL: d.URL, Source: d.Stack.source(), At: time.Now()}
	if d.Exception.Description != "" {
		x.Text = d.Exception.Description
	} else if len(d.Exception.Value) > 0 {
		x.Text = strings.TrimSpace(d.Text + " " + string(d.Exception.Value))
	}
	if first, _, more := strings.Cut(x.Text, "\n"); more {
		x.Text = first // the stack below it is in the source
	}
	if x.Source == "" && d.URL != "" {
		x.Source = fmt.Sprintf("%s:%d:%d", d.URL, d.Line+1, d.Column+1)
	}
	if x.URL == "" && len(d.Stack.Frames) > 0 {
		x.URL = d.Stack.Frames[0].URL
	}
	if len(l.thrown) < maxConsole {
		l.thrown = append(l.thrown, x)
	}
	l.Note("exception", x.Text, x.Source)
}

// Note keeps a line. The first and the latest lines are kept; what is between is counted.
func (l *Log) Note(level, text, source string) {
	line := probes.ConsoleLine{Level: level, Text: redact.Cut(text, maxLine), Source: redact.Cut(source, 500), Offset: time.Since(l.began)}
	if len(l.lines) >= maxConsole {
		copy(l.lines[maxConsole/2:], l.lines[maxConsole/2+1:])
		l.lines = l.lines[:maxConsole-1]
		l.dropped++
	}
	l.lines = append(l.lines, line)
}

// Opened keeps a dialog, and a line that tells it.
func (l *Log) Opened(d Dialog, url string) {
	l.Note("dialog", fmt.Sprintf("%s: %s", d.Kind, d.Message), url)
	if len(l.dialogs) < maxConsole {
		l.dialogs = append(l.dialogs, d)
	}
}

// Lines are the lines as evidence shows them, those that were left out counted in a line of their own.
func (l *Log) Lines() []probes.ConsoleLine {
	all := slices.Clone(l.lines)
	if l.dropped > 0 {
		all = append(all, probes.ConsoleLine{Level: "log", Text: fmt.Sprintf("(%d lines left out)", l.dropped)})
	}
	return all
}

// Exceptions are those that the page did not catch, since a moment.
func (l *Log) Exceptions(since time.Time) []Exception {
	var all []Exception
	for _, x := range l.thrown {
		if !x.At.Before(since) {
			all = append(all, x)
		}
	}
	return all
}

// Dialogs names the dialogs that the page has opened since a moment; empty if there were none.
func (l *Log) Dialogs(since time.Time) string {
	var opened []string
	for _, d := range l.dialogs {
		if !d.At.Before(since) && len(opened) < 3 {
			opened = append(opened, d.String())
		}
	}
	return strings.Join(opened, ", ")
}

// Troubles are the warnings and errors of the attempt's time from since on, at most so many, as they are compared with
// those of another run.
func (l *Log) Troubles(since time.Duration, most int) []string {
	var all []string
	for i := range l.lines {
		if c := &l.lines[i]; c.Offset >= since && c.Level != "log" && c.Level != "info" && len(all) < most {
			all = append(all, c.Level+": "+c.Text)
		}
	}
	return all
}

// String is the dialog as a script would open it.
func (d Dialog) String() string { return fmt.Sprintf("%s(%q)", d.Kind, redact.Cut(d.Message, 300)) }
