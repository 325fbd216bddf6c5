package pager

import (
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/secret"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/paging/httppager"
)

// Slack posts messages, by an incoming webhook or by a bot's token.
type Slack struct {
	WebhookURL, Token secret.Source
	Channel, API      string
	pos               document.Pos
}

func readSlack(r secret.Reader, m *document.Map) Spec {
	s := &Slack{WebhookURL: r.Source(m.Get("webhook_url")), Token: r.Source(m.Get("token")), Channel: m.Text("channel"), API: m.Text("api_url")}
	r.CheckURL(m.Get("api_url"))
	m.Done()
	n := m.Node()
	if n == nil || n.Kind != document.Mapping {
		return s
	}
	s.pos = n.Pos
	switch {
	case m.Has("webhook_url") == m.Has("token"):
		r.Problem(n, "want exactly one of webhook_url and token", "a token, with its channel, is that of a bot with the scope chat:write")
	case m.Has("token") && s.Channel == "":
		r.Problem(n, "a token needs a channel", "its id, or its name with #; the bot must be a member")
	case m.Has("webhook_url") && m.Has("channel"):
		r.Problem(m.Get("channel"), "a webhook has its channel already", "remove it, or use a token")
	}
	return s
}

// Make implements [Spec].
func (s *Slack) Make(v *secret.Values) (paging.Pager, error) {
	o := httppager.SlackOptions{Webhook: v.Get(s.WebhookURL), Token: v.Get(s.Token), Channel: s.Channel, API: s.API}
	if err := v.Err(); err != nil {
		return nil, err
	}
	p, err := httppager.NewSlack(o)
	if err != nil {
		v.Wrong(secret.Plain("", s.pos), err)
		return nil, v.Err()
	}
	return p, nil
}
