package httppager

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes/redact"
)

const (
	// alertmanagerResend is how often alerts are told again, as Prometheus does; resendsOfLife is for how many of these times
	// one stays open there that is not.
	alertmanagerResend = time.Minute
	resendsOfLife      = 4
	// replicaPatience is how long a replica may take once another has taken the alert.
	replicaPatience = 2 * time.Second
	// mostAlerts bounds one request.
	mostAlerts = 200
)

// AlertmanagerOptions say where the replicas of one Alertmanager are, and how to sign in.
type AlertmanagerOptions struct {
	// URLs are all replicas, with the path prefix if there is one.
	URLs []string
	// Username and Password are for basic auth, Token is a bearer token. All may be empty.
	Username, Password, Token string
	// Resend is how often alerts are told again. Zero: a minute.
	Resend time.Duration
}

// Alertmanager posts alerts to every replica of an Alertmanager, API v2
// (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml). An alert is open there as long as it is told
// again ([paging.Renewer]): so an Outrider that is dead leaves nothing open.
//
// A page is accepted when one replica has it; who has not is told with the next renewal, and Behind until then.
type Alertmanager struct {
	o        AlertmanagerOptions
	header   http.Header
	replicas []*replica
	client   *http.Client
	hide     *redact.Redactor
	// again says that a page overtook a renewal that was on its way.
	again atomic.Bool

	mu sync.Mutex
	// told is what was accepted last of each key.
	told map[string]told
}

// replica is one Alertmanager. lags says that it did not take what it was sent last.
type replica struct {
	name, url string
	lags      atomic.Bool
}

// told is an alert as it was accepted, and of which page it was made. ended is when it was, by our clock; zero: it was not.
type told struct {
	alert alert
	at    time.Time
	ended time.Time
}

// NewAlertmanager makes an Alertmanager pager. Errors do not quote what they are given.
func NewAlertmanager(o AlertmanagerOptions) (*Alertmanager, error) {
	a := &Alertmanager{o: o, client: newClient(), told: map[string]told{}, header: http.Header{}}
	if a.o.Resend <= 0 {
		a.o.Resend = alertmanagerResend
	}
	if len(o.URLs) == 0 {
		return nil, errors.New("alertmanager: urls: want at least one")
	}
	for n, text := range o.URLs {
		if err := checkURL(text); err != nil {
			return nil, fmt.Errorf("alertmanager: urls[%d]: %w", n, err)
		}
		u, _ := url.Parse(text)
		a.replicas = append(a.replicas, &replica{name: u.Host, url: u.JoinPath("api/v2/alerts").String()})
	}
	a.hide = redact.New(nil)
	a.hide.Add("password", o.Password)
	a.hide.Add("token", o.Token)
	switch {
	case o.Token != "":
		a.header.Set("Authorization", "Bearer "+o.Token)
	case o.Username != "":
		r := http.Request{Header: a.header}
		r.SetBasicAuth(o.Username, o.Password)
	}
	return a, nil
}

// Close frees the connections that are kept.
func (a *Alertmanager) Close() error {
	a.client.CloseIdleConnections()
	return nil
}

// Send implements [paging.Pager].
func (a *Alertmanager) Send(ctx context.Context, page paging.Page) error {
	alerts := a.changes(page, time.Now())
	// Who did not answer last time is left to the renewals, unless it is all there is.
	behind := a.lagging(true)
	err := a.offer(ctx, a.lagging(false), alerts)
	if err != nil && len(behind) > 0 {
		err = a.offer(ctx, behind, alerts)
	}
	if err == nil {
		a.remember(page, time.Now(), true)
	}
	return err
}

// RenewEvery implements [paging.Renewer].
func (a *Alertmanager) RenewEvery() time.Duration { return a.o.Resend }

// Behind implements [paging.Renewer].
func (a *Alertmanager) Behind() bool { return a.again.Load() || len(a.lagging(true)) > 0 }

// Renew implements [paging.Renewer]. Every replica hears everything that stands.
func (a *Alertmanager) Renew(ctx context.Context, standing []paging.Page) error {
	a.again.Store(false)
	a.forget(time.Now())
	var alerts []alert
	var sent []paging.Page
	for _, page := range standing {
		if !a.overtaken(page) {
			alerts = append(alerts, a.changes(page, time.Now())...)
			sent = append(sent, page)
		}
	}
	var wrong []error
	for _, answer := range a.post(ctx, a.replicas, alerts, ctx.Done()) {
		answer.lags.Store(answer.err != nil)
		if answer.err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", answer.name, answer.err))
		}
	}
	for _, page := range sent {
		if a.overtaken(page) {
			a.again.Store(true)
		}
	}
	if len(wrong) < len(a.replicas) {
		for _, page := range sent {
			a.remember(page, time.Now(), false)
		}
	}
	return errors.Join(wrong...)
}

