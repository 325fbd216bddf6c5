package incidents

import (
	"maps"
	"slices"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// Storm is what the monitor remembers of incidents that open at nearly the same time.
type Storm struct {
	// Recent are the openings within the time of the policy, the last one last.
	Recent []Opening `json:"recent,omitempty"`
	// Teams holds the open storm of each team: an incident of its own that stands for those of many journeys.
	Teams map[string]Incident `json:"teams,omitempty"`
}

// Opening is that an incident opened.
type Opening struct {
	Journey string    `json:"journey"`
	At      time.Time `json:"at"`
}

// gather is how long a storm waits for company before its one page goes out.
const gather = 5 * time.Second

// JoinStorm takes the incident i of a team's journey, which is to be told at a time, into account: because it opens, or
// because nothing holds it any more; r is its last bad run. If incidents of so many journeys were to be told within the time
// of the policy, it joins the team's storm, and what holds its own page is given. s is the monitor's own state.
func JoinStorm(s State, policy journeys.Threshold, team string, i *Incident, r *probes.Result, at time.Time) (State, *Hold) {
	if policy.Count < 1 || policy.For <= 0 {
		return s, nil
	}
	var recent []Opening
	for _, o := range s.Storm.Recent {
		// One journey that keeps breaking is no storm.
		if o.Journey != i.Subject && at.Sub(o.At) < policy.For && !o.At.After(at.Add(policy.For)) {
			recent = append(recent, o)
		}
	}
	// More than what decides need not be remembered.
	recent = append(recent, Opening{i.Subject, at})
	recent = recent[max(0, len(recent)-policy.Count):]
	s.Storm.Recent = recent
	if len(recent) < policy.Count {
		return s, nil
	}
	storm, raging := s.Storm.Teams[team]
	if !raging {
		storm = Incident{ID: "storm_" + r.RunID, Team: team, Severity: i.Severity, Since: i.Since, OpenedAt: at, RemindedAt: at,
			Hold: &Hold{Cause: HeldByStorm, Since: at, Until: at.Add(gather)}}
	}
	if worseThan(i.Severity, storm.Severity) {
		storm.Severity = i.Severity
	}
	storm.Journeys = insert(storm.Journeys, i.Subject)
	// As long as it is alone, its page says what that of the journey would; of many, no step and no deploy is that of all.
	storm.Step, storm.Failure, storm.Deploys, storm.Degraded = i.Step, i.Failure, i.Deploys, i.Degraded
	if len(storm.Journeys) > 1 {
		storm.Step, storm.Failure, storm.Deploys, storm.Degraded = "", nil, nil, false
	}
	storm.FailedRuns++
	storm.RunID, storm.LastBadAt = r.RunID, r.EndedAt
	storm.Locations = insert(storm.Locations, r.Location)
	s.Storm.Teams = maps.Clone(s.Storm.Teams)
	if s.Storm.Teams == nil {
		s.Storm.Teams = map[string]Incident{}
	}
	s.Storm.Teams[team] = storm
	return s, &Hold{Cause: HeldByStorm, By: storm.ID}
}

// LeaveStorm takes a journey whose incident has ended out of the storm that held its page; with its last journey the
// storm ends.
func LeaveStorm(s State, id string, over Incident, at time.Time, runID string) (State, []Event) {
	journey := over.Subject
	for team, storm := range s.Storm.Teams {
		if storm.ID != id || !slices.Contains(storm.Journeys, journey) {
			continue
		}
		s.Storm.Teams = maps.Clone(s.Storm.Teams)
		left := slices.DeleteFunc(slices.Clone(storm.Journeys), func(name string) bool { return name == journey })
		if len(left) > 0 {
			storm.Journeys = left
			s.Storm.Teams[team] = storm
			return s, nil
		}
		delete(s.Storm.Teams, team)
		if len(storm.Affected) > 0 {
			storm.Journeys = storm.Affected // as they were told
		}
		storm.Retired, storm.MendedAt = over.Retired, over.MendedAt
		storm.close(at)
		return s, []Event{storm.event(Closed, at, runID)}
	}
	return s, nil
}

// RaiseStorm takes into account that an incident which a storm stands for has become worse than the storm was told to be.
func RaiseStorm(s State, id, severity string, at time.Time, runID string) (State, []Event) {
	for team, storm := range s.Storm.Teams {
		if storm.ID != id || !worseThan(severity, storm.Severity) {
			continue
		}
		storm.Severity, storm.Degraded = severity, false
		s.Storm.Teams = maps.Clone(s.Storm.Teams)
		if storm.Held() {
			s.Storm.Teams[team] = storm
			return s, nil
		}
		storm.Acknowledged, storm.RemindedAt, storm.RunID = nil, at, runID
		storm.alert(at)
		s.Storm.Teams[team] = storm
		return s, []Event{storm.event(Escalated, at, runID)}
	}
	return s, nil
}

// TellStorms gives what is to be told of storms at a time: that they began, once company has had its time; that more
// journeys are affected; that they go on, every remind.
func TellStorms(s State, remind time.Duration, at time.Time) (State, []Event) {
	var events []Event
	teams := s.Storm.Teams
	for _, team := range slices.Sorted(maps.Keys(teams)) {
		storm := teams[team]
		news := storm.news()
		since := at.Sub(storm.RemindedAt)
		kind := Reminded
		switch {
		case storm.Held() && !at.Before(storm.Hold.Until):
			h := *storm.Hold
			h.EndedAt = at
			storm.Hold, kind = &h, Opened
			storm.alert(at)
		case storm.Held():
			continue
		case news && since >= joining: // also to whoever looks after it: that was less
		case storm.Acknowledged == nil && remind > 0 && since >= remind:
		default:
			continue
		}
		storm.RemindedAt = at
		storm.Affected = storm.Journeys
		if len(events) == 0 {
			s.Storm.Teams = maps.Clone(teams)
		}
		s.Storm.Teams[team] = storm
		events = append(events, storm.event(kind, at, storm.RunID))
	}
	return s, events
}

// news reports whether journeys are in the storm that people have not heard of.
func (i *Incident) news() bool {
	return slices.ContainsFunc(i.Journeys, func(name string) bool { return !slices.Contains(i.Affected, name) })
}

// StormDue is when TellStorms has something to tell next, reminders apart; zero: never.
func (s *State) StormDue() time.Time {
	var due time.Time
	for _, storm := range s.Storm.Teams {
		at := storm.RemindedAt.Add(joining)
		if storm.Held() {
			at = storm.Hold.Until
		} else if !storm.news() {
			continue
		}
		if due.IsZero() || at.Before(due) {
			due = at
		}
	}
	return due
}

// Told is the state with the open incident as it was told to its pagers.
func (s State) Told(i Incident) State {
	if open := s.Find(i.ID); open != nil {
		open.Pagers, open.Deployment = i.Pagers, i.Deployment
		return s.put(*open)
	}
	return s
}

func worseThan(a, b string) bool { return journeys.Worse(a, b) }
