package web

import (
	"net/http"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
)

// apiIncident is an entry of GET /api/v1/incidents.
type apiIncident struct {
	incidents.Incident
	Open bool   `json:"open"`
	URL  string `json:"url"`
	// How long it took, in seconds, from the start of the first failed run; null as long as it has not happened.
	Detect      *float64 `json:"time_to_detect_seconds"`
	Acknowledge *float64 `json:"time_to_acknowledge_seconds"`
	Resolve     *float64 `json:"time_to_resolve_seconds"`
}

// apiIncidentDetail is GET /api/v1/incidents/ID.
type apiIncidentDetail struct {
	apiIncident
	// AcceptedAt is when a pager first took the page of its opening.
	AcceptedAt *time.Time `json:"accepted_at"`
	Timeline   []apiEvent `json:"timeline"`
}

// apiEvent is something that happened in an incident: first_failure, confirmed, opened, held, accepted, reminded, escalated,
// acknowledged, mended, closed.
type apiEvent struct {
	At    time.Time `json:"at"`
	Event string    `json:"event"`
	RunID string    `json:"run_id,omitempty"`
	// Pager is who accepted a page; By is who acknowledged, and Via where.
	Pager string `json:"pager,omitempty"`
	By    string `json:"by,omitempty"`
	Via   string `json:"via,omitempty"`
	// Pagers are those to whom it was escalated because nobody acknowledged it for Unacknowledged seconds; neither is there
	// when it got worse.
	Pagers         []string `json:"pagers,omitempty"`
	Unacknowledged *float64 `json:"unacknowledged_seconds,omitempty"`
}

func (s *site) apiIncidents(r *http.Request) (any, error) {
	most, err := limit(r, 100, 1000)
	if err != nil {
		return nil, err
	}
	found, err := s.o.Store.Incidents(r.Context(), most)
	if err != nil {
		return nil, err
	}
	all := []apiIncident{}
	for n := range found {
		all = append(all, s.listed(&found[n]))
	}
	return map[string]any{"incidents": all}, nil
}

func (s *site) apiIncident(r *http.Request) (any, error) {
	ctx := r.Context()
	i, err := s.o.Store.Incident(ctx, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	pages, err := s.o.Store.Deliveries(ctx, i.ID)
	if err != nil {
		return nil, err
	}
	events, err := s.o.Store.Events(ctx, i.ID)
	if err != nil {
		return nil, err
	}
	d := apiIncidentDetail{apiIncident: s.listed(&i), Timeline: happened(&i, events, pages)}
	for _, e := range d.Timeline {
		if e.Event == "accepted" {
			d.AcceptedAt = known(e.At)
			break
		}
	}
	return d, nil
}

func (s *site) listed(i *incidents.Incident) apiIncident {
	a := apiIncident{Incident: *i, Open: i.ClosedAt.IsZero(), URL: s.link("incidents", i.ID)}
	detect, acknowledge, resolve := i.Times()
	a.Detect, a.Acknowledge, a.Resolve = inSeconds(detect), inSeconds(acknowledge), inSeconds(resolve)
	return a
}

func inSeconds(d *time.Duration) *float64 {
	if d == nil {
		return nil
	}
	n := d.Seconds()
	return &n
}

// happened is the story of an incident, in order.
func happened(i *incidents.Incident, events []history.EventRecord, pages []history.DeliveryRecord) []apiEvent {
	story := []apiEvent{{At: i.Since.UTC(), Event: "first_failure"}}
	add := func(at time.Time, event string) {
		if !at.IsZero() {
			story = append(story, apiEvent{At: at.UTC(), Event: event})
		}
	}
	add(i.ConfirmedAt, "confirmed")
	for _, e := range events {
		one := apiEvent{At: e.At, Event: string(e.Kind), RunID: e.RunID}
		if a := i.Acknowledged; e.Kind == incidents.Acknowledged && a != nil && a.At.Equal(e.At) {
			one.By, one.Via = a.By, a.Via
		}
		for _, up := range i.Escalations {
			if e.Kind == incidents.Escalated && e.RunID == "" && up.At.Equal(e.At) {
				waited := up.Waited()
				one.Pagers, one.Unacknowledged = up.Pagers, inSeconds(&waited)
			}
		}
		story = append(story, one)
	}
	if i.Hold != nil && i.Team == "" {
		add(i.Hold.Since, "held")
	}
	told := map[string]bool{}
	for _, p := range pages {
		if p.Event == "opened" && p.Outcome == "accepted" && !told[p.Pager] {
			told[p.Pager] = true
			story = append(story, apiEvent{At: p.SettledAt, Event: "accepted", Pager: p.Pager})
		}
	}
	add(i.MendedAt, "mended")
	inOrder(story, func(e *apiEvent) (time.Time, string) { return e.At, e.Event })
	return story
}
