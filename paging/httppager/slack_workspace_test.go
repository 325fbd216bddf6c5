package httppager_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// workspace is a Slack with one channel, as its reference says that it answers
// (https://docs.slack.dev/reference/methods/chat.postMessage, .../chat.update).
type workspace struct {
	t *testing.T

	mu       sync.Mutex
	messages []*slackPosted
	// next are what the next calls of a method answer instead of doing anything: an error, or a status.
	next map[string][]string
}

// slackPosted is a message in the channel #ops, which is C0OPS.
type slackPosted struct {
	TS, Text, Thread string
	Broadcast        bool
	Head             string
	Blocks           int
	Deleted          bool
}

const slackToken = "xoxb-hush"

func (w *workspace) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	body, _ := io.ReadAll(r.Body)
	var ask struct {
		Channel   string
		TS        string
		Text      string
		Thread    string `json:"thread_ts"`
		Broadcast bool   `json:"reply_broadcast"`
		Blocks    []struct{ Text struct{ Text string } }
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	answer := func(v map[string]any) {
		out.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(out).Encode(v)
	}
	if r.Header.Get("Authorization") != "Bearer "+slackToken || r.Header.Get("Content-Type") != "application/json; charset=utf-8" {
		answer(map[string]any{"ok": false, "error": "invalid_auth"})
		return
	}
	if err := json.Unmarshal(body, &ask); err != nil || ask.Text == "" || len(ask.Blocks) == 0 {
		w.t.Errorf("%s was asked %v: %s", method, err, body)
	}
	if queue := w.next[method]; len(queue) > 0 {
		w.next[method] = queue[1:]
		if queue[0] == "429" {
			out.Header().Set("Retry-After", "1")
			out.WriteHeader(http.StatusTooManyRequests)
		}
		answer(map[string]any{"ok": false, "error": queue[0]})
		return
	}
	if ask.Channel != "C0OPS" && (method == "chat.update" || ask.Channel != "#ops") {
		answer(map[string]any{"ok": false, "error": "channel_not_found"})
		return
	}
	switch method {
	case "chat.postMessage":
		m := &slackPosted{TS: fmt.Sprintf("1795616427.%06d", len(w.messages)+1), Text: ask.Text, Broadcast: ask.Broadcast, Head: ask.Blocks[0].Text.Text, Blocks: len(ask.Blocks)}
		if root := w.at(ask.Thread); root != nil && !root.Deleted { // Below what was deleted, Slack posts to the channel.
			m.Thread = ask.Thread
		}
		w.messages = append(w.messages, m)
		answer(map[string]any{"ok": true, "channel": "C0OPS", "ts": m.TS, "message": map[string]any{"text": strings.Repeat(ask.Text, 20)}})
	case "chat.update":
		m := w.at(ask.TS)
		if m == nil || m.Deleted {
			answer(map[string]any{"ok": false, "error": "message_not_found"})
			return
		}
		m.Text, m.Head, m.Blocks = ask.Text, ask.Blocks[0].Text.Text, len(ask.Blocks)
		answer(map[string]any{"ok": true, "channel": "C0OPS", "ts": m.TS, "text": m.Text})
	default:
		answer(map[string]any{"ok": false, "error": "unknown_method"})
	}
}

func (w *workspace) at(ts string) *slackPosted {
	if n := slices.IndexFunc(w.messages, func(m *slackPosted) bool { return m.TS == ts }); n >= 0 {
		return w.messages[n]
	}
	return nil
}

// root is the first message, as it is now.
func (w *workspace) root() slackPosted {
	w.mu.Lock()
	defer w.mu.Unlock()
	return *w.messages[0]
}

// remove deletes the first message, as somebody may.
func (w *workspace) remove() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.messages[0].Deleted = true
}

// fail lets the next calls of a method answer so.
func (w *workspace) fail(method string, answers ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.next[method] = answers
}

// shown gives the messages that the channel shows, and those below the first, by the first word of each.
func (w *workspace) shown() (channel, thread []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.messages {
		sign, _, _ := strings.Cut(m.Text, " ")
		if m.Thread == "" {
			channel = append(channel, sign)
			continue
		}
		if m.Broadcast {
			sign += " seen by all"
		}
		thread = append(thread, sign)
	}
	return channel, thread
}
