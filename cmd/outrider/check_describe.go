package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/monitor"
)

// describe says what the files would make the monitor do.
func (c *checked) describe(w io.Writer) error {
	now := time.Now()
	for _, config := range c.configs {
		fmt.Fprintf(w, "%s: %s\n", config.File, plural(len(config.Journeys), "journey"))
		if err := describeJourneys(w, config, config.Journeys, now); err != nil {
			return err
		}
	}
	if len(c.alone) > 0 {
		fmt.Fprintf(w, "in no configuration: %s\n", plural(len(c.alone), "journey"))
		alone := &monitor.Config{Defaults: monitor.Defaults{Every: monitor.DefaultEvery}}
		return describeJourneys(w, alone, c.alone, now)
	}
	return nil
}

func describeJourneys(w io.Writer, config *monitor.Config, js []journeys.Journey, now time.Time) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for i := range js {
		j := &js[i]
		if j.Name == "" || slices.ContainsFunc(j.Steps, func(s journeys.Step) bool { return s.Action == nil }) {
			return table.Flush() // its problems are told
		}
		t := config.Timing(j)
		runs := when(t)
		if times := t.Next(now, 5); t.Cron != "" && len(times) > 0 {
			runs += ": " + inWords(times)
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\n", j.Name, plural(j.CountSteps(), "step"), runs)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	series, err := exporter.CountSeries(js, slices.Sorted(maps.Keys(config.Pagers)))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "  %d Prometheus series\n", series)
	return nil
}

// inWords says times as a person would: Wednesday 25 November at 07:00, 07:05; Thursday 26 November at 07:00.
func inWords(times []time.Time) string {
	var days []string
	last := ""
	for _, t := range times {
		day := t.Format("Monday 2 January")
		if day == last {
			days[len(days)-1] += ", " + t.Format("15:04")
			continue
		}
		days, last = append(days, day+" at "+t.Format("15:04")), day
	}
	return strings.Join(days, "; ")
}
