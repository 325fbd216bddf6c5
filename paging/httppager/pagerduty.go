package httppager

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes/redact"
)

// The Events API v2, https://developer.pagerduty.com/docs/events-api-v2-overview, and its limits.
const (
	pagerDutyURL    = "https://events.pagerduty.com/v2/enqueue"
	pagerDutyTitle  = 1024
	pagerDutyEvent  = 512_000
	pagerDutySource = "outrider"
)

// PagerDuty sends pages to one service's integration. The incidents there open and resolve with ours, by the
// dedup key.
type PagerDuty struct {
	routingKey string
	url        string
	client     *http.Client
	hide       *redact.Redactor
}

// NewPagerDuty makes a PagerDuty pager. url is the endpoint; empty: the one of PagerDuty's US region. In the EU
// it is https://events.eu.pagerduty.com/v2/enqueue.
func NewPagerDuty(routingKey, url string) (*PagerDuty, error) {
	if strings.TrimSpace(routingKey) == "" {
		return nil, errors.New("pagerduty: routing_key: want the integration key of an Events API v2 integration")
	}
	if url == "" {
		url = pagerDutyURL
	}
	if err := checkURL(url); err != nil {
		return nil, fmt.Errorf("pagerduty: url: %w", err)
	}
	key := strings.TrimSpace(routingKey)
	return &PagerDuty{routingKey: key, url: url, client: newClient(), hide: redact.New(map[string]string{"routing key": key})}, nil
}

// Send implements [paging.Pager]. A notice of what is over already leaves a resolved incident there, with the least severity,
// rather than nothing: a resolve alone would be dropped.
func (p *PagerDuty) Send(ctx context.Context, page paging.Page) error {
	if page.Notice {
		begun := page
		begun.Event, begun.Incident.Severity = "opened", "info"
		if err := p.enqueue(ctx, begun); err != nil {
			return err
		}
	}
	return p.enqueue(ctx, page)
}

func (p *PagerDuty) enqueue(ctx context.Context, page paging.Page) error {
	body, err := json.Marshal(pagerDutyFor(page, p.routingKey))
	if err == nil && len(body) > pagerDutyEvent {
		err = fmt.Errorf("%d bytes are more than the %d that an event may have", len(body), pagerDutyEvent)
	}
	if err != nil {
		return &paging.SendError{Permanent: true, Err: fmt.Errorf("encoding the event: %w", err)}
	}
	said, err := post(ctx, p.client, p.url, body, nil)
	return quoting(err, said, p.hide)
}

// Close frees the connections that are kept.
func (p *PagerDuty) Close() error {
	p.client.CloseIdleConnections()
	return nil
}

// pagerDutyMessage and the types below are the API's JSON.
type pagerDutyMessage struct {
	RoutingKey string            `json:"routing_key"`
	Action     string            `json:"event_action"`
	DedupKey   string            `json:"dedup_key"`
	Payload    *pagerDutyPayload `json:"payload,omitempty"`
	Client     string            `json:"client,omitempty"`
	ClientURL  string            `json:"client_url,omitempty"`
	Links      []pagerDutyLink   `json:"links,omitempty"`
	Images     []pagerDutyImage  `json:"images,omitempty"`
}

type pagerDutyPayload struct {
	Summary   string           `json:"summary"`
	Source    string           `json:"source"`
	Severity  string           `json:"severity"`
	Timestamp string           `json:"timestamp"`
	Component string           `json:"component,omitempty"`
	Group     string           `json:"group,omitempty"`
	Class     string           `json:"class,omitempty"`
	Details   pagerDutyDetails `json:"custom_details"`
}

