// Package cloudwatch tells Amazon CloudWatch what Outrider saw: a few metrics for each journey, with the run's own
// time.
//
// It is where the AWS SDK for metrics and alarms is imported, and nowhere else. It decides nothing about a run and knows no pages. Its one rule: it is never
// in the way. Observe takes no lock that the network holds, what cannot be delivered waits on disk within a quota, and
// what is given up is counted and said.
package cloudwatch
