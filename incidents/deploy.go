package incidents

import (
	"slices"
	"time"
)

// Deploy is a release of a service, as whoever released it told.
type Deploy struct {
	ID      string    `json:"id"`
	Service string    `json:"service"`
	Version string    `json:"version"`
	At      time.Time `json:"at"`
	// By is who or what released it, URL where to read about it; both may be empty.
	By  string `json:"by,omitempty"`
	URL string `json:"url,omitempty"`
}

// What an incident names of the deploys before it: those of the last hour before its first failure, and those until it
// opened, at most so many.
const (
	deploysBefore = time.Hour
	mostDeploys   = 5
)

// Suspect gives the deploys that came just before an incident, those of the journey's services first, each group the
// last one first. services are the journey's tags.
func Suspect(all []Deploy, i *Incident, services []string) []Deploy {
	var own, others []Deploy
	for _, d := range slices.Backward(all) {
		switch {
		case d.At.After(i.OpenedAt) || i.Since.Sub(d.At) > deploysBefore:
		case slices.Contains(services, d.Service):
			own = append(own, d)
		default:
			others = append(others, d)
		}
	}
	found := append(own, others...)
	return found[:min(len(found), mostDeploys)]
}

// Blame notes in the incident that has just opened what was deployed just before it.
func Blame(s State, events []Event, all []Deploy, services []string) State {
	if len(events) == 0 || events[0].Kind != Opened || s.Incident == nil {
		return s
	}
	i := *s.Incident
	i.Deploys = Suspect(all, &i, services)
	s.Incident = &i
	events[0].Incident.Deploys = i.Deploys
	return s
}
