package monitor

import (
	"fmt"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/paging"
)

// Pager is one entry of `pagers:`: exactly one of Webhook and PagerDuty is set.
type Pager struct {
	Webhook   *WebhookPager
	PagerDuty *PagerDutyPager
	// Pace bounds how much it is sent; zero: not at all.
	Pace paging.Pace
	Pos  document.Pos
}

// WebhookPager sends pages as signed JSON.
type WebhookPager struct {
	// URL and Secret may both be secrets: many webhooks are known by their URL alone. Secret is optional.
	URL, Secret Source
}

// PagerDutyPager sends pages to PagerDuty's Events API v2.
type PagerDutyPager struct {
	RoutingKey Source
	// URL is the endpoint; empty: PagerDuty's own.
	URL string
	// WebhookSecret signs the webhooks that PagerDuty sends to us; without it none is believed.
	WebhookSecret Source
}

// Kind names the field that is set, as the file does.
func (p Pager) Kind() string {
	if p.Webhook != nil {
		return "webhook"
	}
	return "pagerduty"
}

// readPagers reads `pagers:`.
func (c *Config) readPagers(r *document.Reader, m *document.Map) {
	c.Pagers = map[string]Pager{}
	for _, e := range m.Map("pagers").Entries() {
		p := r.Map(e.Value)
		pager := Pager{Pos: e.KeyPos}
		if p.Has("webhook") {
			pager.Webhook = c.readWebhook(r, p.Map("webhook"))
		}
		if p.Has("pagerduty") {
			pager.PagerDuty = c.readPagerDuty(r, p.Map("pagerduty"))
		}
		pager.Pace = readPace(r, p.Get("rate"))
		p.Done()
		switch n := p.Node(); {
		case n == nil || n.Kind != document.Mapping:
		case pager.Webhook != nil && pager.PagerDuty != nil:
			r.Problem(n, fmt.Sprintf("pager %q is a webhook and PagerDuty at once", e.Key), "make two pagers; a team may have several")
		case pager.Webhook == nil && pager.PagerDuty == nil:
			r.Problem(n, fmt.Sprintf("pager %q does not say where pages go", e.Key), "want webhook or pagerduty")
		}
		c.Pagers[e.Key] = pager
	}
}

func (c *Config) readWebhook(r *document.Reader, m *document.Map) *WebhookPager {
	m.Need("url")
	w := &WebhookPager{URL: c.readAddress(r, m.Get("url"))}
	w.Secret = c.readSource(r, m.Get("secret"))
	m.Done()
	return w
}

// readAddress reads a URL that may be a secret: text, or where it comes from.
func (c *Config) readAddress(r *document.Reader, n *document.Node) Source {
	if n != nil && n.Kind == document.Text {
		checkURL(r, n)
		return Source{text: n.Value, Pos: n.Pos}
	}
	return c.readSource(r, n)
}

func (c *Config) readPagerDuty(r *document.Reader, m *document.Map) *PagerDutyPager {
	m.Need("routing_key")
	p := &PagerDutyPager{RoutingKey: c.readSource(r, m.Get("routing_key")), URL: m.Text("url"), WebhookSecret: c.readSource(r, m.Get("webhook_secret"))}
	if n := m.Get("url"); n != nil {
		checkURL(r, n)
	}
	m.Done()
	return p
}

// readSource reads {env: NAME} or {file: PATH}.
func (c *Config) readSource(r *document.Reader, n *document.Node) Source {
	if n == nil {
		return Source{}
	}
	if n.Kind == document.Text {
		r.Problem(n, "a secret does not belong in this file", "want {env: NAME} or {file: /run/secrets/name}")
		return Source{}
	}
	m := r.Map(n)
	s := Source{Env: m.Text("env"), File: c.relative(m.Text("file")), Pos: n.Pos}
	m.Done()
	if n.Kind == document.Mapping && (s.Env == "") == (s.File == "") {
		r.Problem(n, "want exactly one of env and file", "{env: NAME} or {file: /run/secrets/name}")
	}
	return s
}
