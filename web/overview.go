package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/probes"
)

// overviewData is the first page: how it stands, what is broken, and each journey.
type overviewData struct {
	Verdict   verdict
	Warnings  []warning
	Incidents []account
	Journeys  []row
	// Total is the number of journeys; From and To say which of them are shown; Before and After lead to others.
	Total, From, To int
	Before, After   string
}

// verdict is the one sentence that most people come for.
type verdict struct {
	Kind, Sentence string
}

// warning is something that the reader of a green page must know nevertheless.
type warning struct {
	Title, Text string
	Pre         string
}

// row is a journey on the overview.
type row struct {
	Name, Title, Team string
	Href              string
	look
	Strip strip
	Last  *history.RunSummary
	State incidents.State
	Journey
}

// The sizes of the overview.
const (
	overviewRuns  = 40
	overviewRows  = 50
	overviewShots = 3
	// pagePatience is how long a page may be on its way before people are warned.
	pagePatience = 15 * time.Second
)

func (s *site) overview(r *http.Request) (view, error) {
	ctx, watched := r.Context(), s.o.Watched()
	d := overviewData{Total: len(watched.Journeys)}
	looks, err := s.looks(ctx, watched.Journeys)
	if err != nil {
		return view{}, err
	}
	open := s.o.Store.OpenIncidents()
	d.Verdict = judge(watched.Journeys, looks, open)
	if d.Warnings, err = s.warnings(ctx, watched); err != nil {
		return view{}, err
	}
	for n := range open {
		d.Incidents = append(d.Incidents, s.describe(ctx, &open[n], watched, n < overviewShots))
	}
	from, to := s.page(r, &d)
	for n := from; n < to; n++ {
		one, err := s.row(ctx, watched.Journeys[n], looks[n])
		if err != nil {
			return view{}, err
		}
		d.Journeys = append(d.Journeys, one)
	}
	return view{Template: "overview", Title: strings.TrimSuffix(d.Verdict.Sentence, "."), Section: "journeys", Mood: d.Verdict.Kind, Live: true, Data: d}, nil
}

// page picks the journeys of one page.
func (s *site) page(r *http.Request, d *overviewData) (from, to int) {
	number, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || number < 1 || (number-1)*overviewRows >= d.Total {
		number = 1
	}
	from, to = (number-1)*overviewRows, min(number*overviewRows, d.Total)
	d.From, d.To = from+1, to
	if from > 0 {
		d.Before = fmt.Sprintf("%s/?page=%d", s.prefix, number-1)
	}
	if to < d.Total {
		d.After = fmt.Sprintf("%s/?page=%d", s.prefix, number+1)
	}
	return from, to
}

// looks says how each journey stands. It is asked for thousands of journeys every few seconds, so it takes what the
// store has in memory.
func (s *site) looks(ctx context.Context, all []Journey) ([]look, error) {
	states, now := s.o.Store.States(), s.o.Now()
	looks := make([]look, len(all))
	for n := range all {
		state := states[all[n].Name]
		last := remembered(&state)
		if last != nil && overdue(&all[n], last, now) {
			// The state knows when the run started; whether that is too long ago depends on when it ended.
			var err error
			if last, err = s.last(ctx, all[n].Name); err != nil {
				return nil, err
			}
		}
		looks[n] = ofJourney(&all[n], &state, last, now)
	}
	return looks, nil
}

// remembered is what the judge's memory tells of the last run, or nil if there was none.
func remembered(state *incidents.State) *history.RunSummary {
	if state.LastRunAt.IsZero() {
		return nil
	}
	last := &history.RunSummary{Outcome: state.LastOutcome, StartedAt: state.LastRunAt, EndedAt: state.LastRunAt}
	if state.Errors > 0 {
		last.Outcome = probes.Error
	}
	return last
}

// last is a journey's newest run, or nil.
func (s *site) last(ctx context.Context, journey string) (*history.RunSummary, error) {
	runs, err := s.o.Store.Recent(ctx, journey, 1)
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	return &runs[0], nil
}

func (s *site) row(ctx context.Context, j Journey, l look) (row, error) {
	runs, err := s.o.Store.Recent(ctx, j.Name, overviewRuns)
	if err != nil {
		return row{}, err
	}
	one := row{Name: j.Name, Title: titled(j.Title, j.Name), Team: j.Team, Href: s.link("journeys", j.Name), look: l,
		Strip: s.stripOf(runs, overviewRuns), State: s.o.Store.State(j.Name), Journey: j}
	if len(runs) > 0 {
		one.Last = &runs[0]
	}
	return one, nil
}

// warnings are about the monitor: pages on their way for too long, a configuration that could not be loaded.
func (s *site) warnings(ctx context.Context, watched Watched) ([]warning, error) {
	var all []warning
	waiting, oldest, err := s.o.Store.Backlog(ctx)
	if err != nil {
		return nil, err
	}
	if age := s.o.Now().Sub(oldest); waiting > 0 && age >= pagePatience {
		all = append(all, warning{
			Title: fmt.Sprintf("%s %s not been delivered yet", count(waiting, "page"), verb(waiting, "has", "have")),
			Text:  fmt.Sprintf("The oldest has been waiting for %s. Each is tried again until its pager takes it.", span(age)),
		})
	}
	if watched.ReloadProblem != "" {
		all = append(all, warning{
			Title: "The configuration on the disk is not the one in use",
			Text:  "It could not be loaded, so the last good one goes on:", Pre: watched.ReloadProblem,
		})
	}
	return all, nil
}
