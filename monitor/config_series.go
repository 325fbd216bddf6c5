package monitor

import (
	"fmt"
	"maps"
	"slices"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

const (
	// mostSeries is from how many Prometheus series on a monitor is one of the largest things that a server stores: the
	// answer to a scrape has 25 MB then.
	mostSeries = 200_000
	// seriesOfAStep is about how many series a step has; a journey has as many as two of its steps.
	seriesOfAStep = 20
	// sampled is how many journeys are counted, for all.
	sampled = 20
)

// doubtSeries warns of a monitor whose series are too many for a Prometheus server that has other things to do.
func (c *Config) doubtSeries(r *document.Reader) {
	var most *journeys.Journey
	var some []journeys.Journey
	all, ofSome := 0, 0 // in steps, of which a journey has two more
	for i := range c.Journeys {
		j := &c.Journeys[i]
		all += j.CountSteps() + 2
		if i%(len(c.Journeys)/sampled+1) == 0 {
			some, ofSome = append(some, *j), ofSome+j.CountSteps()+2
		}
		if most == nil || j.CountSteps() > most.CountSteps() {
			most = j
		}
	}
	if all*seriesOfAStep < mostSeries || r.Count() > 0 {
		return
	}
	counted, err := exporter.CountSeries(some, slices.Sorted(maps.Keys(c.Pagers)))
	series := counted * all / ofSome
	if err != nil || series < mostSeries {
		return
	}
	r.WarnAt("many-series", document.Pos{File: c.File, Line: 1, Column: 1}, "", fmt.Sprintf(
		"the metrics of these %d journeys are about %d series; most has journey %q, with %d steps",
		len(c.Journeys), series, most.Name, most.CountSteps()),
		"Prometheus stores each of them: join steps that belong together, or give some journeys to another monitor")
}
