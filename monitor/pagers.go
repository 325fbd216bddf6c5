package monitor

import (
	"context"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/paging"
)

// PagerNames are the configured pagers, sorted.
func (c *Config) PagerNames() []string { return sortedKeys(c.Pagers) }

// MakePager makes a configured pager. lookup finds the environment variables of its secrets.
func (c *Config) MakePager(name string, lookup func(string) (string, bool)) (paging.Pager, error) {
	p := c.Pagers[name]
	if p.PagerDuty != nil {
		key, err := p.PagerDuty.RoutingKey.Read(lookup)
		if err != nil {
			return nil, secretProblem(name, p.PagerDuty.RoutingKey, err)
		}
		pager, err := paging.NewPagerDuty(key, p.PagerDuty.URL)
		if err != nil {
			return nil, secretProblem(name, p.PagerDuty.RoutingKey, err)
		}
		if hook := p.PagerDuty.WebhookSecret; !hook.IsZero() {
			if _, err := hook.Read(lookup); err != nil {
				return nil, secretProblem(name, hook, err)
			}
		}
		return pager, nil
	}
	url, err := p.Webhook.URL.Read(lookup)
	if err != nil {
		return nil, secretProblem(name, p.Webhook.URL, err)
	}
	var secret string
	if !p.Webhook.Secret.IsZero() {
		if secret, err = p.Webhook.Secret.Read(lookup); err != nil {
			return nil, secretProblem(name, p.Webhook.Secret, err)
		}
	}
	pager, err := paging.NewWebhook(url, secret)
	if err != nil {
		return nil, secretProblem(name, p.Webhook.Secret, err)
	}
	return pager, nil
}

// secretProblem points to where the file asks for what is not there.
func secretProblem(pager string, s Source, err error) error { return missing("pagers."+pager, s, err) }

// missing points to the key whose value is not where the file says.
func missing(path string, s Source, err error) error {
	p := document.Problem{Pos: s.Pos, Path: path, Message: err.Error()}
	if s.Env != "" {
		p.Hint = "export " + s.Env + "=... before the monitor is started"
	}
	return document.Problems{p}
}

// makePagers makes all pagers; the error names all that cannot be made.
func (m *Monitor) makePagers(c *Config) (map[string]paging.Pager, error) {
	pagers := make(map[string]paging.Pager, len(c.Pagers))
	var problems document.Problems
	for _, name := range c.PagerNames() {
		pager, err := c.MakePager(name, m.o.Env)
		if p, ok := err.(document.Problems); ok {
			problems = append(problems, p...)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("pager %q: %w", name, err)
		}
		pagers[name] = pager
	}
	return pagers, problems.Err()
}

// NewComposer makes what composes the pages of a configuration.
func NewComposer(c *Config) paging.Composer {
	return paging.Composer{Deployment: c.Deployment, ExternalURL: c.ExternalURL, ConfigFile: c.File, Environment: c.Environment}
}

// newCourier makes the courier; whom it can reach is set by adopt.
func (m *Monitor) newCourier() *paging.Courier {
	return paging.NewCourier(paging.CourierOptions{Outbox: m.store, Log: m.log, OnSettled: func(pager string, outcome paging.Outcome) {
		m.numbers.PageSettled(pager, exporter.PageOutcome(outcome))
	}}, paging.Directory{})
}

// monitorPagers are those who hear directly that the store refuses.
func (m *Monitor) monitorPagers() (map[string]paging.Pager, paging.Composer) {
	p := m.plan.Load()
	all := *m.pagers.Load()
	pagers := map[string]paging.Pager{}
	for _, name := range p.config.MonitorPagers {
		pagers[name] = all[name]
	}
	return pagers, p.composer
}

// Redirect sends the pages of a webhook to another URL, for a demo or a test.
func (c *Config) Redirect(pager, url string) {
	if p, ok := c.Pagers[pager]; ok && p.Webhook != nil {
		webhook := *p.Webhook
		webhook.URL = Source{text: url, Pos: p.Webhook.URL.Pos}
		c.Pagers[pager] = Pager{Webhook: &webhook, Pace: p.Pace, Pos: p.Pos}
	}
}

// lastPages waits until no page waits for its pager any more, or ctx ends. What is left is sent after the next start.
func (m *Monitor) lastPages(ctx context.Context) error {
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		if waiting, _ := m.backlog(); waiting == 0 {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			m.log.Warn("pages that wait for their pager will be sent after the next start")
			return nil
		}
	}
}
