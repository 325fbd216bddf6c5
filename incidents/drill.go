package incidents

import (
	"maps"
	"time"
)

// Drill is an exercise: an incident that is told like a real one, says everywhere that it is none, and belongs to nobody's
// state but the monitor's own.
type Drill struct {
	Incident Incident `json:"incident"`
	// Until is when it ends whatever becomes of whoever began it.
	Until time.Time `json:"until"`
}

// OpenDrill adds a drill to the monitor's own state, or puts one in the place of the one with its id.
func OpenDrill(own State, d Drill) State {
	own.Drills = maps.Clone(own.Drills)
	if own.Drills == nil {
		own.Drills = map[string]Drill{}
	}
	own.Drills[d.Incident.ID] = d
	return own
}

// CloseDrill ends the drill id: those who heard of it hear that. Without such a drill nothing changes.
func CloseDrill(own State, id string, at time.Time) (State, []Event) {
	d, known := own.Drills[id]
	if !known {
		return own, nil
	}
	own.Drills = maps.Clone(own.Drills)
	delete(own.Drills, id)
	i := d.Incident
	i.close(at)
	return own, []Event{i.event(Closed, at, "")}
}

// DrillsOver are the drills that should have ended by a time: whoever began them is gone.
func (s *State) DrillsOver(at time.Time) (ids []string) {
	for id, d := range s.Drills {
		if !at.Before(d.Until) || d.Incident.OpenedAt.After(at) {
			ids = append(ids, id)
		}
	}
	return ids
}
