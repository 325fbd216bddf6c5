package exporter

import (
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/outrider-monitor/outrider/probes"
)

const vitalCount = 4

// pageSeries is what is known of the pages that a step met.
type pageSeries struct {
	vitals          [vitalCount]value
	cls             value
	requests, bytes [2]float64 // own, third party
	errors          float64
}

// measure takes over a step's latest numbers. A vital that this run did not measure keeps the value of the last
// run that did: the journey left the page before it could be told.
func (s *stepSeries) measure(n *probes.PageNumbers) {
	if s.page == nil {
		s.page = &pageSeries{}
	}
	p := s.page
	for i, d := range [vitalCount]time.Duration{n.TTFB, n.FCP, n.LCP, n.INP} {
		if d > 0 {
			p.vitals[i] = known(d.Seconds())
		}
	}
	if n.CLS != nil {
		p.cls = known(*n.CLS)
	}
	p.requests = [2]float64{float64(n.Own.Requests), float64(n.ThirdParty.Requests)}
	p.bytes = [2]float64{float64(n.Own.Bytes), float64(n.ThirdParty.Bytes)}
	p.errors = float64(n.Errors)
}

func (s *pageSeries) collect(base []*dto.LabelPair, step *dto.LabelPair, p *labelParts, b *batch) {
	for i, v := range s.vitals {
		b.known(webVital, v, base, step, p.vitals[i])
	}
	b.known(webVitalScore, s.cls, base, step, p.cls)
	for i, party := range p.parties {
		b.gauge(pageRequests, s.requests[i], base, step, party)
		b.gauge(pageBytes, s.bytes[i], base, step, party)
	}
	b.gauge(pageErrors, s.errors, base, step)
}
