package maintenance

import (
	"time"

	"github.com/robfig/cron/v3"
)

// Plan is a window of the configuration: one time from From until Until, or again and again when Cron is due, each time
// For.
type Plan struct {
	Name string
	Mode Mode
	Scope
	From, Until time.Time
	Cron        cron.Schedule
	For         time.Duration
	// Zone is where the hands of the clock are read that Cron and For speak of.
	Zone *time.Location
}

// longest bounds the windows that are looked for.
const longest = 31 * 24 * time.Hour

// At gives the window that covers a time. Windows by cron are read on the wall clock of their zone: one from 01:30 to
// 02:30 is over when the clock shows 02:30, even if it was put forward or back meanwhile, so that it is shorter or
// longer than usual by what the clock was changed.
func (p *Plan) At(at time.Time) (Window, bool) {
	w := Window{Name: p.Name, Mode: p.Mode, Scope: p.Scope, From: p.From, Until: p.Until}
	if p.Cron == nil {
		return w, w.Covers(at)
	}
	hands := wall(at, p.Zone)
	length := min(p.For, longest)
	var start time.Time
	for next := p.Cron.Next(hands.Add(-length)); !next.IsZero() && !next.After(hands); next = p.Cron.Next(next) {
		start = next
	}
	if start.IsZero() {
		return w, false
	}
	w.From, w.Until = at.Add(start.Sub(hands)), at.Add(start.Add(length).Sub(hands))
	return w, true
}

// Next gives the first window that begins after a time, within a month; none for a plan that is over.
func (p *Plan) Next(after time.Time) (Window, bool) {
	w := Window{Name: p.Name, Mode: p.Mode, Scope: p.Scope, From: p.From, Until: p.Until}
	if p.Cron == nil {
		return w, p.From.After(after)
	}
	hands := wall(after, p.Zone)
	start := p.Cron.Next(hands)
	if start.IsZero() || start.Sub(hands) > longest {
		return w, false
	}
	w.From = time.Date(start.Year(), start.Month(), start.Day(), start.Hour(), start.Minute(), 0, 0, p.Zone)
	w.Until = w.From.Add(p.For)
	return w, true
}

// wall is what a clock in a zone shows, as if the zone were UTC: so it has no gap and nothing twice.
func wall(at time.Time, zone *time.Location) time.Time {
	t := at.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}
