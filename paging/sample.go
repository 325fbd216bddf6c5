package paging

import (
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// Sample is a page that might be sent, to try on it what makes something of pages.
type Sample struct {
	// About says what it is about, in words that follow "the page".
	About string
	Page  Page
}

// Samples are pages of every shape: with a journey and without, open and closed, with every optional part and without, and
// with the characters that break what is put together without care.
func Samples() []Sample {
	at := time.Date(2026, 11, 22, 3, 3, 20, 0, time.UTC)
	c := Composer{Deployment: "sample", ExternalURL: "https://outrider.example", ConfigFile: "outrider.yaml"}
	j := &journeys.Journey{Name: "checkout", Title: "A customer buys dinner", Team: "payments", Tags: []string{"core"},
		Runbook: "https://runbooks.example/checkout", File: "journeys/checkout.yaml"}
	opened := sampleEvent(at)
	run := probes.Result{RunID: "sample-run", Outcome: probes.Failed, Attempts: []probes.Attempt{{Evidence: &probes.Evidence{
		PageURL: "https://shop.example/basket", Screenshot: "page.jpg",
		Console:  []probes.ConsoleLine{{Level: "error", Text: `"total" is undefined`}},
		Requests: []probes.RequestLine{{Method: "POST", URL: "https://shop.example/api/orders", Status: 500}},
	}}}}
	closed := opened
	closed.Kind, closed.Incident.ClosedAt = incidents.Closed, at.Add(time.Hour)
	acknowledged := opened
	acknowledged.Kind = incidents.Acknowledged
	acknowledged.Incident.Acknowledged = &incidents.Acknowledgement{At: at, By: "Ada"}
	storm := incidents.Event{Kind: incidents.Opened, At: at, Incident: incidents.Incident{ID: "storm_sample", Team: "payments",
		Severity: "critical", Since: at, OpenedAt: at, Journeys: []string{"browse", "checkout"}}}
	own := incidents.Event{Kind: incidents.Opened, At: at, Incident: incidents.Incident{ID: "mon_sample", Severity: "critical", Since: at,
		OpenedAt: at, Journeys: []string{"checkout"}, Failure: &probes.Failure{Reason: probes.BrowserFault, Message: "the browser does not start"}}}
	page := c.Journey(j, opened, run)
	return []Sample{
		{"that opens a journey's incident", page},
		{"that a journey works again", c.Journey(j, closed, probes.Result{})},
		{"that somebody looks after it", c.Journey(j, acknowledged, probes.Result{})},
		{"about a journey that is no longer watched", c.Retired(closed, "")},
		{"about many journeys of a team at once", c.Storm(storm)},
		{"about the monitor's own trouble", c.Monitor(own, probes.Result{})},
		{"that another pager did not take", page.relayed("oncall", "refused: the answer was 404 Not Found")},
		{"about what was over before it could be told", c.Journey(j, closed, probes.Result{}).asNotice()},
		{"of outrider page test", c.Test("oncall", "sample", at)},
	}
}

// sampleEvent opens an incident of which everything is known, in words with quotes, angles and line breaks.
func sampleEvent(at time.Time) incidents.Event {
	return incidents.Event{Kind: incidents.Opened, At: at, RunID: "sample-run", Incident: incidents.Incident{
		ID: "inc_sample", Subject: "checkout", Severity: "critical", Since: at.Add(-time.Minute), OpenedAt: at, Locations: []string{"london"},
		Affected: []string{"track"}, Deploys: []incidents.Deploy{{Service: "basket", Version: "1.2", At: at.Add(-time.Hour), By: "Ada"}},
		Step: `Click "Pay"`, RunID: "sample-run", FailedRuns: 2, LastPassedAt: at.Add(-2 * time.Minute), Flapping: 4,
		Failure: &probes.Failure{Reason: probes.Assertion, Message: "want <b>\"paid\"</b> & got\n'refused'", Expected: `"paid"`, Got: "<b>refused</b>\n{{.}}"},
	}}
}
