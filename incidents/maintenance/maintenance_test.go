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
			if inside && (!w.Covers(at) || w.Until.Sub(w.From) != c.lasting) {
				t.Fatalf("%s: at %s the window is %s to %s", c.name, at, w.From, w.Until)
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
