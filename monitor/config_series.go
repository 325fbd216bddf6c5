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
	// seriesOfAStep is about how many series a step has.
	seriesOfAStep = 20
)

// doubtSeries warns of a monitor with so many steps that their series are too many for a Prometheus server which has
// other things to do. They are counted only where they may be: that takes as long as a scrape.
func (c *Config) doubtSeries(r *document.Reader) {
	steps := 0
	var most *journeys.Journey
	for i := range c.Journeys {
		j := &c.Journeys[i]
		steps += j.CountSteps()
		if most == nil || j.CountSteps() > most.CountSteps() {
			most = j
		}
	}
	if steps*seriesOfAStep < mostSeries || r.Count() > 0 {
		return
	}
	series, err := exporter.CountSeries(c.Journeys, slices.Sorted(maps.Keys(c.Pagers)))
	if err != nil || series < mostSeries {
		return
	}
	r.WarnAt("many-series", document.Pos{File: c.File, Line: 1, Column: 1}, "", fmt.Sprintf(
		"the metrics of these journeys are %d series, %d for each of %d steps; most steps has journey %q (%d)",
		series, series/steps, steps, most.Name, most.CountSteps()),
		"Prometheus stores each of them: join steps that belong together, or give some journeys to another monitor")
}
