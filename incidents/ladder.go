package incidents

import (
	"slices"
	"time"
)

// Rung is one step of an escalation ladder: who is paged too when an incident has been open for so long, and people know
// of it, and nobody has said that he looks after it.
type Rung struct {
	After  time.Duration
	Pagers []string
}

// Escalation is that a rung was climbed.
type Escalation struct {
	At time.Time `json:"at"`
	// Since is since when people knew of it and nobody looked after it.
	Since  time.Time `json:"unacknowledged_since"`
	Pagers []string  `json:"pagers"`
}

// Waited is for how long nobody had acknowledged.
func (e *Escalation) Waited() time.Duration { return max(0, e.At.Sub(e.Since)) }

// alert notes that people were told, or told anew, of what nobody looks after: the ladder counts from here. The rungs
// that were climbed stay so.
func (i *Incident) alert(at time.Time) { i.AlertedAt, i.RungAt = at, at }

// NextRung is when the next rung of the ladder is due; zero: never. Each rung has the whole time between it and the one
// before it: after a standstill they do not come all at once.
func (s *State) NextRung(id string, ladder []Rung) time.Time {
	i := s.Find(id)
	if i == nil || i.Held() || i.Acknowledged != nil || len(i.Escalations) >= len(ladder) {
		return time.Time{}
	}
	n := len(i.Escalations)
	wait := ladder[n].After
	if n > 0 {
		wait -= ladder[n-1].After
	}
	from := i.RungAt
	if from.IsZero() { // it opened before there were ladders
		from = i.OpenedAt
	}
	if i.Team == "" && s.Passed > 0 {
		wait += grace // it may be over with the next run
	}
	return from.Add(wait)
}

// Escalate climbs the next rung of the ladder of the open incident id if it is due. A clock that was set back lets the
// wait begin anew rather than last until the clock has caught up.
func Escalate(prev State, id string, ladder []Rung, at time.Time) (State, []Event) {
	due := prev.NextRung(id, ladder)
	if due.IsZero() {
		return prev, nil
	}
	i := prev.Find(id)
	switch {
	case at.Before(i.RungAt):
		i.alert(at)
		return prev.put(*i), nil
	case at.Before(due):
		return prev, nil
	}
	from := i.AlertedAt
	if from.IsZero() {
		from = i.OpenedAt
	}
	n := len(i.Escalations)
	i.Escalations = append(slices.Clone(i.Escalations), Escalation{At: at, Since: from, Pagers: ladder[n].Pagers})
	i.RungAt = at
	e := i.event(Escalated, at, "")
	e.Rung = n + 1
	return prev.put(*i), []Event{e}
}

// EscalatedTo are those to whom the incident was escalated, sorted: from then on they hear what its team hears.
func (i *Incident) EscalatedTo() []string {
	var all []string
	for _, e := range i.Escalations {
		for _, name := range e.Pagers {
			all = insert(all, name)
		}
	}
	return all
}
