package httppager

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/outrider-monitor/outrider/paging"
)

const slackAPI = "https://slack.com/api"

// SlackOptions say where messages go: to an incoming webhook, or by a bot's token to a channel.
type SlackOptions struct {
	// Webhook is the URL of an incoming webhook.
	Webhook string
	// Token is that of a bot with the scope chat:write, Channel where it posts: an id, or a name with #.
	Token, Channel string
	// API is where the Web API is; empty: https://slack.com/api.
	API string
}

// Slack posts a message for each page: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
// https://docs.slack.dev/reference/methods/chat.postMessage.
type Slack struct {
	o      SlackOptions
	client *http.Client
}

// NewSlack makes a Slack pager. Errors do not quote what they are given.
func NewSlack(o SlackOptions) (*Slack, error) {
	if (o.Webhook == "") == (o.Token == "") || (o.Token == "") != (o.Channel == "") {
		return nil, errors.New("slack: want either a webhook, or a token and a channel")
	}
	if o.API == "" {
		o.API = slackAPI
	}
	target := o.Webhook
	if target == "" {
		target = o.API
	}
	if err := checkURL(target); err != nil {
		return nil, fmt.Errorf("slack: url: %w", err)
	}
	return &Slack{o: o, client: newClient()}, nil
}

// Close frees the connections that are kept.
func (s *Slack) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// Send implements [paging.Pager].
func (s *Slack) Send(ctx context.Context, page paging.Page) error {
	m := slackMessageFor(page)
	m.Channel = s.o.Channel
	body, err := json.Marshal(m)
	if err != nil {
		return &paging.SendError{Permanent: true, Err: fmt.Errorf("encoding the message: %w", err)}
	}
	if s.o.Webhook != "" {
		said, err := post(ctx, s.client, s.o.Webhook, body, nil)
		if err != nil && slackWord.MatchString(said) {
			return quoting(err, said, nil) // no_service, invalid_payload, channel_is_archived, ...
		}
		return err
	}
	header := http.Header{"Authorization": {"Bearer " + s.o.Token}, "Content-Type": {jsonType + "; charset=utf-8"}}
	said, err := post(ctx, s.client, strings.TrimSuffix(s.o.API, "/")+"/chat.postMessage", body, header)
	if err != nil {
		return err
	}
	return slackVerdict(said)
}

// slackWord is how Slack names an error.
var slackWord = regexp.MustCompile(`^[a-z_]{2,60}$`)

// slackVerdict reads the answer of the Web API, which is 200 whatever it says. said is its beginning: it repeats the message.
func slackVerdict(said string) error {
	dec := json.NewDecoder(strings.NewReader(said))
	var ok bool
	var cause string
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return errors.New("the answer was 200 OK, but not Slack's")
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			break
		}
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			break // here it was cut
		}
		switch key {
		case "ok":
			ok = string(value) == "true"
		case "error":
			_ = json.Unmarshal(value, &cause)
		}
	}
	switch {
	case ok:
		return nil
	case !slackWord.MatchString(cause):
		return errors.New("the answer was 200 OK, but not Slack's")
	}
	e := &paging.SendError{Permanent: true, Err: fmt.Errorf("slack says %s", cause)}
	switch cause {
	case "ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org":
		e.Permanent = false
	}
	return e
}
