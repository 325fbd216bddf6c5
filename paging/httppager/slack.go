package httppager

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
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
	_, err := s.SendNoting(ctx, page, paging.Notes{})
	return err
}

// hook posts a message by the webhook.
func (s *Slack) hook(ctx context.Context, page paging.Page) error {
	body, err := json.Marshal(slackMessageFor(page))
	if err != nil {
		return &paging.SendError{Permanent: true, Err: fmt.Errorf("encoding the message: %w", err)}
	}
	said, err := post(ctx, s.client, s.o.Webhook, body, nil)
	if err != nil && slackWord.MatchString(said) {
		return quoting(err, said, nil) // no_service, invalid_payload, channel_is_archived, ...
	}
	return err
}

// slackWord is how Slack names an error.
var slackWord = regexp.MustCompile(`^[a-z_]{2,60}$`)

// slackAnswer is an answer of the Web API: whether it was done, why not, and where the message stands.
type slackAnswer struct {
	ok                 bool
	cause, channel, ts string
}

// slackVerdict reads the answer of the Web API, which is 200 whatever it says. said is its beginning: it repeats the message.
func slackVerdict(said string) (slackAnswer, error) {
	var a slackAnswer
	dec := json.NewDecoder(strings.NewReader(said))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return a, errNotSlack
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
			a.ok = string(value) == "true"
		case "error":
			_ = json.Unmarshal(value, &a.cause)
		case "channel":
			_ = json.Unmarshal(value, &a.channel)
		case "ts":
			_ = json.Unmarshal(value, &a.ts)
		}
	}
	switch {
	case a.ok:
		return a, nil
	case !slackWord.MatchString(a.cause):
		return a, errNotSlack
	}
	return a, &paging.SendError{Permanent: !slices.Contains(slackPassing(), a.cause), Err: fmt.Errorf("slack says %s", a.cause)}
}

// slackPassing are the errors of the Web API that pass by themselves; all others are for good until somebody changes something
// (https://docs.slack.dev/reference/methods/chat.postMessage#errors).
func slackPassing() []string {
	return []string{"ratelimited", "rate_limited", "message_limit_exceeded", "internal_error", "fatal_error", "service_unavailable",
		"request_timeout", "team_added_to_org"}
}

// errNotSlack may be a proxy's page, which passes.
var errNotSlack = errors.New("the answer was 200 OK, but not Slack's")
