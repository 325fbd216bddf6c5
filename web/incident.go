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
	// Took are the times to detect, accept, acknowledge and resolve, as far as they are known.
	Took []length
	// MayAcknowledge says that nobody looks after it yet; Allowed, that the reader may say so here.
	MayAcknowledge, Allowed bool
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
	if i.Team != "" {
		d.Title = "One page stands for all of them"
	}
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
	if i.Subject != "" {
		end := i.ClosedAt
		if d.Open {
			end = s.o.Now()
		}
		if d.Runs, err = s.o.Store.Between(ctx, i.Subject, i.Since, end, incidentRuns); err != nil {
			return view{}, err
		}
		d.Strip = s.stripOf(d.Runs, incidentRuns)
	}
	events, err := s.o.Store.Events(ctx, i.ID)
	if err != nil {
		return view{}, err
	}
	d.Events = timeline(&d, events, records)
	d.Took = lengths(&d)
	d.MayAcknowledge = d.Open && i.Acknowledged == nil && !i.Held() && s.o.Actions != nil
	d.Allowed = d.MayAcknowledge && s.o.Actions.Allowed(r)
	mood := d.Kind
	return view{Template: "incident", Title: d.Sentence, Section: "incidents", Mood: mood, Live: d.Open || d.undelivered(), Data: d}, nil
}

// undelivered reports whether a page is still on its way.
func (d *incidentData) undelivered() bool {
	return slices.ContainsFunc(d.Pages, func(p delivery) bool { return p.Outcome == "" })
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
	case "collapsed":
		d.look, d.Text = look{Kind: slow, Word: "Not sent"}, "the incident was over before the pager could be reached; the page about its end says so"
	default:
		d.look = look{Kind: slow, Word: "On its way"}
		if rec.Attempts > 0 {
			d.look.Word = "Not delivered yet"
			d.Text = "next try " + s.when(rec.DueAt).Hint() + tries
		}
	}
	return d
}
