package monitor

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/go-co-op/gocron/v2"
)

// slots are the moments at which a journey is due.
type slots interface {
	// next is the first slot after t.
	next(t time.Time) time.Time
	// latest is the last slot in (after, until] and how many slots lie there.
	latest(after, until time.Time) (time.Time, int)
}

func newSlots(name string, t Timing, now time.Time) (slots, error) {
	if t.Cron == "" {
		if t.Every <= 0 {
			return nil, fmt.Errorf("interval %s is not positive", t.Every)
		}
		return interval{start: firstSlot(name, t.Every, now), every: t.Every}, nil
	}
	c := gocron.NewDefaultCron(false)
	if err := c.IsValid(cronLine(t), time.UTC, now); err != nil {
		return nil, err
	}
	return calendar{c}, nil
}

// Next are the next n times after now, in the zone of the timing; fewer where there are no more.
func (t Timing) Next(now time.Time, n int) []time.Time {
	s, err := newSlots("", t, now)
	if err != nil {
		return nil
	}
	zone, err := time.LoadLocation(t.Zone)
	if err != nil {
		return nil
	}
	var times []time.Time
	for at := s.next(now); len(times) < n && !at.IsZero(); at = s.next(at) {
		times = append(times, at.In(zone))
	}
	return times
}

// Typical is the usual time between two runs: the interval, or the median pause among a cron expression's next slots
// after now, so that a pause at night does not count. Zero if the expression is not valid.
func (t Timing) Typical(now time.Time) time.Duration {
	if t.Cron == "" {
		return t.Every
	}
	s, err := newSlots("", t, now)
	if err != nil {
		return 0
	}
	const looked = 101
	pauses := make([]time.Duration, 0, looked)
	for at := s.next(now); len(pauses) < looked && !at.IsZero(); {
		next := s.next(at)
		if next.IsZero() {
			break
		}
		pauses = append(pauses, next.Sub(at))
		at = next
	}
	if len(pauses) == 0 {
		return 0
	}
	slices.Sort(pauses)
	return pauses[len(pauses)/2]
}

// cronLine is the expression with its time zone, as gocron wants it.
func cronLine(t Timing) string {
	zone := t.Zone
	if zone == "" {
		zone = "UTC"
	}
	return "CRON_TZ=" + zone + " " + t.Cron
}

// interval is a slot at start and then one every so often.
type interval struct {
	start time.Time
	every time.Duration
}

// firstSlot is the first moment after now on the journey's own grid: moments whose distance to the Unix epoch
// is a hash of its name, modulo the interval. It bears now's monotonic reading.
func firstSlot(name string, every time.Duration, now time.Time) time.Time {
	h := fnv.New64a()
	h.Write([]byte(name))
	phase := int64(scatter(h.Sum64()) % uint64(every))
	since := (now.UnixNano() - phase) % int64(every)
	if since < 0 {
		since += int64(every)
	}
	return now.Add(every - time.Duration(since))
}

// scatter is the finalizer of splitmix64: names that differ in their last digit get phases far apart.
func scatter(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// index is the number of the last slot at or before t; -1 before the first.
func (i interval) index(t time.Time) int64 {
	d := t.Sub(i.start)
	if d < 0 {
		return -1
	}
	return int64(d / i.every)
}

func (i interval) slot(n int64) time.Time { return i.start.Add(time.Duration(n) * i.every) }

func (i interval) next(t time.Time) time.Time { return i.slot(i.index(t) + 1) }

func (i interval) latest(after, until time.Time) (time.Time, int) {
	first, last := i.index(after)+1, i.index(until)
	if last < first {
		return time.Time{}, 0
	}
	return i.slot(last), int(last - first + 1)
}

// calendar is a cron expression in a time zone.
type calendar struct{ cron gocron.Cron }

// ahead is how much before its slot a timer may fire, by the wall clock, when the clock was slewed meanwhile. Cron
// has no slots closer than a minute.
const ahead = 2 * time.Second

// longest bounds the walk over slots that passed while the machine slept or had no idea of the time.
const longest = 30 * 24 * time.Hour

func (c calendar) next(t time.Time) time.Time { return c.cron.Next(t.Round(0)) }

func (c calendar) latest(after, until time.Time) (last time.Time, n int) {
	if until.Sub(after) > longest {
		after = until.Add(-longest)
	}
	for slot := c.next(after); !slot.IsZero() && !slot.After(until.Add(ahead)); slot = c.next(slot) {
		last, n = slot, n+1
	}
	return last, n
}