// pagerDutyDetails are shown in this order's alphabet by PagerDuty; the words are those of the page.
type pagerDutyDetails struct {
	Event        string   `json:"event"`
	Journey      string   `json:"journey,omitempty"`
	Title        string   `json:"title,omitempty"`
	Team         string   `json:"team,omitempty"`
	Tags         []string `json:"tags,omitempty"`
	Affected     []string `json:"affected_journeys,omitempty"`
	Deploys      []string `json:"deploys,omitempty"`
	Locations    []string `json:"locations,omitempty"`
	Since        string   `json:"since"`
	LastPassedAt string   `json:"last_passed_at,omitempty"`
	FailedRuns   int      `json:"failed_runs"`
	Reason       string   `json:"reason,omitempty"`
	Step         string   `json:"step,omitempty"`
	Message      string   `json:"message,omitempty"`
	Expected     string   `json:"expected,omitempty"`
	Got          string   `json:"got,omitempty"`
	PageURL      string   `json:"page_url,omitempty"`
	Console      []string `json:"console,omitempty"`
	Requests     []string `json:"requests,omitempty"`
	Reproduce    string   `json:"reproduce,omitempty"`
	NotDelivered string   `json:"not_delivered_to,omitempty"`
	RunID        string   `json:"run_id"`
	TraceID      string   `json:"trace_id,omitempty"`
	IncidentID   string   `json:"incident_id"`
}

type pagerDutyLink struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

type pagerDutyImage struct {
	Src  string `json:"src"`
	Href string `json:"href,omitempty"`
	Alt  string `json:"alt,omitempty"`
}

// pagerDutyFor translates a page. Closed resolves, acknowledged acknowledges; everything else triggers, and a trigger with the key of an
// open incident joins it.
func pagerDutyFor(p paging.Page, routingKey string) pagerDutyMessage {
	m := pagerDutyMessage{RoutingKey: routingKey, Action: "trigger", DedupKey: paging.ShortKey(p.DedupKey), Client: "Outrider"}
	switch p.Event {
	case "closed":
		m.Action = "resolve"
		return m
	case "acknowledged":
		m.Action = "acknowledge"
		return m
	}
	m.Payload = &pagerDutyPayload{
		Summary: paging.Cut(p.Summary, pagerDutyTitle), Source: pagerDutySource + "/" + p.Deployment, Severity: p.Incident.Severity,
		Timestamp: p.CreatedAt.Format(time.RFC3339Nano), Class: p.Incident.Reason, Details: details(p),
	}
	if p.Journey != nil {
		m.Payload.Component, m.Payload.Group = p.Journey.Name, p.Journey.Team
	}
	for _, l := range p.Links {
		m.Links = append(m.Links, pagerDutyLink{Href: l.URL, Text: l.Title})
		if l.Title == "Incident" {
			m.ClientURL = l.URL
		}
	}
	if shot := p.Evidence.ScreenshotURL; strings.HasPrefix(shot, "https://") { // The API refuses others.
		m.Images = []pagerDutyImage{{Src: shot, Href: shot, Alt: "The page when the step failed"}}
	}
	return m
}

func details(p paging.Page) pagerDutyDetails {
	d := pagerDutyDetails{
		Event: p.Event, Affected: append(p.Incident.Journeys, p.Incident.Affected...), Locations: p.Incident.Locations,
		Since: p.Incident.Since.Format(time.RFC3339), FailedRuns: p.Incident.FailedRuns,
		Reason: p.Incident.Reason, Step: p.Incident.Step, Message: p.Incident.Message, Expected: p.Incident.Expected,
		Got: p.Incident.Got, PageURL: p.Evidence.PageURL, Console: p.Evidence.Console, Requests: p.Evidence.Requests,
		Reproduce: p.Reproduce, RunID: p.Evidence.RunID, TraceID: p.Evidence.TraceID, IncidentID: p.Incident.ID,
	}
	if j := p.Journey; j != nil {
		d.Journey, d.Title, d.Team, d.Tags = j.Name, j.Title, j.Team, j.Tags
	}
	for _, one := range p.Incident.Deploys {
		d.Deploys = append(d.Deploys, one.Service+" "+one.Version+" at "+one.At.Format(time.RFC3339))
	}
	if at := p.Incident.LastPassedAt; at != nil {
		d.LastPassedAt = at.Format(time.RFC3339)
	}
	if p.Relay != nil {
		d.NotDelivered = p.Relay.Pager + ": " + p.Relay.Cause
	}
	return d
}
