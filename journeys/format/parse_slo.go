package format

import (
	"fmt"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// sloFields are the objective of a journey.
func sloFields() []field[journeys.SLO] {
	return []field[journeys.SLO]{
		{"objective", "percent of judged runs that pass, such as 99.9", numberSchema(), func(p *parser, n *document.Node, s *journeys.SLO) {
			var ok bool
			if s.Objective, ok = p.r.Float(n); ok && (s.Objective <= 0 || s.Objective >= 100) {
				p.r.Problem(n, fmt.Sprintf("want more than 0 and less than 100 percent, got %s", n.Value), "")
			}
		}},
		{"window", "time over which the objective is measured, such as 28d", durationSchema(), func(p *parser, n *document.Node, s *journeys.SLO) {
			s.Window = p.positive(n)
		}},
	}
}
