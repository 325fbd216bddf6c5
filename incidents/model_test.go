package incidents_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// The naive model of the judge, written from the sentences of docs/journey-format.md. It keeps lists of runs and no
// counters, and looks at whole lists each time. `go test ./incidents -run Model -rapid.checks=100000` tries as many
// histories.

// saga is what the model knows of an incident.
type saga struct {
	id       string
	slow     bool
	severity string
	since    time.Time
	told     time.Time
	lastBad  time.Time
	flapping int
	bad      int
	acked    bool
}

// model follows one journey.
type model struct {
	p       incidents.Policy
	runs    []probes.Result // judged, since the last incident closed
	open    *saga
	opened  []time.Time // of all incidents
	stories []string
}

func (m *model) tell(kind string, r probes.Result) {
	m.stories = append(m.stories, fmt.Sprintf("%s by %s: slow %v, %s, since %s, %d bad, flapping %d",
		kind, r.RunID, m.open.slow, m.open.severity, m.open.since.Format(time.TimeOnly), m.open.bad, m.open.flapping))
}

// trailing are the last runs that satisfy a condition, without a break.
func trailing(runs []probes.Result, ok func(probes.Result) bool) []probes.Result {
	n := len(runs)
	for n > 0 && ok(runs[n-1]) {
		n--
	}
	return runs[n:]
}

func isFailed(r probes.Result) bool    { return r.Outcome == probes.Failed }
func isNotPassed(r probes.Result) bool { return r.Outcome != probes.Passed }
func isPassed(r probes.Result) bool    { return r.Outcome == probes.Passed }
func isGood(r probes.Result) bool      { return r.Outcome == probes.Passed || r.Outcome == probes.Degraded }

// evidence gives the runs that meet a threshold, or none.
func (m *model) evidence(count, of int, lasting time.Duration, bad func(probes.Result) bool) []probes.Result {
	if count == 0 && lasting == 0 || !bad(m.runs[len(m.runs)-1]) {
		return nil
	}
	row := trailing(m.runs, bad)
	switch {
	case lasting > 0:
		if len(row) < 2 || row[len(row)-1].StartedAt.Before(row[0].StartedAt.Add(lasting)) {
			return nil
		}
	case of > 0:
		row = nil
		for n, r := range m.runs {
			if len(m.runs)-n <= of && bad(r) {
				row = append(row, r)
			}
		}
		if len(row) < count {
			return nil
		}
	case len(row) < count:
		return nil
	}
	return row
}

func (m *model) severity(slow bool, at time.Time) string {
	if slow {
		return m.p.DegradedSeverity.Otherwise
	}
	hour := at.In(m.p.Zone).Hour()
	for _, h := range m.p.Hours {
		for n := h.From / 60; n != h.To/60; n = (n + 1) % 24 {
			if n == hour {
				return h.Severity
			}
		}
	}
	return m.p.Severity
}

func (m *model) broken() []probes.Result {
	count := max(1, m.p.OpenAfter)
	return m.evidence(count, m.p.Of, m.p.For, isFailed)
}

func (m *model) run(r probes.Result) {
	if r.Outcome == probes.Error {
		return
	}
	m.runs = append(m.runs, r)
	if m.open == nil {
		m.start(r)
		return
	}
	mended := isGood
	if m.open.slow {
		mended = isPassed
	}
	if mended(r) {
		calm := r.EndedAt.Sub(m.open.lastBad) >= m.p.Flapping.For/4
		if len(trailing(m.runs, mended)) >= max(1, m.p.CloseAfter) && (m.open.flapping == 0 || calm) {
			m.tell("closed", r)
			m.open, m.runs = nil, nil
		}
		return
	}
	if m.open.slow || isFailed(r) {
		m.goOn(r)
	}
}

func (m *model) start(r probes.Result) {
	row, slow := m.broken(), false
	if row == nil {
		row, slow = m.evidence(m.p.Degraded.Count, m.p.Degraded.Of, m.p.Degraded.For, isNotPassed), true
	}
	if row == nil {
		return
	}
	m.open = &saga{id: "inc_" + r.RunID, slow: slow, severity: m.severity(slow, r.EndedAt), since: row[0].StartedAt, told: r.EndedAt, lastBad: r.EndedAt, bad: len(row)}
	m.opened = append(m.opened, r.EndedAt)
	if m.p.Flapping.Count > 0 {
		recent := 0
		for _, at := range m.opened {
			if r.EndedAt.Sub(at) < m.p.Flapping.For {
				recent++
			}
		}
		if recent >= m.p.Flapping.Count {
			m.open.flapping = recent
		}
	}
	m.tell("opened", r)
}

func (m *model) goOn(r probes.Result) {
	m.open.lastBad = r.EndedAt
	m.open.bad++
	grew := m.open.slow && isFailed(r) && m.broken() != nil
	if grew {
		m.open.slow = false
	}
	order := []string{"critical", "error", "warning", "info"}
	if now := m.severity(m.open.slow, r.EndedAt); slices.Index(order, now) < slices.Index(order, m.open.severity) {
		m.open.severity, grew = now, true
	}
	if grew {
		m.open.acked, m.open.told = false, r.EndedAt
		m.tell("escalated", r)
		return
	}
	if m.p.Remind > 0 && !m.open.acked && r.EndedAt.Sub(m.open.told) >= m.p.Remind {
		m.open.told = r.EndedAt
		m.tell("reminded", r)
	}
}

