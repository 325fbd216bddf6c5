package paging

import (
	"strconv"
	"strings"
	"time"
)

// Row is one thing that a person should know, with its name.
type Row struct{ Label, Value string }

// Rows are what a page says below its summary, in the order in which somebody needs it who was woken: what broke and how,
// since when, what changed, who else is affected, what the browser saw, how to see it again. Times are in UTC.
func (p Page) Rows() []Row {
	i := &p.Incident
	var rows []Row
	add := func(label, value string) {
		if value != "" {
			rows = append(rows, Row{label, value})
		}
	}
	if j := p.Journey; j != nil {
		add("Journey", joined(" · ", j.Name, j.Title))
		add("Team", j.Team)
	}
	add("Severity", i.Severity)
	add("Step", i.Step)
	add("Expected", i.Expected)
	add("Got", i.Got)
	if i.Expected == "" || i.Got == "" { // else the message says the same once more
		add("Reason", joined(": ", i.Reason, i.Message))
	}
	add("Since", p.since())
	add("Last good", moment(i.LastPassedAt))
	add("Ended", moment(i.ClosedAt))
	if at := i.AcknowledgedAt; at != nil {
		add("Looked after", joined(", since ", i.AcknowledgedBy, moment(at)))
	}
	for _, d := range i.Deploys {
		add("Deployed", joined(" by ", d.Service+" "+d.Version+" at "+moment(&d.At), d.By))
	}
	add("Journeys", strings.Join(i.Journeys, ", "))
	add("Affected", strings.Join(i.Affected, ", "))
	add("Page", p.Evidence.PageURL)
	add("Console", strings.Join(p.Evidence.Console, "\n"))
	add("Requests", strings.Join(p.Evidence.Requests, "\n"))
	add("Reproduce", p.Reproduce)
	if r := p.Relay; r != nil {
		add("Meant for", joined(": ", r.Pager, r.Cause))
	}
	return rows
}

// since is when it began, how often it was seen and from where.
func (p Page) since() string {
	i := &p.Incident
	if p.Event == "test" || i.Since.IsZero() {
		return ""
	}
	text := moment(&i.Since)
	if i.FailedRuns > 0 {
		text += ", " + strconv.Itoa(i.FailedRuns) + verb(i.FailedRuns, " failed run", " failed runs")
	}
	if len(i.Locations) > 0 {
		text += ", seen from " + strings.Join(i.Locations, ", ")
	}
	return text
}

// Text is rows as plain text, a line each; values of several lines are indented below their label.
func Text(rows []Row) string {
	var b strings.Builder
	for _, r := range rows {
		value := strings.TrimSpace(strings.ToValidUTF8(r.Value, "�"))
		if strings.Contains(value, "\n") {
			value = "\n  " + strings.ReplaceAll(value, "\n", "\n  ")
		} else {
			value = " " + value
		}
		b.WriteString(r.Label + ":" + value + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func moment(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

func joined(between string, parts ...string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, between)
}
