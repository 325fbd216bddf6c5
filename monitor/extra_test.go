package monitor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestExtraRunsFillTheTimeBetweenSlotsAndNeverDoubleThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f firings
		var s *schedule
		var runs []time.Time
		again := func(string, time.Time) {
			runs = append(runs, time.Now())
			time.Sleep(2 * time.Second) // the run
			s.Soon("x", 15*time.Second)
		}
		s = startSchedule(t, &f, nil)
		s.fire, s.extra = again, again
		if err := s.Set(map[string]Timing{"x": {Every: time.Minute}}); err != nil {
			t.Fatal(err)
		}
		s.Soon("nobody", time.Second)
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		stopSchedule(t, s)
		before := len(runs)
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(runs) != before {
			t.Errorf("%d runs after the end", len(runs)-before)
		}
		if before < 29*4 || before > 31*4 { // 0, 17, 34, 51
			t.Errorf("%d runs in half an hour, want four a minute", before)
		}
		if !slices.IsSortedFunc(runs, func(a, b time.Time) int { return int(a.Sub(b) - 2*time.Second) }) {
			t.Errorf("runs overlap: %v", runs)
		}
	})
}

func TestAnExtraRunIsAskedForOnceAndForgottenWithItsJourney(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f firings
		s := startSchedule(t, &f, map[string]Timing{"x": {Every: time.Hour}, "gone": {Every: time.Hour}})
		var runs []string
		s.extra = func(name string, _ time.Time) { runs = append(runs, name) }
		for range 3 { // Before the first of them can have run: time stands still.
			s.Soon("x", time.Nanosecond)
			s.Soon("gone", time.Second)
		}
		if err := s.Set(map[string]Timing{"x": {Every: time.Hour}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		stopSchedule(t, s)
		if !slices.Equal(runs, []string{"x"}) {
			t.Errorf("extra runs of %q, want one of x", runs)
		}
	})
}

func TestADoubtIsLookedIntoBeforeTheNextSlot(t *testing.T) {
	w := newWorld(t)
	w.broken.Store(true)
	file := folder(t, "outrider.yaml", fmt.Sprintf(worldConfig, w.URL), "j/menu.yaml",
		"journey: menu\nteam: shop\nevery: 24h\nalert: {open_after: 3, recheck: 1s}\nsteps:\n  - {get: \"${{ env.SHOP }}/menu\", expect: status == 200}\n")
	m, stop := monitored(t, w, file, 0)
	defer stop()
	ask(t, "GET", m.URL()+"/probe?journey=menu")
	stop() // what was in doubt is so after a restart
	m, stop = monitored(t, w, file, 0)
	defer stop()
	eventually(t, "the page", func() bool { return w.events() == "opened outrider/test/menu" })
	w.broken.Store(false)
	eventually(t, "the close", func() bool { return strings.HasSuffix(w.events(), "closed outrider/test/menu") })
	runs, err := m.store.Recent(t.Context(), "menu", 10)
	if err != nil || len(runs) != 4 || runs[0].Trigger != "recheck" {
		t.Errorf("the runs are %+v (%v), want a probe and three rechecks", runs, err)
	}
}
