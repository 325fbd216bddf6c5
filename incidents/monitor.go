package incidents

import (
	"maps"
	"slices"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// joining is the least time between two pages that only say that more journeys are affected: when a browser
// dies, all journeys join within a minute, and that is one piece of news.
const joining = 5 * time.Minute

// JudgeMonitor judges the monitor itself after a run was judged: journey is the state that [Judge] returned for
// r. A journey is in trouble after OpenAfter consecutive error runs, until CloseAfter consecutive runs without
// error. One incident covers them all: it is open as long as any journey is in trouble, so that journeys that
// pass do not close what another one, for ever in error, would open again. A journey that joins an open incident
// is told of in a reminder. If nothing changed, the returned state has the same Troubles and Incident pointers
// as prev, see [Same].
func JudgeMonitor(prev, journey State, policy Policy, r probes.Result) (State, []Event) {
	if journey.LastRunID != r.RunID {
		return prev, nil // A late run: Judge did not take it into account.
	}
	trouble, known := prev.Troubles[r.Journey]
	if known && trouble.LastRunID == r.RunID {
		return prev, nil
	}
	if r.Outcome != probes.Error {
		if !known {
			return prev, nil
		}
		return recovering(prev, trouble, policy, &r)
	}
	if !known {
		if journey.Errors < policy.OpenAfter {
			return prev, nil
		}
		trouble.Since = journey.FirstErrorAt
	}
	trouble.LastRunID, trouble.Judged = r.RunID, 0
	return troubled(prev, trouble, policy, &r)
}

// troubled adds an error run of a journey in trouble.
func troubled(s State, t Trouble, p Policy, r *probes.Result) (State, []Event) {
	s.Troubles = maps.Clone(s.Troubles)
	if s.Troubles == nil {
		s.Troubles = map[string]Trouble{}
	}
	s.Troubles[r.Journey] = t
	if s.Incident == nil {
		i := open("", Series{Runs: max(1, p.OpenAfter), Since: t.Since}, p.severity(false, r.EndedAt), r)
		return s.tell(i, Opened, r)
	}
	i := *s.Incident
	i.saw(r)
	i.FailedRuns++
	i.Journeys = names(s.Troubles)
	s.Incident = &i
	reminder := i.reminderDue(p, r.EndedAt)
	news := s.untold() && r.EndedAt.Sub(i.RemindedAt) >= joining
	if !reminder && !news {
		return s, nil
	}
	return s.tell(i, Reminded, r)
}

// recovering adds a run without error of a journey in trouble.
func recovering(s State, t Trouble, p Policy, r *probes.Result) (State, []Event) {
	s.Troubles = maps.Clone(s.Troubles)
	t.LastRunID = r.RunID
	t.Judged++
	if t.Judged < p.CloseAfter {
		s.Troubles[r.Journey] = t
		return s, nil
	}
	delete(s.Troubles, r.Journey)
	return s.relieved(r.EndedAt, r.RunID, false)
}

// RetireTrouble forgets the troubles of journeys for which keep is false, because they are no longer watched,
// and ends the monitor's incident if nothing of it is left.
func RetireTrouble(prev State, keep func(journey string) bool, at time.Time) (State, []Event) {
	s := prev
	s.Troubles = maps.Clone(prev.Troubles)
	maps.DeleteFunc(s.Troubles, func(journey string, _ Trouble) bool { return !keep(journey) })
	if len(s.Troubles) == len(prev.Troubles) {
		return prev, nil
	}
	return s.relieved(at, "", true)
}

// relieved takes over that fewer journeys are in trouble.
func (s State) relieved(at time.Time, runID string, retired bool) (State, []Event) {
	if s.Incident == nil {
		return s, nil
	}
	i := *s.Incident
	if len(s.Troubles) > 0 {
		i.Journeys = names(s.Troubles)
		s.Incident = &i
		return s, nil
	}
	s.Troubles, s.Incident = nil, nil
	i.Retired = retired
	i.close(at)
	return s, []Event{i.event(Closed, at, runID)}
}

// tell makes the event that names every journey in trouble.
func (s State) tell(i Incident, kind EventKind, r *probes.Result) (State, []Event) {
	for name, t := range s.Troubles {
		t.Told = true
		s.Troubles[name] = t
	}
	i.Journeys = names(s.Troubles)
	i.RemindedAt = r.EndedAt
	s.Incident = &i
	return s, []Event{i.event(kind, r.EndedAt, r.RunID)}
}

func (s *State) untold() bool {
	for _, t := range s.Troubles {
		if !t.Told {
			return true
		}
	}
	return false
}

// Same reports whether JudgeMonitor left the state as it was, so that it need not be stored.
func Same(prev, next State) bool {
	if prev.Incident != next.Incident || len(prev.Troubles) != len(next.Troubles) {
		return false
	}
	return maps.Equal(prev.Troubles, next.Troubles)
}

func names(troubles map[string]Trouble) []string {
	return slices.Sorted(maps.Keys(troubles))
}
