package httppager

import (
	"maps"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/paging"
)

// alert is a postableAlert of Alertmanager's API v2. Its labels are its identity.
type alert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
}

// alertFor makes a page's alert. It ends by itself after life, unless it is told again; that of the end of an incident ended
// when the incident did.
func alertFor(p paging.Page, now time.Time, life time.Duration) alert {
	a := alert{Labels: labels(p), Annotations: annotations(p), StartsAt: p.Incident.Since.UTC(), EndsAt: now.Add(life).UTC()}
	if p.Event == "closed" && !p.Notice {
		a.EndsAt = p.CreatedAt.UTC()
		if at := p.Incident.ClosedAt; at != nil {
			a.EndsAt = at.UTC()
		}
	}
	if p.Notice { // The only word about it: an alert that ended before it began would be told to nobody.
		a.Labels["severity"], a.StartsAt = "info", now.UTC()
	}
	if a.StartsAt.IsZero() || a.StartsAt.After(a.EndsAt) { // The API refuses these.
		a.StartsAt = a.EndsAt
	}
	for _, l := range p.Links {
		if l.Title == "Incident" {
			a.GeneratorURL = l.URL
		}
	}
	return a
}

// end is the alert at its end.
func (a alert) end(at time.Time) alert {
	a.EndsAt = at.UTC()
	if a.StartsAt.After(a.EndsAt) {
		a.StartsAt = a.EndsAt
	}
	return a
}

// same reports whether both are one alert to Alertmanager.
func (a alert) same(b alert) bool { return maps.Equal(a.Labels, b.Labels) }

// labels are what Alertmanager routes and groups by. dedup_key keeps incidents apart that are alike in all else.
func labels(p paging.Page) map[string]string {
	l := map[string]string{
		"alertname": "JourneyBroken", "dedup_key": paging.ShortKey(p.DedupKey), "deployment": p.Deployment,
		"severity": p.Incident.Severity, "location": strings.Join(p.Incident.Locations, ","), "team": p.Incident.Team,
	}
	switch {
	case p.Event == "test":
		l["alertname"] = "OutriderTest"
	case p.Journey != nil:
		l["journey"], l["team"], l["tags"] = p.Journey.Name, p.Journey.Team, strings.Join(p.Journey.Tags, ",")
		if p.Incident.Degraded {
			l["alertname"] = "JourneySlow"
		}
	case p.Incident.Team != "":
		l["alertname"] = "JourneysBroken"
	default:
		l["alertname"] = "OutriderTrouble"
	}
	maps.DeleteFunc(l, func(_, value string) bool { return value == "" })
	return l
}

// annotations are what people read.
func annotations(p paging.Page) map[string]string {
	a := map[string]string{
		"summary": p.Summary, "description": paging.Text(p.Rows()), "reproduce": p.Reproduce, "page_url": p.Evidence.PageURL,
		"acknowledged_by": p.Incident.AcknowledgedBy,
	}
	if r := p.Relay; r != nil {
		a["not_delivered_to"] = r.Pager
	}
	for _, link := range p.Links {
		// The names that Prometheus' own rules use: runbook_url, ...
		a[strings.ToLower(link.Title)+"_url"] = link.URL
	}
	maps.DeleteFunc(a, func(_, value string) bool { return value == "" })
	return a
}
