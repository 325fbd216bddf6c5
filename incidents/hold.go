package incidents

import (
	"slices"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// HoldCause is why nobody has been told of an incident yet.
type HoldCause string

// The causes.
const (
	// HeldByDependency: the incident of a journey that it depends on explains it, and has been told.
	HeldByDependency HoldCause = "dependency"
	// HeldByDoubt: a journey that it depends on has just failed too, and its next run will say more.
	HeldByDoubt HoldCause = "doubt"
	// HeldByMaintenance: people know that it may be broken.
	HeldByMaintenance HoldCause = "maintenance"
	// HeldByStorm: so many journeys broke at once that one page tells of all.
	HeldByStorm HoldCause = "storm"
)

// Hold keeps the page of an open incident back. It is part of the state on the disk, so that no page is lost by it:
// whoever takes up the state finds what is still to be told.
type Hold struct {
	Cause HoldCause `json:"cause"`
	// By is the journey, the window or the storm that explains the incident.
	By    string    `json:"by"`
	Since time.Time `json:"since"`
	// Until is when people are told whatever happens; zero: as long as the cause lasts.
	Until time.Time `json:"until,omitzero"`
	// EndedAt is when people were told at last; zero as long as they were not.
	EndedAt time.Time `json:"ended_at,omitzero"`
	// Extended is how often Until was put off because the journey seemed to recover.
	Extended int `json:"extended,omitempty"`
}

// How long a page may wait: for the next run of a dependency that is in doubt, and for a run of its own once nothing
// explains it any more.
const (
	patience = 2 * time.Minute
	grace    = 2 * time.Minute
	// extensions bounds how often that time is given again to a journey whose last run passed.
	extensions = 5
)

// Held reports whether nobody has been told of the incident yet.
func (i *Incident) Held() bool { return i.Hold != nil && i.Hold.EndedAt.IsZero() }

// Explains reports whether the open incident of a dependency explains an incident of a severity, so that nobody
// needs a page about both: it is broken, no less severe, and people hear of it.
func (s *State) Explains(severity string) bool {
	i := s.Incident
	return i != nil && !i.Degraded && !worseThan(severity, i.Severity) && !(i.Held() && i.Hold.Cause == HeldByMaintenance)
}

// Doubted reports whether a dependency failed its last run, so that its next one may explain more.
func (s *State) Doubted() bool { return s.Incident == nil && s.Failed > 0 }

// Witness is what the decision about a held page rests on.
type Witness int

// The witnesses.
const (
	// GoodRun also stands for a run that could not be judged: neither shows that the incident goes on.
	GoodRun Witness = iota
	// BadRun shows at this moment that the incident goes on, with evidence for the page.
	BadRun
	// Clock is nothing but the time that has passed.
	Clock
)

// Withhold decides whether people are told of the open incident of s, which either has just opened or is held. reason
// is why they should not be, or nil. Without a reason a bad run tells, and the time that is left for one begins; when it
// is over the clock tells.
func Withhold(s State, reason *Hold, by Witness, at time.Time) State {
	i := *s.Incident
	s.Incident = &i
	if reason == nil && i.Hold == nil {
		return s
	}
	h := Hold{Since: at}
	if i.Hold != nil {
		h = *i.Hold
	}
	i.Hold = &h
	due := by == Clock && !h.Until.IsZero() && !at.Before(h.Until)
	switch {
	case reason != nil && h.Cause == reason.Cause && h.By == reason.By:
	case reason != nil:
		h.Cause, h.By, h.Until = reason.Cause, reason.By, reason.Until
		if reason.Cause == HeldByDoubt {
			h.Until = at.Add(patience)
		}
	case due && s.Passed > 0 && h.Extended < extensions:
		h.Extended++
		h.Until = at.Add(grace)
	case by == BadRun || due:
		h.EndedAt = at
		i.RemindedAt = at
		i.alert(at)
	case h.Until.IsZero():
		h.Until = at.Add(grace)
	}
	return s
}

// Affect notes which journeys that depend on this one are broken too. Those who know of the incident are told of new
// ones with its next page, or with one of their own after a while. The events are those of the run.
func Affect(s State, events []Event, affected []string, r *probes.Result) (State, []Event) {
	if s.Incident == nil || s.Incident.RunID != r.RunID {
		return s, events
	}
	i := *s.Incident
	news := slices.ContainsFunc(affected, func(name string) bool { return !slices.Contains(i.Affected, name) })
	switch {
	case len(events) > 0:
	case !news || i.Held() || i.Acknowledged != nil || r.Muted || r.EndedAt.Sub(i.RemindedAt) < naming:
		return s, events
	default:
		i.RemindedAt = r.EndedAt
		events = []Event{i.event(Reminded, r.EndedAt, r.RunID)}
	}
	i.Affected = affected
	s.Incident = &i
	for n := range events {
		if events[n].Incident.ID == i.ID {
			events[n].Incident = i
		}
	}
	return s, events
}

// naming is the least time between two pages that only name more journeys.
const naming = time.Minute
