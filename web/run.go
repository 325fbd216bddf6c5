package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/probes"
)

// runData is all that is known of one run.
type runData struct {
	*probes.Result
	look
	// Sentence is the verdict; Name and Title are the journey's.
	Sentence, Name, Title string
	JourneyHref           string
	// Took is known of a run of which only the summary is kept, too.
	Took time.Duration
	// Late is how long after its time it started; empty if on time.
	Late string
	// Attempts hides the result's: the one that decided comes first.
	Attempts []attempt
	// Incident is the one that this run is part of, or nil.
	Incident *account
	// LastGood is the good run before this one, if this one is not good.
	LastGood  *history.RunSummary
	Reproduce string
	Runbook   string
	// TraceHref is where the run's trace can be looked at; empty if nobody knows.
	TraceHref string
}

// attempt is one pass through the steps, with its evidence.
type attempt struct {
	*probes.Attempt
	look
	Deciding  bool
	Waterfall waterfall
	Numbers   numbers
	Shot      string
	ShotAlt   string
	// Console is that of the evidence. Requests are too, the failed ones first.
	Console  []consoleLine
	Requests []requestLine
	// Film is that of the last seconds.
	Film []frameOfFilm
	// Files are the artifacts that are not shown as a picture.
	Files []file
}

type consoleLine struct {
	probes.ConsoleLine
	Severe bool
}

type requestLine struct {
	probes.RequestLine
	Failed bool
	// Result is the status, or what the network said.
	Result string
}

// frameOfFilm is one picture of the film.
type frameOfFilm struct {
	probes.Still
	Href string
}

// file is an artifact; Title says what it is, and is empty where nobody knows.
type file struct{ Title, Name, Href string }

func fileTitle(e *probes.Evidence, name string) string {
	switch name {
	case e.DOM:
		return "The document as it was"
	case e.HAR:
		return "All requests, as a HAR file for a browser's developer tools"
	}
	return ""
}

// lookBack is how far, and over how many runs, the last good run is looked for.
const (
	lookBack     = 7 * 24 * time.Hour
	lookBackRuns = 300
)

func (s *site) run(r *http.Request) (view, error) {
	ctx, watched := r.Context(), s.o.Watched()
	result, err := s.o.Store.Run(ctx, r.PathValue("id"))
	if err != nil {
		return view{}, err
	}
	lasted, err := s.duration(ctx, &result)
	if err != nil {
		return view{}, err
	}
	d := runData{Result: &result, look: ofOutcome(result.Outcome), Sentence: sentence(&result, lasted), Took: lasted, Name: result.Journey,
		Title: human(result.Journey), JourneyHref: s.link("journeys", result.Journey)}
	if result.TraceID != "" && watched.TraceURL != nil {
		d.TraceHref = watched.TraceURL(result.TraceID)
	}
	if n := indexOf(watched.Journeys, result.Journey); n >= 0 {
		j := &watched.Journeys[n]
		d.Title, d.Reproduce, d.Runbook = titled(j.Title, j.Name), j.Reproduce, j.Runbook
	}
	if late := result.StartedAt.Sub(result.DueAt); !result.DueAt.IsZero() && late >= time.Second {
		d.Late = took(late)
	}
	for n := len(result.Attempts) - 1; n >= 0; n-- {
		a := s.attempt(&result, n)
		a.Waterfall.quieten(a.Step) // The page has said it above.
		d.Attempts = append(d.Attempts, a)
	}
	if d.Incident, err = s.incidentOf(ctx, &result, watched); err != nil {
		return view{}, err
	}
	if !result.Outcome.Good() {
		if d.LastGood, err = s.goodBefore(ctx, &result); err != nil {
			return view{}, err
		}
	}
	return view{Template: "run", Title: d.Sentence, Section: "journeys", Mood: d.Kind, Data: d}, nil
}

// duration is how long a run took.
func (s *site) duration(ctx context.Context, r *probes.Result) (time.Duration, error) {
	if len(r.Attempts) > 0 {
		return r.Duration(), nil
	}
	same, err := s.o.Store.Between(ctx, r.Journey, r.StartedAt, r.StartedAt, 10)
	if err != nil {
		return 0, err
	}
	for _, one := range same {
		if one.ID == r.RunID {
			return one.Duration, nil
		}
	}
	return r.EndedAt.Sub(r.StartedAt), nil
}

