// Package rules makes a Prometheus rule file of the configured journeys: recording rules, burn-rate alerts, alerts
// for what cannot page by itself, and the unit tests that fire and resolve each of them.
//
// It is pure: the same journeys give the same text. It knows the metrics only by the names of the catalogue, and no
// server. Its one rule: no alert without a test that makes it fire and one that makes it stop, and none whose
// metric is not in the catalogue.
package rules
