// Package alarms keeps CloudWatch alarms as code: which alarms the journeys want, which there are, what to change.
//
// What is wanted is a pure function of the journeys. It publishes no metrics and judges no runs. Its one rule: it touches
// only alarms that bear both its prefix and its tag, and only those that differ.
package alarms
