package pager

import (
	"fmt"
	"net/url"
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/secret"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/paging/httppager"
)

// The bounds of resend: below, it is a load for nothing; above, a dead monitor's alerts stay open for an hour.
const (
	leastResend = 5 * time.Second
	mostResend  = 15 * time.Minute
)

// Alertmanager posts alerts to all replicas of an Alertmanager.
type Alertmanager struct {
	URLs                      []secret.Source
	Username, Password, Token secret.Source
	Resend                    time.Duration
	pos                       document.Pos
}

func readAlertmanager(r secret.Reader, m *document.Map) Spec {
	m.Need("urls")
	a := &Alertmanager{Username: r.Maybe(m.Get("username")), Password: r.Source(m.Get("password")), Token: r.Source(m.Get("bearer_token")),
		Resend: m.Duration("resend")}
	for _, n := range m.List("urls") {
		if u, err := url.Parse(n.Value); err == nil && u.User != nil && n.Kind == document.Text {
			r.Problem(n, "a password does not belong in this file", "want username and password: {env: NAME}")
			continue
		}
		a.URLs = append(a.URLs, r.Address(n))
	}
	if n := m.Get("urls"); n != nil {
		a.pos = n.Pos
		if n.Kind == document.List && len(n.Items) == 0 {
			r.Problem(n, "want at least one URL", "name all replicas: Alertmanagers do not pass alerts on to each other")
		}
	}
	if n := m.Get("resend"); n != nil && n.Kind == document.Text && a.Resend != 0 && (a.Resend < leastResend || a.Resend > mostResend) {
		r.Problem(n, fmt.Sprintf("want %s to %s, got %s", leastResend, mostResend, n.Value), "")
	}
	switch {
	case a.Username.IsZero() != a.Password.IsZero():
		r.Problem(m.Node(), "basic auth needs both username and password", "")
	case !a.Username.IsZero() && !a.Token.IsZero():
		r.Problem(m.Get("bearer_token"), "want basic auth or a bearer token, not both", "")
	}
	m.Done()
	return a
}

// Make implements [Spec].
func (a *Alertmanager) Make(v *secret.Values) (paging.Pager, error) {
	o := httppager.AlertmanagerOptions{Username: v.Get(a.Username), Password: v.Get(a.Password), Token: v.Get(a.Token), Resend: a.Resend}
	for _, u := range a.URLs {
		o.URLs = append(o.URLs, v.Get(u))
	}
	if err := v.Err(); err != nil {
		return nil, err
	}
	p, err := httppager.NewAlertmanager(o)
	if err != nil {
		v.Wrong(secret.Plain("", a.pos), err)
		return nil, v.Err()
	}
	return p, nil
}
