package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/probes"
)

// The JSON of /api/v1. Times are RFC 3339 in UTC, durations seconds; what is not known is null or left out.

// apiJourney is an entry of GET /api/v1/journeys.
type apiJourney struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Team    string   `json:"team"`
	Tags    []string `json:"tags"`
	Runbook string   `json:"runbook,omitempty"`
	// State is working, slow, too_slow, failing, broken, recovering, not_judged, no_news, maintenance or waiting.
	State      string              `json:"state"`
	Schedule   string              `json:"schedule"`
	NextRunAt  *time.Time          `json:"next_run_at"`
	LastPassed *time.Time          `json:"last_passed_at"`
	LastRun    *apiRunSummary      `json:"last_run"`
	Incident   *incidents.Incident `json:"incident"`
	URL        string              `json:"url"`
}

// apiRunSummary is an entry of GET /api/v1/journeys/NAME/runs.
type apiRunSummary struct {
	RunID     string        `json:"run_id"`
	Journey   string        `json:"journey"`
	Location  string        `json:"location"`
	Trigger   string        `json:"trigger"`
	Outcome   string        `json:"outcome"`
	Reason    probes.Reason `json:"reason,omitempty"`
	Step      string        `json:"step,omitempty"`
	Message   string        `json:"message,omitempty"`
	Attempts  int           `json:"attempts"`
	DueAt     *time.Time    `json:"due_at"`
	StartedAt time.Time     `json:"started_at"`
	EndedAt   time.Time     `json:"ended_at"`
	Duration  float64       `json:"duration_seconds"`
	QueueWait float64       `json:"queue_wait_seconds"`
	URL       string        `json:"url"`
}

// apiRunDetail is GET /api/v1/runs/ID: the run as it is stored, durations in nanoseconds there.
type apiRunDetail struct {
	*probes.Result
	URL string `json:"url"`
	// TraceURL is where the trace can be looked at.
	TraceURL string `json:"trace_url,omitempty"`
}

// apiError is told when there is nothing to tell.
type apiError struct {
	Error string `json:"error"`
}

// answering answers with JSON.
func (s *site) answering(ask func(r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer, err := ask(r)
		status := http.StatusOK
		if err != nil && r.Context().Err() != nil {
			return
		}
		if err != nil {
			var words string
			status, words = s.explain(r, err)
			answer = apiError{words}
		}
		text, err := json.MarshalIndent(answer, "", "  ")
		if err != nil {
			s.o.Log.Error("an answer cannot be encoded", "path", r.URL.Path, "error", err)
			http.Error(w, `{"error": "the answer cannot be encoded"}`, http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(append(text, '\n'))
	}
}

// badRequest says what is wrong with a question.
type badRequest struct{ problem string }

func (e *badRequest) Error() string { return e.problem }

// limit reads ?limit=, within bounds.
func limit(r *http.Request, usual, most int) (int, error) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, &badRequest{fmt.Sprintf("limit is %q, want a number from 1 to %d", text, most)}
	}
	return n, nil
}

func (s *site) apiJourneys(r *http.Request) (any, error) {
	watched := s.o.Watched()
	all := []apiJourney{}
	for n := range watched.Journeys {
		j := &watched.Journeys[n]
		state := s.o.Store.State(j.Name)
		last, err := s.last(r.Context(), j.Name)
		if err != nil {
			return nil, err
		}
		one := apiJourney{Name: j.Name, Title: j.Title, Team: j.Team, Tags: append([]string{}, j.Tags...), Runbook: j.Runbook,
			State: stateKey(ofJourney(j, &state, last, s.o.Now())), Schedule: every(j.Schedule), NextRunAt: known(j.Next),
			LastPassed: known(state.LastPassedAt), Incident: state.Incident, URL: s.link("journeys", j.Name)}
		if last != nil {
			summary := s.summary(last)
			one.LastRun = &summary
		}
		all = append(all, one)
	}
	return map[string]any{"deployment": watched.Deployment, "location": watched.Location, "journeys": all}, nil
}

func (s *site) apiRuns(r *http.Request) (any, error) {
	most, err := limit(r, 50, 1000)
	if err != nil {
		return nil, err
	}
	name := r.PathValue("name")
	runs, err := s.o.Store.Recent(r.Context(), name, most)
	if err != nil {
		return nil, err
	}
	if len(runs) == 0 && indexOf(s.o.Watched().Journeys, name) < 0 {
		return nil, fmt.Errorf("journey %q: %w", name, history.ErrNotFound)
	}
	all := []apiRunSummary{}
	for n := range runs {
		all = append(all, s.summary(&runs[n]))
	}
	return map[string]any{"runs": all}, nil
}

func (s *site) apiRun(r *http.Request) (any, error) {
	result, err := s.o.Store.Run(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	detail := apiRunDetail{Result: &result, URL: s.link("runs", result.RunID)}
	if watched := s.o.Watched(); result.TraceID != "" && watched.TraceURL != nil {
		detail.TraceURL = watched.TraceURL(result.TraceID)
	}
	return detail, nil
}

// apiNothing answers for addresses that mean nothing.
func (s *site) apiNothing(r *http.Request) (any, error) {
	return nil, fmt.Errorf("%q: %w; there are /api/v1/journeys, /api/v1/journeys/NAME/runs, /api/v1/runs/ID, /api/v1/incidents and /api/v1/incidents/ID", r.URL.Path, history.ErrNotFound)
}

func (s *site) summary(r *history.RunSummary) apiRunSummary {
	return apiRunSummary{RunID: r.ID, Journey: r.Journey, Location: r.Location, Trigger: r.Trigger, Outcome: r.Outcome.String(),
		Reason: r.Reason, Step: r.Step, Message: r.Message, Attempts: r.Attempts, DueAt: known(r.DueAt), StartedAt: r.StartedAt.UTC(),
		EndedAt: r.EndedAt.UTC(), Duration: r.Duration.Seconds(), QueueWait: r.QueueWait.Seconds(), URL: s.link("runs", r.ID)}
}

// stateKey is a state for machines.
func stateKey(l look) string {
	keys := map[string]string{"Working": "working", "Slow": "slow", "Failing": "failing", "Broken": "broken", "Recovering": "recovering", "Too slow": "too_slow",
		"Not judged": "not_judged", "No news": "no_news", "Waiting": "waiting", "Maintenance": "maintenance"}
	return keys[l.Word]
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
