package monitor

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/monitor/pager"
	"github.com/outrider-monitor/outrider/web"
)

// mostHook bounds what PagerDuty may send.
const mostHook = 1 << 20

// pagerDutyHook is the part of a v3 webhook that says something to us,
// https://developer.pagerduty.com/docs/webhooks-overview.
type pagerDutyHook struct {
	Event struct {
		Type       string    `json:"event_type"`
		OccurredAt time.Time `json:"occurred_at"`
		Agent      struct {
			Summary string `json:"summary"`
		} `json:"agent"`
		Data struct {
			Type        string `json:"type"`
			IncidentKey string `json:"incident_key"`
		} `json:"data"`
	} `json:"event"`
}

// answerPagerDuty takes PagerDuty's signed v3 webhooks: what is acknowledged there is acknowledged here. It is for
// everybody who knows the secret, from wherever; without a webhook_secret it is for nobody.
func (m *Monitor) answerPagerDuty(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("pager")
	secret, ok := m.hookSecret(name)
	if !ok {
		http.Error(w, "there is no pager of this name with a webhook_secret", http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostHook))
	if err != nil {
		http.Error(w, "the body cannot be read", http.StatusBadRequest)
		return
	}
	if !signedByPagerDuty(r.Header.Values("X-PagerDuty-Signature"), secret, body) {
		http.Error(w, "the signature is not that of the pager's webhook_secret", http.StatusForbidden)
		return
	}
	var hook pagerDutyHook
	if err := json.Unmarshal(body, &hook); err != nil {
		http.Error(w, "the body is no webhook of version 3", http.StatusBadRequest)
		return
	}
	switch err := m.heed(r.Context(), name, &hook); {
	case errors.Is(err, web.ErrEnded), errors.Is(err, history.ErrNotFound):
		w.WriteHeader(http.StatusAccepted) // it is about something that is over
	case err != nil:
		m.log.Error("an acknowledgement from PagerDuty could not be stored", "pager", name, "error", err)
		http.Error(w, "it could not be stored; send it again", http.StatusServiceUnavailable)
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

// heed does what the webhook says. A resolve there changes nothing: whether it works again is seen here.
func (m *Monitor) heed(ctx context.Context, pager string, hook *pagerDutyHook) error {
	e := &hook.Event
	if e.Type != "incident.acknowledged" && e.Type != "incident.unacknowledged" {
		return nil
	}
	for _, i := range m.store.OpenIncidents() {
		// An answer to what was open before under the same key says nothing of what is open now.
		if m.plan.Load().composer.Key(i) != e.Data.IncidentKey || e.OccurredAt.Before(i.OpenedAt) {
			continue
		}
		if e.Type == "incident.unacknowledged" {
			return m.unacknowledge(ctx, i.Subject, i.ID)
		}
		at := e.OccurredAt.UTC()
		if now := time.Now().UTC(); at.After(now) { // Their clock is ahead: nobody acknowledges in the future.
			at = now
		}
		return m.Acknowledge(ctx, i.ID, incidents.Acknowledgement{At: at, By: e.Agent.Summary, Via: pager})
	}
	return fmt.Errorf("key %q: %w", e.Data.IncidentKey, history.ErrNotFound)
}

func (m *Monitor) hookSecret(name string) (string, bool) {
	p, ok := m.plan.Load().config.Pagers[name].Spec.(*pager.PagerDuty)
	if !ok || p.WebhookSecret.IsZero() {
		return "", false
	}
	secret, err := p.WebhookSecret.Read(m.o.Env)
	if err != nil {
		m.log.Error("a webhook's secret cannot be read", "pager", name, "error", err)
	}
	return secret, err == nil
}

// signedByPagerDuty checks the header's signatures, of which there are several while a secret is renewed: one must be
// ours.
func signedByPagerDuty(headers []string, secret string, body []byte) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	want := mac.Sum(nil)
	for _, header := range headers {
		for one := range strings.SplitSeq(header, ",") {
			text, ok := strings.CutPrefix(strings.TrimSpace(one), "v1=")
			got, err := hex.DecodeString(text)
			if ok && err == nil && hmac.Equal(got, want) {
				return true
			}
		}
	}
	return false
}
