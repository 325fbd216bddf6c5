package exporter

import (
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

type timestamp = *timestamppb.Timestamp

// MissedCause says why a run that was due did not take place.
type MissedCause string

// The causes of missed runs.
const (
	// Overlap: the run before was still going.
	Overlap MissedCause = "overlap"
	// Skipped: the moment had passed before the monitor got to it (the machine slept or was too busy).
	Skipped MissedCause = "skipped"
	// Down: the monitor was not running.
	Down MissedCause = "down"
)

func missedCauses() []MissedCause { return []MissedCause{Overlap, Skipped, Down} }

// labelParts are the label values that all journeys have in common, and the tables behind the arrays of
// journeySeries.
type labelParts struct {
	location *dto.LabelPair
	// teams are those of the journeys that were configured; it is changed by Configure alone.
	teams    map[string]*dto.LabelPair
	outcomes []*dto.LabelPair
	reasons  []*dto.LabelPair
	reason   map[probes.Reason]int
	missed   []*dto.LabelPair
	cause    map[MissedCause]int
	phases   [phaseCount]*dto.LabelPair
	vitals   [vitalCount]*dto.LabelPair
	cls      *dto.LabelPair
	parties  [2]*dto.LabelPair
	run      Metric
	step     Metric
	// The places of the values in their alphabet.
	outcomeOrder, reasonOrder, phaseOrder []int
}

const phaseCount = 5

func newLabelParts(location string) *labelParts {
	p := &labelParts{location: pair("location", location), teams: map[string]*dto.LabelPair{},
		reason: map[probes.Reason]int{}, cause: map[MissedCause]int{}}
	for _, o := range probes.Outcomes() {
		p.outcomes = append(p.outcomes, pair("outcome", o.String()))
	}
	for i, r := range probes.Reasons() {
		p.reason[r] = i
		p.reasons = append(p.reasons, pair("reason", string(r)))
	}
	for i, c := range missedCauses() {
		p.cause[c] = i
		p.missed = append(p.missed, pair("cause", string(c)))
	}
	for i, name := range [phaseCount]string{"resolve", "connect", "tls", "processing", "transfer"} {
		p.phases[i] = pair("phase", name)
	}
	for i, name := range [vitalCount]string{"ttfb", "fcp", "lcp", "inp"} {
		p.vitals[i] = pair("vital", name)
	}
	p.cls = pair("vital", "cls")
	p.parties = [2]*dto.LabelPair{pair("party", "own"), pair("party", "third")}
	p.outcomeOrder, p.reasonOrder, p.phaseOrder = alphabet(p.outcomes), alphabet(p.reasons), alphabet(p.phases[:])
	table := catalogue()
	p.run, p.step = table[runDuration], table[stepDuration]
	return p
}

// team is the label that the journeys of a team share.
func (p *labelParts) team(name string) *dto.LabelPair {
	if p.teams[name] == nil {
		p.teams[name] = pair("team", name)
	}
	return p.teams[name]
}

// alphabet gives the places of labels in the order of their values.
func alphabet(labels []*dto.LabelPair) []int {
	order := make([]int, len(labels))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(labels[a].GetValue(), labels[b].GetValue()) })
	return order
}

// journeySeries is everything that is counted of one journey.
type journeySeries struct {
	team    string
	created timestamp
	// name is the journey label alone, base the labels journey, team and location.
	name []*dto.LabelPair
	base []*dto.LabelPair

	mu       sync.Mutex
	outcomes []float64
	reasons  []float64 // nil until there is one
	// runs and failures are the exemplars of outcomes and reasons.
	runs, failures *exemplars
	browser        bool
	missed         []float64
	drift          float64
	duration       *histogram
	steps          []*stepSeries

	success, lastRun, lastSuccess, next, objective, maintenance value

	// wanted is the severity that the journey asks for, open that of its open incident, if there is one.
	wanted, open string
	severity     *dto.LabelPair
}

// stepSeries is what is counted of one step.
type stepSeries struct {
	label    *dto.LabelPair
	duration *histogram
	phases   [phaseCount]value
	expiry   value
	page     *pageSeries // nil until the step has measured a page
}

