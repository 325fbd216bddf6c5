package incidents

import (
	"maps"
	"time"
)

// Acknowledgement is that somebody looks after an incident.
type Acknowledgement struct {
	At time.Time `json:"at"`
	// By is who, as they call themselves; may be empty.
	By string `json:"by,omitempty"`
	// Via is where they said so: web, api, or the name of a pager.
	Via string `json:"via,omitempty"`
}

// Acknowledge notes that somebody looks after the open incident id: nobody is reminded of it from now on, unless it
// gets worse. Without such an incident, or if it is known already, nothing changes.
func Acknowledge(prev State, id string, a Acknowledgement) (State, []Event) {
	i := prev.Find(id)
	if i == nil || i.Acknowledged != nil {
		return prev, nil
	}
	a.At = latest(a.At, i.OpenedAt)
	i.Acknowledged = &a
	return prev.put(*i), []Event{i.event(Acknowledged, a.At, i.RunID)}
}

// Unacknowledge takes an acknowledgement back: people are reminded again, and the ladder counts from now.
func Unacknowledge(prev State, id string, at time.Time) State {
	i := prev.Find(id)
	if i == nil || i.Acknowledged == nil {
		return prev
	}
	i.Acknowledged = nil
	i.alert(at)
	return prev.put(*i)
}

// Find gives a copy of the open incident id, which may be a storm, or nil.
func (s *State) Find(id string) *Incident {
	if s.Incident != nil && s.Incident.ID == id {
		i := *s.Incident
		return &i
	}
	for _, storm := range s.Storm.Teams {
		if storm.ID == id {
			return &storm
		}
	}
	return nil
}

// put gives the state with the incident in the place of the one with its id.
func (s State) put(i Incident) State {
	if i.Team != "" {
		s.Storm.Teams = maps.Clone(s.Storm.Teams)
		s.Storm.Teams[i.Team] = i
		return s
	}
	s.Incident = &i
	return s
}
