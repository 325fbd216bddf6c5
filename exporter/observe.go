package exporter

import (
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/probes"
)

// observe counts one run. All that one run changes, changes in one scrape.
func (s *journeySeries) observe(p *labelParts, r *probes.Result, state incidents.State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Muted { // it happened, and says nothing
		if !r.EndedAt.IsZero() {
			s.lastRun = known(seconds(r.EndedAt))
		}
		s.take(state)
		return
	}
	trace := traced(r.TraceID, r.EndedAt)
	for i, o := range probes.Outcomes() {
		if o == r.Outcome {
			s.outcomes[i]++
			s.runs = note(s.runs, i, len(s.outcomes), trace(1))
		}
	}
	if r.Failure != nil {
		i, ok := p.reason[r.Failure.Reason]
		if !ok {
			i = p.reason[probes.Internal] // the set is closed; a reason outside it is our own mistake
		}
		if s.reasons == nil {
			s.reasons = make([]float64, len(p.reasons))
		}
		s.reasons[i]++
		s.failures = note(s.failures, i, len(s.reasons), trace(1))
	}
	if !r.EndedAt.IsZero() {
		s.lastRun = known(seconds(r.EndedAt))
	}
	s.take(state)
	if r.Outcome == probes.Error {
		return // the monitor could not judge: nothing it measured is a statement about the target
	}
	s.success = known(truth(r.Outcome.Good()))
	whole := r.Failure == nil || len(r.Failure.ThirdParty) == 0 // else a third party has cut it short
	if r.Outcome.Good() && whole && len(r.Attempts) > 0 {
		took := r.Duration().Seconds()
		s.duration.observe(took, r.EndedAt, trace(took))
	}
	if last := r.Last(); last != nil {
		s.observeSteps(last.Steps, r.EndedAt, trace)
	}
}

func (s *journeySeries) observeSteps(steps []probes.StepResult, now time.Time, trace func(float64) *exemplar) {
	for i := range steps {
		result := &steps[i]
		if result.Drift != "" {
			s.drift++
		}
		series := findStep(s.steps, result.Name)
		if series == nil {
			continue // the configuration has changed while the run was on its way
		}
		if result.Status == probes.StepPassed || result.Status == probes.StepSlow {
			took := result.Duration.Seconds()
			series.duration.observe(took, now, trace(took))
		}
		if result.HTTP != nil {
			series.exchange(result.HTTP)
		}
		if result.Page != nil {
			series.measure(result.Page)
		}
	}
}

func (s *stepSeries) exchange(h *probes.HTTPInfo) {
	for i, d := range [phaseCount]time.Duration{h.Resolve, h.Connect, h.TLS, h.Processing, h.Transfer} {
		s.phases[i] = known(d.Seconds())
	}
	s.expiry = value{}
	if !h.CertificateExpiry.IsZero() {
		s.expiry = known(seconds(h.CertificateExpiry))
	}
}

func (s *journeySeries) collect(p *labelParts, b *batch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range p.outcomeOrder {
		b.counter(runsTotal, s.outcomes[i], s.created, s.runs.of(i), s.base, p.outcomes[i])
	}
	for _, i := range p.reasonOrder {
		n, r := 0.0, probes.Reason(p.reasons[i].GetValue())
		if s.reasons != nil {
			n = s.reasons[i]
		}
		if n > 0 || s.canMeet(r) {
			b.counter(failuresTotal, n, s.created, s.failures.of(i), s.base, p.reasons[i])
		}
	}
	for i, n := range s.missed {
		b.counter(missedRuns, n, s.created, nil, s.name, p.missed[i])
	}
	b.counter(locatorDrift, s.drift, s.created, nil, s.base)
	s.duration.show(b, runDuration, s.base)
	b.known(success, s.success, s.base)
	b.known(lastRun, s.lastRun, s.base)
	b.known(lastSuccess, s.lastSuccess, s.base)
	b.known(nextRun, s.next, s.base)
	b.known(sloObjective, s.objective, s.base)
	b.known(maintenance, s.maintenance, s.base)
	b.gauge(incidentOpen, truth(s.open != ""), s.base, s.severityLabel())
	for _, step := range s.steps {
		step.collect(s.base, p, b)
	}
	for _, i := range p.phaseOrder {
		for _, step := range s.steps {
			b.known(httpPhase, step.phases[i], s.base, step.label, p.phases[i])
		}
	}
}

func (s *stepSeries) collect(base []*dto.LabelPair, p *labelParts, b *batch) {
	s.duration.show(b, stepDuration, base, s.label)
	b.known(certificateExpiry, s.expiry, base, s.label)
	if s.page != nil {
		s.page.collect(base, s.label, p, b)
	}
}

// severityLabel is made when the severity changes, which is seldom.
func (s *journeySeries) severityLabel() *dto.LabelPair {
	severity := s.wanted
	if s.open != "" {
		severity = s.open
	}
	if s.severity == nil || s.severity.GetValue() != severity {
		s.severity = pair("severity", severity)
	}
	return s.severity
}

// canMeet leaves out what only a browser can report, where no step needs one.
func (s *journeySeries) canMeet(r probes.Reason) bool {
	switch r {
	case probes.Locator, probes.Navigation, probes.Script, probes.BrowserFault:
		return s.browser
	}
	return true
}