func drawPolicy(t *rapid.T) incidents.Policy {
	minutes := func(label string, most int) time.Duration {
		return time.Duration(rapid.IntRange(1, most).Draw(t, label)) * time.Minute
	}
	p := incidents.Policy{OpenAfter: rapid.IntRange(0, 4).Draw(t, "open_after"), CloseAfter: rapid.IntRange(0, 4).Draw(t, "close_after"),
		Remind: time.Duration(rapid.IntRange(-1, 60).Draw(t, "remind")) * time.Minute, Severity: "warning", Zone: time.FixedZone("there", 3*3600),
		DegradedSeverity: journeys.Severity{Otherwise: "info"}}
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 1:
		p.Of = max(1, p.OpenAfter) + rapid.IntRange(0, 4).Draw(t, "of")
	case 2:
		p.For = minutes("for", 30)
	}
	switch rapid.IntRange(0, 3).Draw(t, "slow") {
	case 1:
		p.Degraded = journeys.Threshold{Count: rapid.IntRange(1, 5).Draw(t, "slow runs")}
	case 2:
		p.Degraded.Count = rapid.IntRange(1, 4).Draw(t, "slow runs")
		p.Degraded.Of = p.Degraded.Count + rapid.IntRange(0, 4).Draw(t, "slow of")
	case 3:
		p.Degraded = journeys.Threshold{For: minutes("slow for", 60)}
	}
	if rapid.Bool().Draw(t, "hours") {
		p.Hours = []journeys.Hours{{Severity: "critical", From: 7 * 60, To: 9 * 60}, {Severity: "error", From: 22 * 60, To: 2 * 60}}
	}
	if rapid.Bool().Draw(t, "flaps") {
		p.Flapping = journeys.Threshold{Count: rapid.IntRange(2, 4).Draw(t, "openings"), For: minutes("within", 240)}
	}
	return p
}

func TestJudgeAgreesWithANaiveModel(t *testing.T) {
	outcomes := rapid.SampledFrom([]probes.Outcome{probes.Passed, probes.Passed, probes.Failed, probes.Failed, probes.Degraded, probes.Error})
	gaps := rapid.SampledFrom([]time.Duration{15 * time.Second, time.Minute, time.Minute, 5 * time.Minute, 20 * time.Minute, 3 * time.Hour})
	rapid.Check(t, func(t *rapid.T) {
		p := drawPolicy(t)
		m := &model{p: p}
		var s incidents.State
		var told []string
		at := noon
		for n := range rapid.IntRange(1, 50).Draw(t, "runs") {
			at = at.Add(gaps.Draw(t, "gap"))
			r := run(n, outcomes.Draw(t, "outcome"))
			r.StartedAt, r.EndedAt = at, at.Add(5*time.Second)
			before := stored(t, s)
			next, events := incidents.Judge(s, p, r)
			if after := stored(t, s); before != after {
				t.Fatalf("the judge changed the state it was given:\n%s\n%s", before, after)
			}
			s = restored(t, stored(t, next)) // every state goes through the disk
			disturb(t, s, p, r)
			for _, e := range events {
				i := e.Incident
				told = append(told, fmt.Sprintf("%s by %s: slow %v, %s, since %s, %d bad, flapping %d",
					e.Kind, e.RunID, i.Degraded, i.Severity, i.Since.Format(time.TimeOnly), i.FailedRuns, i.Flapping))
				sound(t, e, r)
			}
			m.run(r)
			if m.open != nil && rapid.IntRange(0, 9).Draw(t, "acknowledge") == 0 {
				s, events = incidents.Acknowledge(s, m.open.id, incidents.Acknowledgement{At: r.EndedAt, By: "Ada"})
				if len(events) == 1 == m.open.acked {
					t.Fatalf("acknowledging gave %+v, but it was acknowledged: %v", events, m.open.acked)
				}
				m.open.acked = true
			}
		}
		if !slices.Equal(told, m.stories) {
			t.Fatalf("policy %+v: got\n%q, want\n%q", p, told, m.stories)
		}
		if (s.Incident != nil) != (m.open != nil) || s.Doubtful(&p) && m.open == nil && len(m.runs) == 0 {
			t.Fatalf("in the end the state is %s, and the model's incident %+v", stored(t, s), m.open)
		}
	})
}

// sound holds an event against what must be true of all.
func sound(t *rapid.T, e incidents.Event, r probes.Result) {
	i := e.Incident
	switch {
	case r.Outcome == probes.Error:
		t.Fatalf("an error run told people: %+v", e)
	case e.Kind == incidents.Opened && (r.Outcome == probes.Passed || r.Outcome == probes.Degraded && !i.Degraded):
		t.Fatalf("%s opened without a bad run behind it", i.ID)
	case e.Kind == incidents.Closed && (!r.Outcome.Good() || i.ClosedAt.Before(i.OpenedAt) || i.MendedAt.Before(i.ConfirmedAt) || i.MendedAt.After(i.ClosedAt)):
		t.Fatalf("closed wrongly: %+v", i)
	case i.ConfirmedAt.Before(i.Since) || i.OpenedAt.Before(i.ConfirmedAt):
		t.Fatalf("its times are not in order: %+v", i)
	}
}
