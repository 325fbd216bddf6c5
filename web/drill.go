package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// DrillRequest is what a drill is to be like.
type DrillRequest struct {
	// Severity is the one whose way it takes; empty: that of the hour.
	Severity string
	By       string
	// Escalate: the ladder is climbed too, without the waits.
	Escalate bool
}

// Drill is what became of a drill.
type Drill struct {
	ID       string    `json:"id"`
	Journey  string    `json:"journey"`
	Severity string    `json:"severity"`
	OpenedAt time.Time `json:"opened_at"`
	// Heard says that every page was accepted by the pager that it was meant for.
	Heard bool `json:"heard"`
	// Legs are the pages, in the order in which they were made; Ladder is who would hear of it if nobody acknowledged it.
	Legs   []DrillLeg  `json:"legs"`
	Ladder []DrillRung `json:"ladder"`
}

// DrillLeg is one page to one pager. Outcome is empty as long as it is on its way.
type DrillLeg struct {
	Event   string `json:"event"`
	Pager   string `json:"pager"`
	Instead string `json:"instead_of,omitempty"`
	Outcome string `json:"outcome"`
	// At is when it was settled, Seconds how long that took from when it was stored.
	At       *time.Time `json:"at"`
	Seconds  float64    `json:"seconds"`
	Attempts int        `json:"attempts"`
	Error    string     `json:"error,omitempty"`
}

// DrillRung is a rung of the ladder, After in seconds.
type DrillRung struct {
	After  float64  `json:"after_seconds"`
	Pagers []string `json:"pagers"`
}

// DrillLegOf is the leg that a delivery is.
func DrillLegOf(d history.DeliveryRecord) DrillLeg {
	l := DrillLeg{Event: d.Event, Pager: d.Pager, Instead: d.RelayOf, Outcome: d.Outcome, At: known(d.SettledAt), Attempts: d.Attempts, Error: d.LastError}
	if !d.SettledAt.IsZero() {
		l.Seconds = max(0, d.SettledAt.Sub(d.CreatedAt).Seconds())
	}
	return l
}

// drillTime is how long a drill waits for its pagers if nothing else is asked for, and longestDrill at most.
const (
	drillTime    = time.Minute
	longestDrill = 10 * time.Minute
)

func (s *site) apiDrill(r *http.Request) (any, error) {
	var ask struct {
		Severity string `json:"severity"`
		By       string `json:"by"`
		Escalate bool   `json:"escalate"`
		Timeout  string `json:"timeout"`
	}
	if err := readJSON(r, &ask); err != nil {
		return nil, err
	}
	if ask.Severity != "" && !slices.Contains(journeys.Severities(), ask.Severity) {
		return nil, &Refusal{"there is no severity " + ask.Severity, "want one of " + strings.Join(journeys.Severities(), ", ")}
	}
	timeout := drillTime
	if ask.Timeout != "" {
		var err error
		if timeout, err = document.ParseDuration(ask.Timeout); err != nil || timeout <= 0 {
			return nil, &Refusal{"timeout is " + ask.Timeout, "want a duration such as 1m"}
		}
	}
	ctx, cancel := context.WithTimeout(r.Context(), min(timeout, longestDrill))
	defer cancel()
	d, err := s.o.Actions.Drill(ctx, r.PathValue("name"), DrillRequest{Severity: ask.Severity, By: who(r, ask.By), Escalate: ask.Escalate})
	if err != nil {
		return nil, err
	}
	if d.Ladder == nil {
		d.Ladder = []DrillRung{}
	}
	return d, nil
}
