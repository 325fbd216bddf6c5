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
	w.From, w.Until = p.bounds(at, start, start.Add(length))
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
	at := time.Date(start.Year(), start.Month(), start.Day(), start.Hour(), start.Minute(), 0, 0, p.Zone)
	before, behind := at.ZoneBounds()
	// What the clock shows twice begins the first time; what it leaves out begins when it goes on.
	for _, begin := range []time.Time{p.twin(at, before), at, before, behind} {
		if first, found := p.At(begin); found && begin.After(after) {
			return first, true
		}
	}
	w.From, w.Until = at, at.Add(p.For)
	return w, true
}

// twin is the moment before the clock was put back, if it was, at which it showed what it shows at a time; else that time.
func (p *Plan) twin(at, change time.Time) time.Time {
	if change.IsZero() {
		return at
	}
	_, then := change.Add(-time.Nanosecond).In(p.Zone).Zone()
	_, now := at.Zone()
	if first := at.Add(-time.Duration(then-now) * time.Second); wall(first, p.Zone).Equal(wall(at, p.Zone)) {
		return first
	}
	return at
}

// bounds are the moments between which the clock shows a time from start until end without a break, around at: where it is put
// forward or back inside, the window goes on if what it shows then lies inside too.
func (p *Plan) bounds(at, start, end time.Time) (from, until time.Time) {
	hands := wall(at, p.Zone)
	from, until = at.Add(start.Sub(hands)), at.Add(end.Sub(hands))
	changed, change := at.In(p.Zone).ZoneBounds()
	if !change.IsZero() && until.After(change) {
		until = change
		if shown := wall(change, p.Zone); !shown.Before(start) && shown.Before(end) {
			until = change.Add(end.Sub(shown))
		}
	}
	if !changed.IsZero() && from.Before(changed) {
		from = changed
		shown := wall(changed.Add(-time.Nanosecond), p.Zone).Add(time.Nanosecond)
		if shown.After(start) && !shown.After(end) {
			from = changed.Add(start.Sub(shown))
		}
	}
	return from.UTC(), until.UTC()
}

// wall is what a clock in a zone shows, as if the zone were UTC: so it has no gap and nothing twice.
func wall(at time.Time, zone *time.Location) time.Time {
	t := at.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}
