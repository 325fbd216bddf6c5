// Package exporter turns results into numbers for Prometheus.
//
// An [Exporter] is a prometheus.Collector: it is told about runs, incident states and the monitor's own
// affairs, and answers scrapes from memory. It judges nothing, stores nothing and sends no pages. Its one
// rule: label values come from the configuration or from closed sets in this package, never from what a
// target answered, so that neither a secret nor an unbounded text can become a series. [Catalogue] is the
// contract; docs/metrics.md is made from it.
package exporter