// lagging gives the replicas that lag, or those that do not.
func (a *Alertmanager) lagging(lags bool) []*replica {
	var some []*replica
	for _, r := range a.replicas {
		if r.lags.Load() == lags {
			some = append(some, r)
		}
	}
	return some
}

// changes are the alerts that a page makes: its own, and the end of the one that stood for the same incident under other
// labels, such as a lower severity.
func (a *Alertmanager) changes(page paging.Page, now time.Time) []alert {
	next := alertFor(page, now, a.o.Resend*resendsOfLife)
	a.mu.Lock()
	before, known := a.told[next.Labels["dedup_key"]]
	a.mu.Unlock()
	if !known || !before.ended.IsZero() || before.alert.same(next) {
		return []alert{next}
	}
	return []alert{before.alert.end(now), next}
}

// remember keeps what was accepted last of a key. A new page is always the last: its time may be earlier if the clock was
// set back.
func (a *Alertmanager) remember(page paging.Page, now time.Time, isNew bool) {
	t := told{alert: alertFor(page, now, a.o.Resend*resendsOfLife), at: page.CreatedAt}
	if page.Event == "closed" || page.Event == "test" {
		t.ended = now
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if key := t.alert.Labels["dedup_key"]; isNew || !a.told[key].at.After(t.at) {
		a.told[key] = t
	}
}

// overtaken reports whether a later page of the same key was accepted.
func (a *Alertmanager) overtaken(page paging.Page) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.told[paging.ShortKey(page.DedupKey)].at.After(page.CreatedAt)
}

// forget drops what ended so long ago that no renewal can be about it.
func (a *Alertmanager) forget(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, t := range a.told {
		if !t.ended.IsZero() && now.Sub(t.ended).Abs() > 2*paging.EndedLately {
			delete(a.told, key)
		}
	}
}

// offer posts alerts to some replicas. It is done when one has taken them; the others have a moment more, and lag if they
// do not use it. Nobody: the error says why, of each.
func (a *Alertmanager) offer(ctx context.Context, to []*replica, alerts []alert) error {
	if len(to) == 0 {
		return errors.New("no replica has answered lately")
	}
	answers := a.post(ctx, to, alerts, nil)
	refused := &paging.SendError{Permanent: true}
	var wrong []string
	for _, answer := range answers {
		if answer.err == nil {
			continue
		}
		wrong = append(wrong, answer.name+": "+answer.err.Error())
		var how *paging.SendError
		if !errors.As(answer.err, &how) || !how.Permanent {
			refused.Permanent = false
		} else {
			continue
		}
		if how != nil {
			refused.RetryAfter = max(refused.RetryAfter, how.RetryAfter)
		}
	}
	if len(wrong) < len(to) {
		for _, answer := range answers {
			answer.lags.Store(answer.err != nil)
		}
		return nil
	}
	refused.Err = errors.New(strings.Join(wrong, "; "))
	return refused
}

// answer is what one replica said.
type answer struct {
	*replica
	err error
}

// post posts alerts to replicas, all at a time. Once one has taken them the others get a moment more, or until enough, if
// that is given.
func (a *Alertmanager) post(ctx context.Context, to []*replica, alerts []alert, enough <-chan struct{}) []answer {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	answers := make(chan answer, len(to))
	for _, r := range to {
		go func() { answers <- answer{r, a.postTo(ctx, r, alerts)} }()
	}
	var got []answer
	patience := enough
	for len(got) < len(to) {
		select {
		case one := <-answers:
			got = append(got, one)
			if one.err == nil && patience == nil {
				over := make(chan struct{})
				defer time.AfterFunc(replicaPatience, func() { close(over) }).Stop()
				patience = over
			}
		case <-patience:
			cancel() // The rest answers now, that it was cut short.
			patience = make(chan struct{})
		}
	}
	return got
}

func (a *Alertmanager) postTo(ctx context.Context, r *replica, alerts []alert) error {
	for len(alerts) > 0 {
		n := min(len(alerts), mostAlerts)
		body, err := json.Marshal(alerts[:n])
		if err != nil {
			return &paging.SendError{Permanent: true, Err: fmt.Errorf("encoding the alerts: %w", err)}
		}
		said, err := post(ctx, a.client, r.url, body, a.header)
		if err != nil {
			return quoting(err, said, a.hide)
		}
		alerts = alerts[n:]
	}
	return nil
}
