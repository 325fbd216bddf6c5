package browser

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes"
)

const (
	maxConsole = 200
	maxLine    = 2000
)

// exception is an uncaught exception of the page.
type exception struct {
	text, source, url string
	at                time.Time
}

// dialog is an alert, a confirm or a prompt that the page opened.
type dialog struct {
	kind, message string
	at            time.Time
}

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

func (t *tab) consoleCalled(params jsonv2.Value) {
	e, ok := decode[consoleEvent](params)
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
	t.note(level, strings.Join(words, " "), e.Stack.source())
}

func (t *tab) exceptionThrown(params jsonv2.Value) {
	e, ok := decode[exceptionEvent](params)
	if !ok {
		return
	}
	d := e.Details
	x := exception{text: d.Text, url: d.URL, source: d.Stack.source(), at: time.Now()}
	if d.Exception.Description != "" {
		x.text = d.Exception.Description
	} else if len(d.Exception.Value) > 0 {
		x.text = strings.TrimSpace(d.Text + " " + string(d.Exception.Value))
	}
	if first, _, more := strings.Cut(x.text, "\n"); more {
		x.text = first // the stack below it is in the source
	}
	if x.source == "" && d.URL != "" {
		x.source = fmt.Sprintf("%s:%d:%d", d.URL, d.Line+1, d.Column+1)
	}
	if x.url == "" && len(d.Stack.Frames) > 0 {
		x.url = d.Stack.Frames[0].URL
	}
	t.mu.Lock()
	if s := t.currentSpan(); s != nil {
		s.errors++
	}
	if len(t.thrown) < maxConsole {
		t.thrown = append(t.thrown, x)
	}
	t.mu.Unlock()
	t.note("exception", x.text, x.source)
}

// note keeps a line of the console. The first and the latest lines are kept; what is between is counted.
func (t *tab) note(level, text, source string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	line := probes.ConsoleLine{Level: level, Text: clip(text, maxLine), Source: clip(source, 500), Offset: time.Since(t.options.StartedAt)}
	if len(t.console) >= maxConsole {
		copy(t.console[maxConsole/2:], t.console[maxConsole/2+1:])
		t.console = t.console[:maxConsole-1]
		t.dropped++
	}
	t.console = append(t.console, line)
}

// clip cuts a text at a rune's end.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// String is the dialog as a script would open it.
func (d dialog) String() string { return fmt.Sprintf("%s(%q)", d.kind, clip(d.message, 300)) }
