package pager

import (
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/secret"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/paging/httppager"
)

// PagerDuty sends pages to PagerDuty's Events API v2.
type PagerDuty struct {
	RoutingKey secret.Source
	// URL is the endpoint; empty: PagerDuty's own.
	URL string
	// WebhookSecret signs the webhooks that PagerDuty sends to us; without it none is believed.
	WebhookSecret secret.Source
}

func readPagerDuty(r secret.Reader, m *document.Map) Spec {
	m.Need("routing_key")
	p := &PagerDuty{RoutingKey: r.Source(m.Get("routing_key")), URL: m.Text("url"), WebhookSecret: r.Source(m.Get("webhook_secret"))}
	r.CheckURL(m.Get("url"))
	m.Done()
	return p
}

// Make implements [Spec].
func (p *PagerDuty) Make(v *secret.Values) (paging.Pager, error) {
	key := v.Get(p.RoutingKey)
	v.Get(p.WebhookSecret) // It is read again with each webhook: that it is there is seen now.
	if err := v.Err(); err != nil {
		return nil, err
	}
	made, err := httppager.NewPagerDuty(key, p.URL)
	if err != nil {
		v.Wrong(p.RoutingKey, err)
		return nil, v.Err()
	}
	return made, nil
}
