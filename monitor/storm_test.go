package monitor

import (
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
)

// newStorm is a bench whose journeys a1, a2 and a3 have broken at once: two were told, and a storm that holds a2 and a3.
func newStorm(t *testing.T) *bench {
	t.Helper()
	b := newBench(journeys.Threshold{Count: 2, For: time.Minute}, "a1", "a2", "a3")
	for _, name := range []string{"a1", "a2", "a3"} {
		b.run(name, bad, false)
	}
	b.pass(10 * time.Second)
	expectTold(t, "all break", b.news(), "opened a1, opened a(a2 a3)")
	return b
}

func TestEveryReminderOfAStormIsAPageOfItsOwn(t *testing.T) {
	b := newStorm(t)
	b.p.config.Defaults.Alert.Remind = 30 * time.Minute
	for _, which := range []string{"first", "second", "third"} {
		b.now = b.now.Add(30 * time.Minute)
		b.run("a2", bad, false)
		expectTold(t, "the "+which+" reminder", b.news(), "reminded a(a2 a3)")
	}
}

func TestMaintenanceTakesNoJourneyOutOfItsStorm(t *testing.T) {
	b := newStorm(t)
	b.p.config.Defaults.Alert.Remind = time.Minute
	b.now = b.now.Add(time.Hour)
	b.run("a2", bad, true)
	b.run("a3", bad, true)
	b.pass(time.Minute)
	expectTold(t, "inside", b.news(), "")
	b.run("a2", bad, false)
	expectTold(t, "outlived", b.news(), "reminded a(a2 a3)")
	for range 2 {
		b.run("a2", good, false)
		b.run("a3", good, true)
	}
	expectTold(t, "both mend", b.news(), "closed a(a2 a3)")
}
