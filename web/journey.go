package web

import (
	"fmt"
	"net/http"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
)

// journeyData is one journey: how it stands, its last run, its runs, its incidents.
type journeyData struct {
	Journey
	// Watched is false when it is configured no longer: then only Name is known of it.
	Watched bool
	Name    string
	Title   string
	look
	State incidents.State
	Strip strip
	Runs  []history.RunSummary
	// Last is the last run's deciding attempt, or nil.
	Last      *attempt
	LastRun   *history.RunSummary
	Incidents []account
}

// The sizes of a journey's page.
const (
	journeyBars      = 80
	journeyRuns      = 30
	journeyIncidents = 20
)

func (s *site) journey(r *http.Request) (view, error) {
	ctx, name, watched := r.Context(), r.PathValue("name"), s.o.Watched()
	d := journeyData{Name: name, Title: human(name), State: s.o.Store.State(name), look: ofUnwatched()}
	runs, err := s.o.Store.Recent(ctx, name, journeyBars)
	if err != nil {
		return view{}, err
	}
	if len(runs) > 0 {
		d.LastRun = &runs[0]
	}
	known, err := s.o.Store.IncidentsOf(ctx, name, journeyIncidents)
	if err != nil {
		return view{}, err
	}
	if n := indexOf(watched.Journeys, name); n >= 0 {
		d.Watched, d.Journey = true, watched.Journeys[n]
		d.Title = titled(d.Journey.Title, name)
		d.look = ofJourney(&d.Journey, &d.State, d.LastRun, s.o.Now())
	} else if len(runs) == 0 && len(known) == 0 {
		return view{}, fmt.Errorf("journey %q: %w", name, history.ErrNotFound)
	}
	d.Strip = s.stripOf(runs, journeyBars)
	d.Runs = runs[:min(len(runs), journeyRuns)]
	for n := range known {
		told := s.describe(ctx, &known[n], watched, false)
		told.JourneyHref = "" // The reader is there already.
		d.Incidents = append(d.Incidents, told)
	}
	if d.LastRun != nil {
		if d.Last, err = s.lastAttempt(r, d.LastRun.ID); err != nil {
			return view{}, err
		}
	}
	return view{Template: "journey", Title: d.Title, Section: "journeys", Mood: d.Kind, Live: true, Data: d}, nil
}

// lastAttempt is the attempt that decided a run, or nil if only the run's summary is kept.
func (s *site) lastAttempt(r *http.Request, runID string) (*attempt, error) {
	result, err := s.o.Store.Run(r.Context(), runID)
	if err != nil || len(result.Attempts) == 0 {
		return nil, err
	}
	a := s.attempt(&result, len(result.Attempts)-1)
	return &a, nil
}

// EverySchedule puts the schedule in words.
func (d journeyData) EverySchedule() string { return every(d.Schedule) }
