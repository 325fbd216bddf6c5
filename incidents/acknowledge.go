package incidents

import "time"

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
	if prev.Incident == nil || prev.Incident.ID != id || prev.Incident.Acknowledged != nil {
		return prev, nil
	}
	i := *prev.Incident
	a.At = latest(a.At, i.OpenedAt)
	i.Acknowledged = &a
	prev.Incident = &i
	return prev, []Event{i.event(Acknowledged, a.At, i.RunID)}
}

// Unacknowledge takes an acknowledgement back: people are reminded again.
func Unacknowledge(prev State, id string) State {
	if prev.Incident == nil || prev.Incident.ID != id || prev.Incident.Acknowledged == nil {
		return prev
	}
	i := *prev.Incident
	i.Acknowledged = nil
	prev.Incident = &i
	return prev
}
