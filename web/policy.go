package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
)

// PolicyWords says when people are paged.
func (d journeyData) PolicyWords() string {
	p := d.Policy
	text := "after " + tooMany(p.Broken(), "failed")
	switch {
	case d.Confirm == 1:
		text += " (a failure is confirmed by a second attempt)"
	case d.Confirm > 1:
		text += fmt.Sprintf(" (a failure is confirmed by %d more attempts)", d.Confirm)
	}
	if p.Degraded != (journeys.Threshold{}) {
		text += ", as " + p.DegradedSeverity.Worst() + " after " + tooMany(p.Degraded, "slow")
	}
	text += ", ends after " + runsInARow(p.CloseAfter, "good")
	if p.Remind > 0 {
		text += ", reminds every " + exact(p.Remind)
	}
	if p.Recheck > 0 {
		text += ", looks every " + exact(p.Recheck) + " while in doubt"
	}
	return text
}

// SeverityWords says how bad its incidents are, where that depends on the hour.
func (d journeyData) SeverityWords() string { return severityWords(&d.Policy) }

func severityWords(p *incidents.Policy) string {
	if len(p.Hours) == 0 {
		return p.Severity
	}
	var parts []string
	for _, h := range p.Hours {
		parts = append(parts, fmt.Sprintf("%s %02d:%02d-%02d:%02d", h.Severity, h.From/60, h.From%60, h.To/60, h.To%60))
	}
	zone := p.Zone
	if zone == nil {
		zone = time.UTC
	}
	return strings.Join(parts, ", ") + " " + zone.String() + ", otherwise " + p.Severity
}

// tooMany puts a threshold in words.
func tooMany(t journeys.Threshold, kind string) string {
	switch {
	case t.For > 0:
		return exact(t.For) + " of " + kind + " runs"
	case t.Of > 0:
		return fmt.Sprintf("%s %s of the last %s runs", numeral(t.Count), kind, numeral(t.Of))
	}
	return runsInARow(t.Count, kind)
}

func runsInARow(n int, kind string) string {
	if n <= 1 {
		return "one " + kind + " run"
	}
	return numeral(n) + " " + kind + " runs in a row"
}
