package maintenance_test

import (
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/outrider-monitor/outrider/incidents/maintenance"
)

func plan(t *testing.T, line string, lasting time.Duration, zone string) maintenance.Plan {
	t.Helper()
	schedule, err := cron.ParseStandard(line)
	if err != nil {
		t.Fatal(err)
	}
	there, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return maintenance.Plan{Name: "nightly", Mode: maintenance.Halt, Cron: schedule, For: lasting, Zone: there}
}

func TestAWindowByCronIsReadOnTheWallClock(t *testing.T) {
	for _, c := range []struct {
		name, line string
		lasting    time.Duration
		from, to   string // UTC, in which the minutes are counted
		want       int
	}{
		{"every night", "0 3 * * *", 30 * time.Minute, "2026-06-01T00:00:00Z", "2026-06-03T00:00:00Z", 60},
		{"over midnight", "30 23 * * *", time.Hour, "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z", 60},
		{"longer than its interval", "0 * * * *", 90 * time.Minute, "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z", 24 * 60},
		{"the hour that is left out in spring", "30 1 * * *", time.Hour, "2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z", 30},
		{"around it", "30 0 * * *", 2 * time.Hour, "2026-03-29T00:00:00Z", "2026-03-29T12:00:00Z", 60},
		{"the hour that comes twice in autumn", "30 1 * * *", 30 * time.Minute, "2026-10-25T00:00:00Z", "2026-10-25T12:00:00Z", 60},
		{"around that", "30 0 * * *", 2 * time.Hour, "2026-10-24T23:00:00Z", "2026-10-25T12:00:00Z", 180},
	} {
		p := plan(t, c.line, c.lasting, "Europe/London")
		at, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		end, err := time.Parse(time.RFC3339, c.to)
		if err != nil {
			t.Fatal(err)
		}
		minutes := 0
		for ; at.Before(end); at = at.Add(time.Minute) {
			w, inside := p.At(at)
			if inside {
				minutes++
			}
			if !inside {
				continue
			}
			// Its bounds are those of the time that is covered without a break, unless another window of the same plan follows.
			for look := w.From; look.Before(w.Until); look = look.Add(time.Minute) {
				if _, inside := p.At(look); !inside {
					t.Fatalf("%s: at %s the window is %s to %s, but not at %s", c.name, at, w.From, w.Until, look)
				}
			}
			_, earlier := p.At(w.From.Add(-time.Minute))
			_, later := p.At(w.Until)
			if !w.Covers(at) || (earlier || later) && c.line != "0 * * * *" {
				t.Fatalf("%s: at %s the window is %s to %s, and goes on", c.name, at, w.From, w.Until)
			}
		}
		if minutes != c.want {
			t.Errorf("%s: %d minutes, want %d", c.name, minutes, c.want)
		}
	}
}

func TestTheStrongestWindowCounts(t *testing.T) {
	noon := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	window := func(name string, mode maintenance.Mode, hours int, s maintenance.Scope) maintenance.Window {
		return maintenance.Window{Name: name, Mode: mode, Scope: s, From: noon, Until: noon.Add(time.Duration(hours) * time.Hour)}
	}
	ordered := []maintenance.Window{
		window("mute all", maintenance.Mute, 9, maintenance.Scope{}),
		window("skip core", maintenance.Halt, 1, maintenance.Scope{Tags: []string{"core"}}),
		window("skip checkout", maintenance.Halt, 2, maintenance.Scope{Journeys: []string{"checkout"}}),
	}
	for _, c := range []struct {
		journey string
		tags    []string
		at      time.Duration
		want    string
	}{
		{"browse", nil, 0, "mute all"}, {"browse", []string{"core"}, 0, "skip core"}, {"checkout", []string{"core"}, 0, "skip checkout"},
		{"checkout", nil, 2 * time.Hour, "mute all"}, {"checkout", nil, 9 * time.Hour, ""}, {"checkout", nil, -time.Second, ""},
	} {
		got := ""
		if w := maintenance.Find(nil, ordered, c.journey, c.tags, noon.Add(c.at)); w != nil {
			got = w.Title()
		}
		if got != c.want {
			t.Errorf("%s %q after %s: %q, want %q", c.journey, c.tags, c.at, got, c.want)
		}
	}
}

func TestTheEndOfAWindowIsToldAsTheClockWillShowIt(t *testing.T) {
	for _, c := range []struct {
		name, line         string
		lasting            time.Duration
		at                 string
		next               bool
		wantFrom, wantTill string
	}{
		{"before the clock is put forward", "30 0 * * *", 2 * time.Hour, "2026-03-29T00:45:00Z", false, "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"},
		{"after it", "30 0 * * *", 2 * time.Hour, "2026-03-29T01:10:00Z", false, "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"},
		{"before the clock is put back", "30 0 * * *", 2 * time.Hour, "2026-10-25T00:10:00Z", false, "2026-10-24T23:30:00Z", "2026-10-25T02:30:00Z"},
		{"after that", "30 0 * * *", 2 * time.Hour, "2026-10-25T01:10:00Z", false, "2026-10-24T23:30:00Z", "2026-10-25T02:30:00Z"},
		{"the next one begins in the hour that is left out", "30 1 * * *", time.Hour, "2026-03-28T12:00:00Z", true, "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"},
		{"the next one is that of the first of two such hours", "30 1 * * *", 10 * time.Minute, "2026-10-24T12:00:00Z", true, "2026-10-25T00:30:00Z", "2026-10-25T00:40:00Z"},
		{"on any other day", "30 1 * * *", time.Hour, "2026-06-01T12:00:00Z", true, "2026-06-02T00:30:00Z", "2026-06-02T01:30:00Z"},
	} {
		p := plan(t, c.line, c.lasting, "Europe/London")
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		find := p.At
		if c.next {
			find = p.Next
		}
		w, found := find(at)
		from, till := w.From.UTC().Format(time.RFC3339), w.Until.UTC().Format(time.RFC3339)
		if !found || from != c.wantFrom || till != c.wantTill {
			t.Errorf("%s: %s to %s, want %s to %s", c.name, from, till, c.wantFrom, c.wantTill)
		}
	}
}
