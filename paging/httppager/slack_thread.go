package httppager

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/paging"
)

// slackRoot is the first message about an incident: where it stands, and what it says. It is what the pager notes.
type slackRoot struct {
	Channel string       `json:"channel"`
	TS      string       `json:"ts"`
	Text    string       `json:"text"`
	Blocks  []slackBlock `json:"blocks"`
}

// slackReply is a message in the thread of another. A broadcast is seen in the channel too.
type slackReply struct {
	slackMessage
	Thread    string `json:"thread_ts"`
	Broadcast bool   `json:"reply_broadcast"`
}

// slackRepaint is a message with a new first line: https://docs.slack.dev/reference/methods/chat.update.
type slackRepaint struct {
	slackRoot
	Parse     string `json:"parse"`
	LinkNames bool   `json:"link_names"`
}

// SendNoting implements [paging.Noter]. By a token, all that follows the first message about an incident stands in its thread,
// in the channel where that is, whatever the configuration says by now.
func (s *Slack) SendNoting(ctx context.Context, page paging.Page, known paging.Notes) (note string, err error) {
	if s.o.Webhook != "" { // Whoever posts by a webhook is not told where.
		return "", s.hook(ctx, page)
	}
	var root slackRoot
	if known.Incident == "" || json.Unmarshal([]byte(known.Incident), &root) != nil || root.TS == "" {
		return s.post(ctx, page)
	}
	if !replied(known.Delivery, page) {
		reply := slackReply{slackMessage: slackMessageFor(page), Thread: root.TS, Broadcast: page.Event == "reminded" || page.Event == "escalated"}
		reply.Channel = root.Channel
		switch _, err := s.call(ctx, "chat.postMessage", reply); {
		case paging.Permanent(err):
			return s.post(ctx, page) // There is no such thread any more, or we may not write there.
		case err != nil:
			return "", err
		}
	}
	err = s.repaint(ctx, page, root)
	if err != nil && !paging.Permanent(err) && time.Since(page.CreatedAt) < repaintTime {
		late := &paging.SendError{Reached: true, Err: fmt.Errorf("it is in the thread, but above it does not say so yet: %w", err)}
		var how *paging.SendError
		if errors.As(err, &how) {
			late.RetryAfter = how.RetryAfter
		}
		return repliedNote(page), late
	}
	return "", nil
}

// repaintTime is how long the first message is tried to be changed: others must not be called for what did arrive.
const repaintTime = 4 * time.Minute

// slackReplied notes that the page is in the thread, and that only the first message does not say so yet.
type slackReplied struct {
	Replied string `json:"replied"`
}

func repliedNote(page paging.Page) string {
	text, err := json.Marshal(slackReplied{page.ID})
	if err != nil {
		return "" // It is said again.
	}
	return string(text)
}

func replied(note string, page paging.Page) bool {
	var n slackReplied
	return json.Unmarshal([]byte(note), &n) == nil && n.Replied == page.ID
}

// post sends a message to the channel, and notes where it stands.
func (s *Slack) post(ctx context.Context, page paging.Page) (note string, err error) {
	m := slackMessageFor(page)
	m.Channel = s.o.Channel
	said, err := s.call(ctx, "chat.postMessage", m)
	if err != nil || said.ts == "" || said.channel == "" {
		return "", err
	}
	text, err := json.Marshal(slackRoot{Channel: said.channel, TS: said.ts, Text: m.Text, Blocks: m.Blocks})
	if err != nil {
		return "", nil // It has arrived: what follows will stand below it.
	}
	return string(text), nil
}

// repaint gives the first message the sign and the first line of a page that changes how the incident stands; what broke and
// how it looked stays.
func (s *Slack) repaint(ctx context.Context, page paging.Page, root slackRoot) error {
	if page.Event != "acknowledged" && page.Event != "escalated" && page.Event != "closed" || len(root.Blocks) == 0 {
		return nil
	}
	now := slackMessageFor(page)
	root.Text, root.Blocks[0] = now.Text, now.Blocks[0]
	_, err := s.call(ctx, "chat.update", slackRepaint{slackRoot: root, Parse: "none"})
	return err
}

// call asks the Web API for something.
func (s *Slack) call(ctx context.Context, method string, ask any) (slackAnswer, error) {
	body, err := json.Marshal(ask)
	if err != nil {
		return slackAnswer{}, &paging.SendError{Permanent: true, Err: err}
	}
	header := http.Header{"Authorization": {"Bearer " + s.o.Token}, "Content-Type": {jsonType + "; charset=utf-8"}}
	said, err := post(ctx, s.client, strings.TrimSuffix(s.o.API, "/")+"/"+method, body, header)
	if err != nil {
		return slackAnswer{}, err
	}
	return slackVerdict(said)
}
