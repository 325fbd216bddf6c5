package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/probes"
)

// DeployRun is a journey's run after a deploy.
type DeployRun struct {
	Journey string `json:"journey"`
	// Outcome is that of the run; error also if there was none: Message says why.
	Outcome string        `json:"outcome"`
	RunID   string        `json:"run_id,omitempty"`
	Reason  probes.Reason `json:"reason,omitempty"`
	Step    string        `json:"step,omitempty"`
	Message string        `json:"message,omitempty"`
	Seconds float64       `json:"duration_seconds"`
	URL     string        `json:"url,omitempty"`
	// FailingSince says that a journey which fails did so before the deploy.
	FailingSince *time.Time `json:"failing_since"`
}

// The time that a deploy's journeys get, if nothing else is asked for, and at most.
const (
	deployTime     = 10 * time.Minute
	mostDeployTime = time.Hour
)

// apiDeploy is what POST /api/v1/deploys answers.
type apiDeploy struct {
	Deploy incidents.Deploy `json:"deploy"`
	// Verdict is passed, failed, error (it could not be judged), untested (no journey is tagged with the service), or
	// recorded (nothing else was asked for).
	Verdict string      `json:"verdict"`
	Runs    []DeployRun `json:"runs"`
}

func (s *site) apiDeploys(r *http.Request) (any, error) {
	most, err := limit(r, 50, 200)
	if err != nil {
		return nil, err
	}
	all := []incidents.Deploy{}
	for _, d := range slices.Backward(s.o.Store.Deploys()) {
		if len(all) < most {
			all = append(all, d)
		}
	}
	return map[string]any{"deploys": all}, nil
}

func (s *site) apiDeploy(r *http.Request) (any, error) {
	var ask struct {
		Service    string `json:"service"`
		Version    string `json:"version"`
		By         string `json:"by"`
		URL        string `json:"url"`
		RecordOnly bool   `json:"record_only"`
		Timeout    string `json:"timeout"`
	}
	if err := readJSON(r, &ask); err != nil {
		return nil, err
	}
	d := incidents.Deploy{Service: oneLine(ask.Service, 100), Version: oneLine(ask.Version, 100), At: s.o.Now().UTC(), By: who(r, ask.By), URL: strings.TrimSpace(ask.URL)}
	timeout := deployTime
	if ask.Timeout != "" {
		var err error
		if timeout, err = document.ParseDuration(ask.Timeout); err != nil || timeout <= 0 {
			return nil, &Refusal{"timeout is " + ask.Timeout, "want a duration such as 10m"}
		}
	}
	switch {
	case d.Service == "" || d.Version == "":
		return nil, &Refusal{"service and version are missing", `such as {"service": "cart", "version": "1.4.2"}`}
	case d.URL != "" && external(d.URL) == "" || len(d.URL) > 2000:
		return nil, &Refusal{"url is no http or https address", ""}
	}
	ctx, cancel := context.WithTimeout(r.Context(), min(timeout, mostDeployTime))
	defer cancel()
	d, runs, err := s.o.Actions.Deploy(ctx, d, !ask.RecordOnly)
	if err != nil {
		return nil, err
	}
	a := apiDeploy{Deploy: d, Verdict: "recorded", Runs: []DeployRun{}}
	for _, one := range runs {
		if one.RunID != "" {
			one.URL = s.link("runs", one.RunID)
		}
		a.Runs = append(a.Runs, one)
	}
	if !ask.RecordOnly {
		a.Verdict = verdictOf(runs)
	}
	return a, nil
}

// verdictOf is the worst of the runs; what was not run is not green.
func verdictOf(runs []DeployRun) string {
	verdict := "untested"
	for _, r := range runs {
		switch {
		case r.Outcome == probes.Failed.String():
			return "failed"
		case r.Outcome != probes.Passed.String() && r.Outcome != probes.Degraded.String():
			verdict = "error"
		case verdict == "untested":
			verdict = "passed"
		}
	}
	return verdict
}
