package incidents

import (
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// Incident lasts from the moment the policy says broken until it says mended.
type Incident struct {
	// ID is derived from the run that opened it.
	ID string `json:"id"`
	// Subject is the journey's name; empty for the monitor's own incident and for a storm.
	Subject string `json:"subject"`
	// Team is the team of a storm, the incident that stands for those of many journeys; empty for all others.
	Team string `json:"team,omitempty"`
	// Severity is critical, error, warning or info.
	Severity string `json:"severity"`
	// Degraded says that the journey was never worse than slow: runs over their budget opened it.
	Degraded bool `json:"degraded,omitempty"`
	// Since is the start of the first failed run; ConfirmedAt its end, when every attempt had failed; OpenedAt when the
	// policy was met; LastBadAt the end of the last bad run; MendedAt the end of the first of the good runs that closed
	// it.
	Since       time.Time `json:"since"`
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
	OpenedAt    time.Time `json:"opened_at"`
	LastBadAt   time.Time `json:"last_bad_at,omitzero"`
	MendedAt    time.Time `json:"mended_at,omitzero"`
	ClosedAt    time.Time `json:"closed_at,omitzero"`
	// RemindedAt is when the last page about it was composed.
	RemindedAt time.Time `json:"reminded_at,omitzero"`
	// AlertedAt is since when people know of it and nobody looks after it; RungAt is that, or when the last rung of the
	// ladder was climbed.
	AlertedAt time.Time `json:"alerted_at,omitzero"`
	RungAt    time.Time `json:"rung_at,omitzero"`
	// Escalations are the rungs of the ladder that were climbed, the first one first.
	Escalations []Escalation `json:"escalations,omitempty"`
	// Deployment is the one under whose key it was told, whatever the monitor is called by now. Whoever addresses pages
	// sets it.
	Deployment string `json:"deployment,omitempty"`
	// Drill says that it is none: an exercise.
	Drill bool `json:"drill,omitempty"`
	// Locations are sorted.
	Locations []string `json:"locations,omitempty"`
	// Journeys are those that the monitor cannot judge, or those of a storm, sorted; empty in a journey's own incident.
	Journeys []string `json:"journeys,omitempty"`
	// Affected are the broken journeys that depend on this one, as they were told last, sorted.
	Affected []string `json:"affected,omitempty"`
	// Deploys are what was released just before it, the likeliest cause first.
	Deploys []Deploy `json:"deploys,omitempty"`
	// Hold says why nobody was told of it at once; nil: everybody was.
	Hold *Hold `json:"hold,omitempty"`
	// Step, Failure and RunID describe the last failed run.
	Step    string          `json:"step,omitempty"`
	Failure *probes.Failure `json:"failure,omitempty"`
	RunID   string          `json:"run_id"`
	// TraceID is that run's trace in OpenTelemetry; empty if it left none.
	TraceID    string `json:"trace_id,omitempty"`
	FailedRuns int    `json:"failed_runs"`
	// LastPassedAt is the last good run before it.
	LastPassedAt time.Time `json:"last_passed_at,omitzero"`
	// Pagers are those that pages about it were addressed to, sorted. Whoever addresses pages keeps it, see [Tell]:
	// those who heard of the start must hear of the end, whoever would be told by then.
	Pagers []string `json:"pagers,omitempty"`
	// Flapping is how often the journey has opened an incident within the time of its policy, if that is too often: the
	// incident stays open then until no run has failed for a while.
	Flapping int `json:"flapping,omitempty"`
	// Acknowledged says who looks after it; nil: nobody has said so.
	Acknowledged *Acknowledgement `json:"acknowledged,omitempty"`
	// Retired says that it was closed because its journey is no longer watched, not because it was mended.
	Retired bool `json:"retired,omitempty"`
}

// Tell gives the incident with these pagers among those that were told.
func (i Incident) Tell(pagers ...string) Incident {
	for _, name := range pagers {
		i.Pagers = insert(i.Pagers, name)
	}
	return i
}

// EventKind is one change of an incident.
type EventKind string

// The events.
const (
	Opened       EventKind = "opened"
	Reminded     EventKind = "reminded"
	Acknowledged EventKind = "acknowledged"
	// Escalated: it got worse, from slow to broken or to a worse severity; or, with a Rung, nobody acknowledged it in time.
	Escalated EventKind = "escalated"
	Closed    EventKind = "closed"
)

// Event is one change of one incident, to be told to people.
type Event struct {
	Kind EventKind `json:"kind"`
	At   time.Time `json:"at"`
	// RunID is the run that brought it about; empty when none did.
	RunID string `json:"run_id,omitempty"`
	// Rung is which rung of the ladder was climbed, from 1; 0: none was.
	Rung     int      `json:"rung,omitempty"`
	Incident Incident `json:"incident"`
}

// open makes the incident that the run r completes the evidence for.
func open(subject string, row Series, severity string, r *probes.Result) Incident {
	i := Incident{
		ID:          "inc_" + r.RunID,
		Subject:     subject,
		Severity:    severity,
		Since:       row.Since,
		ConfirmedAt: row.FirstEndedAt,
		OpenedAt:    latest(r.EndedAt, row.Since),
		RemindedAt:  r.EndedAt,
		FailedRuns:  row.Runs,
	}
	i.alert(r.EndedAt)
	if subject == "" {
		i.ID = "mon_" + r.RunID
	}
	i.saw(r)
	return i
}

// saw takes over what the last bad run shows.
func (i *Incident) saw(r *probes.Result) {
	i.Step, i.Failure, i.RunID, i.TraceID, i.LastBadAt = r.Step, r.Failure, r.RunID, r.TraceID, r.EndedAt
	i.Locations = insert(i.Locations, r.Location)
}

// reminderDue reports whether it is time for another page. A clock that was set back starts the wait anew
// rather than silencing the reminders until it has caught up.
func (i *Incident) reminderDue(p Policy, now time.Time) bool {
	if now.Before(i.RemindedAt) {
		i.RemindedAt = now
	}
	return p.Remind > 0 && i.Acknowledged == nil && !i.Held() && now.Sub(i.RemindedAt) >= p.Remind
}

// close ends the incident.
func (i *Incident) close(at time.Time) { i.ClosedAt = latest(at, i.OpenedAt) }

func (i *Incident) event(kind EventKind, at time.Time, runID string) Event {
	return Event{Kind: kind, At: at, RunID: runID, Incident: *i}
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
