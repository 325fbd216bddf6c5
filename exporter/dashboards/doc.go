// Package dashboards makes Grafana dashboards of Outrider's metrics: an overview of all journeys, one journey in
// depth, and the monitor itself.
//
// It is pure: it gives JSON to import, and knows no server. Its one rule: every query of every panel is asked of a
// real Prometheus in a test, so that no panel stays empty because a metric was renamed.
package dashboards
