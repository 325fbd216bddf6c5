package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/outrider-monitor/outrider/history"
)

// incidentsData is the list of incidents, the open ones first.
type incidentsData struct {
	Open, Closed []account
}

// incidentData is one incident, with what happened in it and who was told.
type incidentData struct {
	account
	Title     string
	Events    []event
	Pages     []delivery
	Runs      []history.RunSummary
	Strip     strip
	Reproduce string
	Severity  string
}

// event is a line of the timeline.
type event struct {
	At time.Time
	look
	Text, Href, Link string
}

// delivery is one page to one pager.
type delivery struct {
	history.DeliveryRecord
	look
	Text string
}

// The sizes of these pages.
const (
	listedIncidents = 100
	incidentRuns    = 80
)

func (s *site) incidents(r *http.Request) (view, error) {
	ctx, watched := r.Context(), s.o.Watched()
	var d incidentsData
	for _, i := range s.o.Store.OpenIncidents() {
		d.Open = append(d.Open, s.describe(ctx, &i, watched, false))
	}
	known, err := s.o.Store.Incidents(ctx, listedIncidents)
	if err != nil {
		return view{}, err
	}
	for _, i := range known {
		if !i.ClosedAt.IsZero() {
			d.Closed = append(d.Closed, s.describe(ctx, &i, watched, false))
		}
	}
	mood := good
	if len(d.Open) > 0 {
		mood = bad
	}
	return view{Template: "incidents", Title: "Incidents", Section: "incidents", Mood: mood, Live: true, Data: d}, nil
}

func (s *site) incident(r *http.Request) (view, error) {
	ctx, watched := r.Context(), s.o.Watched()
	i, err := s.o.Store.Incident(ctx, r.PathValue("id"))
	if err != nil {
		return view{}, err
	}
	d := incidentData{account: s.describe(ctx, &i, watched, true), Title: human(i.Subject), Severity: i.Severity}
	if n := indexOf(watched.Journeys, i.Subject); n >= 0 {
		j := &watched.Journeys[n]
		d.Title, d.Reproduce = titled(j.Title, j.Name), j.Reproduce
	}
	records, err := s.o.Store.Deliveries(ctx, i.ID)
	if err != nil {
		return view{}, err
	}
	for _, rec := range records {
		d.Pages = append(d.Pages, s.delivery(rec))
	}
	if !d.Own {
		end := i.ClosedAt
		if d.Open {
			end = s.o.Now()
		}
		if d.Runs, err = s.o.Store.Between(ctx, i.Subject, i.Since, end, incidentRuns); err != nil {
			return view{}, err
		}
		d.Strip = s.stripOf(d.Runs, incidentRuns)
	}
	d.Events = s.timeline(&d)
	mood := d.Kind
	return view{Template: "incident", Title: d.Sentence, Section: "incidents", Mood: mood, Live: d.Open || d.undelivered(), Data: d}, nil
}

// undelivered reports whether a page is still on its way.
func (d *incidentData) undelivered() bool {
	return slices.ContainsFunc(d.Pages, func(p delivery) bool { return p.Outcome == "" })
}

// timeline tells what happened, in order.
func (s *site) timeline(d *incidentData) []event {
	i := &d.Incident
	first := "The first failed run started."
	if d.Own {
		first = "The first run that could not be judged started."
	}
	events := []event{}
	if !i.LastPassedAt.IsZero() {
		events = append(events, event{At: i.LastPassedAt, look: look{Kind: good}, Text: "The last good run before it."})
	}
	events = append(events,
		event{At: i.Since, look: look{Kind: bad}, Text: first},
		event{At: i.OpenedAt, look: look{Kind: bad}, Text: "The incident opened" + told(d.Pages, "opened")})
	reminders := map[int64][]delivery{}
	for _, p := range d.Pages {
		if p.Event == "reminded" && p.RelayOf == "" {
			at := p.CreatedAt.Unix()
			reminders[at] = append(reminders[at], p)
		}
	}
	for _, of := range reminders {
		events = append(events, event{At: of[0].CreatedAt, look: look{Kind: slow}, Text: "A reminder was sent" + told(of, "reminded")})
	}
	if !i.ClosedAt.IsZero() {
		text := "The incident closed: it works again" + told(d.Pages, "closed")
		if d.Own {
			text = "The incident closed: every journey can be judged again" + told(d.Pages, "closed")
		}
		if i.Retired {
			text = "The incident ended because the journey is no longer watched, not because it was mended" + told(d.Pages, "closed")
		}
		events = append(events, event{At: i.ClosedAt, look: look{Kind: good}, Text: text})
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.At.Compare(b.At) })
	return events
}

// told names the pagers of an event's pages.
func told(pages []delivery, kind string) string {
	var names []string
	for _, p := range pages {
		if p.Event == kind && p.RelayOf == "" {
			names = append(names, p.Pager)
		}
	}
	if len(names) == 0 {
		return "; nobody was to be told."
	}
	return ", with a page to " + list(names, 4) + "."
}

// delivery says how far a page has come.
func (s *site) delivery(rec history.DeliveryRecord) delivery {
	d := delivery{DeliveryRecord: rec}
	tries := ""
	if rec.Attempts > 1 {
		tries = fmt.Sprintf(", %d tries", rec.Attempts)
	}
	switch rec.Outcome {
	case "accepted":
		d.look, d.Text = look{Kind: good, Word: "Delivered"}, "in "+took(rec.SettledAt.Sub(rec.CreatedAt))+tries
	case "refused":
		d.look, d.Text = look{Kind: bad, Word: "Refused"}, "the pager will never take it"
	default:
		d.look = look{Kind: slow, Word: "On its way"}
		if rec.Attempts > 0 {
			d.look.Word = "Not delivered yet"
			d.Text = "next try " + s.when(rec.DueAt).Hint() + tries
		}
	}
	return d
}
