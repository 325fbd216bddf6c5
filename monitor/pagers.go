package monitor

import (
	"context"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/pager"
	"github.com/outrider-monitor/outrider/monitor/secret"
	"github.com/outrider-monitor/outrider/paging"
)

// PagerNames are the configured pagers, sorted.
func (c *Config) PagerNames() []string { return sortedKeys(c.Pagers) }

// MakePager makes a configured pager. lookup finds the environment variables of its secrets.
func (c *Config) MakePager(name string, lookup func(string) (string, bool)) (paging.Pager, error) {
	return c.Pagers[name].Spec.Make(&secret.Values{Path: "pagers." + name, Lookup: lookup})
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
	return paging.Composer{Deployment: c.Deployment, ExternalURL: c.ExternalURL, ConfigFile: c.File, Environment: c.Environment, TraceURL: c.TraceURL}
}

// newCourier makes the courier; whom it can reach is set by adopt.
func (m *Monitor) newCourier() *paging.Courier {
	return paging.NewCourier(paging.CourierOptions{Outbox: m.store, Log: m.log, OnSettled: func(pager string, outcome paging.Outcome) {
		m.numbers.PageSettled(pager, exporter.PageOutcome(outcome))
	}}, paging.Directory{})
}

// monitorPagers are those who hear directly that the store refuses, and who does if they do not.
func (m *Monitor) monitorPagers() (pagers, others map[string]paging.Pager, c paging.Composer) {
	p := m.plan.Load()
	all := *m.pagers.Load()
	pagers, others = map[string]paging.Pager{}, map[string]paging.Pager{}
	for _, name := range p.config.FallbackPagers {
		others[name] = all[name]
	}
	for _, name := range p.config.MonitorPagers {
		pagers[name] = all[name]
		delete(others, name)
	}
	return pagers, others, p.composer
}

// Redirect sends the pages of a webhook to another URL, for a demo or a test.
func (c *Config) Redirect(name, url string) {
	p := c.Pagers[name]
	if hook, ok := p.Spec.(*pager.Webhook); ok {
		other := *hook
		other.URL = secret.Plain(url, hook.URL.Pos)
		p.Spec = &other
		c.Pagers[name] = p
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
