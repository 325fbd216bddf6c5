package web

import (
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
)

// length is how long something took, in words.
type length struct{ What, Long string }

// lengths are the times by which an incident's handling is measured.
func lengths(d *incidentData) []length {
	var all []length
	add := func(what string, took *time.Duration) {
		if took != nil {
			all = append(all, length{what, span(*took)})
		}
	}
	detect, acknowledge, resolve := d.Times()
	add("Detected after", detect)
	for _, p := range d.Pages {
		if p.Event == string(incidents.Opened) && p.Outcome == "accepted" {
			took := p.SettledAt.Sub(d.OpenedAt)
			add("First page accepted after", &took)
			break
		}
	}
	add("Acknowledged after", acknowledge)
	add("Mended after", resolve)
	return all
}

// Before says how long before the first failure something was.
func (d incidentData) Before(at time.Time) string {
	if gap := d.Since.Sub(at); gap > 0 {
		return coarse(gap) + " before the first failure"
	}
	return coarse(at.Sub(d.Since)) + " after the first failure"
}

// timeline tells what happened, in order.
func timeline(d *incidentData, events []history.EventRecord, pages []history.DeliveryRecord) []event {
	i := &d.Incident
	all := []event{}
	if !i.LastPassedAt.IsZero() {
		all = append(all, event{At: i.LastPassedAt, look: look{Kind: good}, Text: "The last good run before it."})
	}
	for _, e := range happened(i, events, pages) {
		kind, text := storied(d, &e)
		all = append(all, event{At: e.At, look: look{Kind: kind}, Text: text})
	}
	return all
}

// storied puts one event in words.
func storied(d *incidentData, e *apiEvent) (kind, text string) {
	switch e.Event {
	case "first_failure":
		switch {
		case d.Team != "":
			return bad, "The first failed run of the first of them started."
		case d.Own:
			return unsure, "The first run that could not be judged started."
		case d.Degraded:
			return slow, "The first slow run started."
		}
		return bad, "The first failed run started."
	case "confirmed":
		if d.Degraded {
			return slow, "It ended, over its time budget."
		}
		return bad, "Its failure was confirmed: no attempt passed."
	case "opened":
		if d.Hold != nil && d.Team == "" {
			return bad, "The incident opened."
		}
		return bad, "The incident opened" + told(d.Pages, e.At, "opened")
	case "held":
		return slow, d.HoldWords()
	case "accepted":
		return good, e.Pager + " accepted the page."
	case "reminded":
		return slow, "A reminder" + told(d.Pages, e.At, "reminded")
	case "escalated":
		if e.Pagers != nil {
			return bad, "Nobody had acknowledged it for " + span(time.Duration(*e.Unacknowledged*float64(time.Second))) + ": escalated, with a page to " + list(e.Pagers, 4) + "."
		}
		return bad, "It got worse" + told(d.Pages, e.At, "escalated")
	case "acknowledged":
		text := "Somebody"
		if e.By != "" {
			text = e.By
		}
		if e.Via != "" {
			text += " (" + e.Via + ")"
		}
		return good, text + " looks after it: no more reminders, unless it gets worse."
	case "mended":
		return good, "The first good run."
	}
	text = "The incident closed: it works again"
	switch {
	case d.Retired:
		text = "The incident ended because the journey is no longer watched, not because it was mended"
	case d.Own:
		text = "The incident closed: every journey can be judged again"
	}
	return good, text + told(d.Pages, e.At, "closed")
}

// told names the pagers of an event's pages. Those of a reminder are the ones made when it was.
func told(pages []delivery, at time.Time, kind string) string {
	var names []string
	for _, p := range pages {
		if p.Event != kind || p.RelayOf != "" || kind == "reminded" && p.CreatedAt.Sub(at).Abs() > time.Minute {
			continue
		}
		names = append(names, p.Pager)
	}
	if len(names) == 0 {
		return "; nobody was to be told."
	}
	return ", with a page to " + list(names, 4) + "."
}