// sentence is the verdict on a run.
func sentence(r *probes.Result, d time.Duration) string {
	name := human(r.Journey)
	switch r.Outcome {
	case probes.Passed:
		return fmt.Sprintf("%s passed in %s", name, took(d))
	case probes.Degraded:
		if r.Failure != nil && len(r.Failure.ThirdParty) > 0 {
			return fmt.Sprintf("%s got as far as “%s”, where only a third party failed", name, r.Step)
		}
		if r.Step != "" {
			return fmt.Sprintf("%s passed, but was slow at “%s”", name, r.Step)
		}
		return fmt.Sprintf("%s passed, but slowly", name)
	case probes.Failed:
		if r.Step != "" {
			return fmt.Sprintf("%s failed at “%s”", name, r.Step)
		}
		return name + " failed"
	}
	return name + " could not be judged"
}

func (s *site) attempt(r *probes.Result, n int) attempt {
	a := attempt{Attempt: &r.Attempts[n], look: ofOutcome(r.Attempts[n].Outcome), Deciding: n == len(r.Attempts)-1}
	a.Waterfall, a.Numbers = s.waterfallOf(r.RunID, a.Steps), numbersOf(a.Steps)
	e := a.Evidence
	if e == nil {
		return a
	}
	if e.Screenshot != "" {
		a.Shot, a.ShotAlt = s.link("runs", r.RunID, "artifacts", e.Screenshot), shotAlt(e.PageTitle, a.Step)
	}
	for _, l := range e.Console {
		a.Console = append(a.Console, consoleLine{l, l.Level == "error" || l.Level == "exception"})
	}
	for _, q := range e.Requests {
		line := requestLine{RequestLine: q, Failed: q.Error != "" || q.Status >= 400, Result: q.Error}
		if line.Result == "" && q.Status > 0 {
			line.Result = fmt.Sprint(q.Status)
		}
		a.Requests = append(a.Requests, line)
	}
	slices.SortStableFunc(a.Requests, func(x, y requestLine) int {
		switch {
		case x.Failed == y.Failed:
			return 0
		case x.Failed:
			return -1
		}
		return 1
	})
	filmed := map[string]bool{}
	for _, st := range e.Film {
		filmed[st.Name] = true
		a.Film = append(a.Film, frameOfFilm{st, s.link("runs", r.RunID, "artifacts", st.Name)})
	}
	for _, f := range e.Artifacts {
		if f.Name != e.Screenshot && !filmed[f.Name] {
			a.Files = append(a.Files, file{fileTitle(e, f.Name), f.Name, s.link("runs", r.RunID, "artifacts", f.Name)})
		}
	}
	return a
}

// incidentOf finds the incident that a run is part of: a bad one that was open, or about to be, when it ran.
func (s *site) incidentOf(ctx context.Context, r *probes.Result, watched Watched) (*account, error) {
	subject := r.Journey
	if r.Outcome == probes.Error {
		subject = ""
	}
	known, err := s.o.Store.IncidentsOf(ctx, subject, 100)
	if err != nil {
		return nil, err
	}
	for n := range known {
		if spans(&known[n], r) {
			a := s.describe(ctx, &known[n], watched, false)
			return &a, nil
		}
	}
	return nil, nil
}

// spans reports whether a run lies in an incident. The good run that closed it still does.
func spans(i *incidents.Incident, r *probes.Result) bool {
	if i.Subject == "" && len(i.Journeys) > 0 && i.ClosedAt.IsZero() && !slices.Contains(i.Journeys, r.Journey) {
		return false
	}
	return !r.StartedAt.Before(i.Since) && (i.ClosedAt.IsZero() || !r.StartedAt.After(i.ClosedAt))
}

// goodBefore is the last good run before a run, or nil.
func (s *site) goodBefore(ctx context.Context, r *probes.Result) (*history.RunSummary, error) {
	runs, err := s.o.Store.Between(ctx, r.Journey, r.StartedAt.Add(-lookBack), r.StartedAt, lookBackRuns)
	if err != nil {
		return nil, err
	}
	for n := range runs {
		if runs[n].Outcome.Good() && runs[n].ID != r.RunID {
			return &runs[n], nil
		}
	}
	return nil, nil
}

// Whole tells whether more than the summary of the run is kept.
func (d runData) Whole() bool { return len(d.Attempts) > 0 }

// Verb is what a step did, unless its name says so already.
func (l line) Verb() string {
	if strings.HasPrefix(strings.ToLower(l.Name), strings.ToLower(l.StepResult.Verb)+" ") {
		return ""
	}
	return l.StepResult.Verb
}