// newJourneySeries makes the series of a journey. before, if there is one, is the same journey under
// another team: what was counted stays behind, what is known of its state comes along.
func newJourneySeries(p *labelParts, j *journeys.Journey, created timestamp, before *journeySeries) *journeySeries {
	name := pair("journey", j.Name)
	s := &journeySeries{
		team:     j.Team,
		created:  created,
		name:     []*dto.LabelPair{name},
		base:     []*dto.LabelPair{name, p.location, p.team(j.Team)},
		outcomes: make([]float64, len(p.outcomes)),
		missed:   make([]float64, len(p.missed)),
	}
	s.duration = newHistogram(&p.run, s.created)
	if before != nil {
		before.mu.Lock()
		defer before.mu.Unlock()
		copy(s.missed, before.missed)
		s.success, s.lastRun, s.lastSuccess, s.next, s.maintenance = before.success, before.lastRun, before.lastSuccess, before.next, before.maintenance
		s.open = before.open
	}
	return s
}

func (s *journeySeries) journey() string { return s.name[0].GetValue() }

// configure takes over what a journey's file says; steps that are gone lose their series.
func (s *journeySeries) configure(p *labelParts, j *journeys.Journey, severity string, created timestamp) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wanted = severity
	if worst := j.Alert.Severity.Worst(); worst != "" {
		s.wanted = worst
	}
	s.objective = value{}
	if j.SLO != nil {
		s.objective = known(ratio(j.SLO.Objective))
	}
	s.browser = false
	before := s.steps
	s.steps = make([]*stepSeries, 0, j.CountSteps())
	for step := range j.AllSteps() {
		s.configureStep(p, step, before, created)
	}
	slices.SortFunc(s.steps, func(a, b *stepSeries) int { return strings.Compare(a.label.GetValue(), b.label.GetValue()) })
}

func (s *journeySeries) configureStep(p *labelParts, step *journeys.Step, before []*stepSeries, created timestamp) {
	s.browser = s.browser || journeys.IsBrowser(step.Action)
	if findStep(s.steps, step.Name) != nil {
		return // the journeys package makes names unique; two series of one name would break every scrape
	}
	series := findStep(before, step.Name)
	if series == nil {
		series = &stepSeries{label: pair("step", step.Name), duration: newHistogram(&p.step, created)}
	}
	s.steps = append(s.steps, series)
}

// findStep finds a step by its name: a journey has a handful, and a map for each would cost more than they do.
func findStep(steps []*stepSeries, name string) *stepSeries {
	for _, s := range steps {
		if s.label.GetValue() == name {
			return s
		}
	}
	return nil
}

func (s *journeySeries) restore(state incidents.State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state.LastOutcome != probes.Error {
		s.success = known(truth(state.LastOutcome.Good()))
	}
	if !state.LastRunAt.IsZero() {
		s.lastRun = known(seconds(state.LastRunAt))
	}
	s.take(state)
}

// maintained notes whether the journey is in maintenance.
func (s *journeySeries) maintained(yes bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.maintenance = value{}
	if yes {
		s.maintenance = known(1)
	}
}

// take shows what the judge knows.
func (s *journeySeries) take(state incidents.State) {
	if !state.LastPassedAt.IsZero() {
		s.lastSuccess = known(seconds(state.LastPassedAt))
	}
	s.open = ""
	if i := state.Incident; i != nil && !(i.Held() && i.Hold.Cause == incidents.HeldByMaintenance) {
		s.open = state.Incident.Severity
		if s.open == "" {
			s.open = s.wanted
		}
	}
}

func (s *journeySeries) setNext(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = value{}
	if !at.IsZero() {
		s.next = known(seconds(at))
	}
}

func (s *journeySeries) miss(p *labelParts, cause MissedCause) {
	i, ok := p.cause[cause]
	if !ok {
		i = p.cause[Skipped] // the set is closed; whatever the cause, the run did not take place
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.missed[i]++
}

// ratio makes a part of one of a percentage, without the dust of binary fractions: 99.9 is 0.999.
func ratio(percent float64) float64 { return math.Round(percent*1e6) / 1e8 }

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// seconds is a time as Prometheus writes it: seconds since 1970.
func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }
