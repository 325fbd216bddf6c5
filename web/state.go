package web

import (
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/incidents/maintenance"
	"github.com/outrider-monitor/outrider/probes"
)

// look is how a state or an outcome is shown: a word, and a class that gives it its colour and, with the sprite of the
// same name, its shape. Nobody has to tell red from green.
type look struct {
	// Kind is good, slow, bad, unsure or none.
	Kind string
	// Word is short: Working. Sentence says a little more, and may be empty.
	Word, Sentence string
}

// The kinds of looks.
const (
	good   = "good"
	slow   = "slow"
	bad    = "bad"
	unsure = "unsure"
	none   = "none"
)

// ofOutcome is how a run looks.
func ofOutcome(o probes.Outcome) look {
	switch o {
	case probes.Passed:
		return look{Kind: good, Word: "Passed"}
	case probes.Degraded:
		return look{Kind: slow, Word: "Slow"}
	case probes.Failed:
		return look{Kind: bad, Word: "Failed"}
	}
	return look{Kind: unsure, Word: "Not judged"}
}

// ofStep is how a step looks. One that failed by the monitor's own fault blames nobody.
func ofStep(st *probes.StepResult) look {
	switch st.Status {
	case probes.StepPassed:
		return look{Kind: good, Word: "passed"}
	case probes.StepSlow:
		return look{Kind: slow, Word: "over its budget"}
	case probes.StepFailed:
		if st.Failure != nil && st.Failure.Reason.Ours() {
			return look{Kind: unsure, Word: "could not be judged"}
		}
		return look{Kind: bad, Word: "failed"}
	case probes.StepTolerated:
		return look{Kind: slow, Word: "failed, which is tolerated"}
	case probes.StepSkipped:
		return look{Kind: none, Word: "skipped: its condition was not met"}
	case probes.StepNotRun:
		return look{Kind: none, Word: "not run"}
	}
	return look{Kind: unsure, Word: string(st.Status)}
}

// ofJourney is how a journey stands: by its open incident first, then by its last run, unless that is too long ago to
// say anything. last is nil when it never ran.
func ofJourney(j *Journey, state *incidents.State, last *history.RunSummary, now time.Time) look {
	i := state.Incident
	if w := j.Maintenance; w != nil && (i == nil || i.Held() && i.Hold.Cause == incidents.HeldByMaintenance) {
		return inMaintenance(w, now)
	}
	if i != nil {
		if last != nil && overdue(j, last, now) {
			return look{bad, "Broken", "It should have run since. Whether it has recovered is not known."}
		}
		if i.Degraded {
			return look{slow, "Too slow", "It works, but over its time budget for too long."}
		}
		if last != nil && last.Outcome.Good() && i.Flapping > 0 {
			return look{bad, "Recovering", fmt.Sprintf("It keeps breaking: the incident ends when no run has failed for %s.", exact(j.Policy.Calm()))}
		}
		if last != nil && last.Outcome.Good() {
			return look{bad, "Recovering", fmt.Sprintf("The last run passed; %s in a row end the incident.", count(max(1, j.Policy.CloseAfter), "good run"))}
		}
		return look{bad, "Broken", ""}
	}
	if last == nil {
		return look{none, "Waiting", "It has not run yet."}
	}
	if overdue(j, last, now) {
		return look{unsure, "No news", "It should have run since. Whether it works is not known."}
	}
	switch last.Outcome {
	case probes.Passed:
		return look{good, "Working", ""}
	case probes.Degraded:
		return look{slow, "Slow", "It works, over its time budget."}
	case probes.Failed:
		return look{bad, "Failing", capital(tooMany(j.Policy.Broken(), "failed")) + " open an incident."}
	}
	return look{unsure, "Not judged", "The monitor could not judge the last run. That says nothing about the journey."}
}

// inMaintenance is how a journey looks that is left alone.
func inMaintenance(w *maintenance.Window, now time.Time) look {
	what := "It runs, but pages nobody"
	if w.Mode == maintenance.Halt {
		what = "It does not run"
	}
	return look{none, "Maintenance", what + " until " + moment{t: w.Until, now: now}.Clock() + ": " + w.Title() + "."}
}

// ofUnwatched is how a journey looks that is configured no longer.
func ofUnwatched() look {
	return look{none, "Not watched", "It is no longer in the configuration; what is kept of it is shown here."}
}

// overdue reports whether the last run is so long ago that it says nothing any more. A run may be on its way: all its
// attempts may take their whole time, and a slot may have been given up for them.
func overdue(j *Journey, last *history.RunSummary, now time.Time) bool {
	attempt := j.Timeout
	if attempt <= 0 {
		attempt = time.Minute
	}
	patience := time.Duration(j.Confirm+1)*attempt + time.Minute
	if every := j.Schedule.Every; every > 0 {
		return now.Sub(last.EndedAt) > 2*every+patience
	}
	return last.StartedAt.Before(j.Previous) && now.Sub(j.Previous) > patience
}
