package exporter_test

import (
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
)

// BenchmarkObserve is what one run costs: two steps, one of them HTTP.
func BenchmarkObserve(b *testing.B) {
	e, err := exporter.New(prometheus.NewRegistry(), exporter.Options{Location: "london"})
	if err != nil {
		b.Fatal(err)
	}
	j, r := checkout(), passed()
	e.Configure([]journeys.Journey{j})
	b.ReportAllocs()
	for b.Loop() {
		e.Observe(&j, &r, incidents.State{})
	}
}

// BenchmarkScrape is one scrape of 1,000 journeys of six steps.
func BenchmarkScrape(b *testing.B) {
	reg := prometheus.NewRegistry()
	e, err := exporter.New(reg, exporter.Options{Location: "london"})
	if err != nil {
		b.Fatal(err)
	}
	var all []journeys.Journey
	for i := range 1000 {
		j := journeys.Journey{Name: fmt.Sprintf("journey-%d", i), Team: "payments"}
		for s := range 6 {
			j.Steps = append(j.Steps, journeys.Step{Name: fmt.Sprintf("Step %d", s), Action: &journeys.Request{Method: "GET"}})
		}
		all = append(all, j)
	}
	e.Configure(all)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := reg.Gather(); err != nil {
			b.Fatal(err)
		}
	}
}
