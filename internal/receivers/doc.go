// Package receivers is the far end of every kind of pager, on loopback, for tests: what takes webhooks, PagerDuty's and
// Slack's and Amazon's endpoints, an Alertmanager's API, an SMTP server, a program.
//
// It judges no page; it keeps what arrives as it arrived, and refuses on demand in each kind's own words. Its one rule:
// what is asked for the arrivals of a kind it does not have fails the test.
package receivers
