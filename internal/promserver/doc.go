// Package promserver runs a real Prometheus on loopback for a test, and asks it.
//
// It is a test helper, and no client of Prometheus for anything else. Its one rule: a query that Prometheus
// refuses fails the test; it is never an empty answer.
package promserver
