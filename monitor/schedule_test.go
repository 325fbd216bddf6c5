package monitor

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// firings is what a schedule did.
type firings struct {
	mu     sync.Mutex
	at     map[string][]time.Time
	passed map[string]int
	hold   func(name string)
}

func startSchedule(t *testing.T, f *firings, timings map[string]Timing) *schedule {
	t.Helper()
	f.at, f.passed = map[string][]time.Time{}, map[string]int{}
	s, err := newSchedule(scheduleHooks{
		fire: func(name string, due time.Time) {
			f.mu.Lock()
			f.at[name] = append(f.at[name], due)
			f.mu.Unlock()
			if f.hold != nil {
				f.hold(name)
			}
		},
		missed: func(name string, slots int) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.passed[name] += slots
		},
		panicked: func(name string, what any) { t.Errorf("%s panicked: %v", name, what) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Set(timings); err != nil {
		t.Fatal(err)
	}
	s.Start()
	return s
}

func (f *firings) of(name string) []time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.at[name])
}

func stopSchedule(t *testing.T, s *schedule) {
	t.Helper()
	s.Hold()
	if err := s.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestADayOfScheduleFiresEverySlotOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f firings
		s := startSchedule(t, &f, map[string]Timing{
			"minutely": {Every: time.Minute},
			"uneven":   {Every: 7 * time.Minute},
			"cron":     {Cron: "*/15 9-16 * * *", Zone: "Europe/London"},
		})
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		stopSchedule(t, s)
		for name, want := range map[string][2]int{"minutely": {1440, 1440}, "uneven": {205, 206}, "cron": {32, 32}} {
			got := f.of(name)
			if len(got) < want[0] || len(got) > want[1] {
				t.Errorf("%s was fired %d times, want %d to %d", name, len(got), want[0], want[1])
			}
			if !slices.IsSortedFunc(got, time.Time.Compare) || len(slices.CompactFunc(got, time.Time.Equal)) != len(f.of(name)) {
				t.Errorf("%s was fired out of order or twice for one slot", name)
			}
		}
		if len(f.passed) > 0 {
			t.Errorf("slots were reported as missed: %v", f.passed)
		}
	})
}

func TestTheFirstRunIsWithinOneInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		timings := map[string]Timing{}
		for i := range 500 {
			timings[fmt.Sprintf("journey-%d", i)] = Timing{Every: time.Duration(i%60+1) * time.Second}
		}
		var f firings
		start := time.Now()
		s := startSchedule(t, &f, timings)
		time.Sleep(time.Minute)
		synctest.Wait()
		stopSchedule(t, s)
		for name, timing := range timings {
			first := f.of(name)[0].Sub(start)
			if first <= 0 || first > timing.Every {
				t.Errorf("%s, every %s, was first due after %s", name, timing.Every, first)
			}
		}
	})
}

func TestPhasesAreSpreadAndSurviveARestart(t *testing.T) {
	const every, n = 10 * time.Second, 5000
	now := time.Date(2026, 3, 1, 12, 0, 3, 141592653, time.UTC)
	var perSecond [10]int
	for i := range n {
		name := fmt.Sprintf("journey-%d", i)
		first := firstSlot(name, every, now)
		perSecond[first.Sub(now)/time.Second%10]++
		later := firstSlot(name, every, now.Add(12345*time.Millisecond))
		if later.Sub(first)%every != 0 {
			t.Fatalf("%s is due at %s before and at %s after a restart: off its grid", name, first, later)
		}
	}
	for second, count := range perSecond {
		if count < n/10*8/10 || count > n/10*12/10 {
			t.Errorf("%d of %d journeys are due in second %d", count, n, second)
		}
	}
}

func TestSlotsThatPassWhileFrozenAreCounted(t *testing.T) {
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		timing Timing
		late   time.Duration
		passed int
	}{
		{"on time", Timing{Every: time.Minute}, time.Millisecond, 0},
		{"late, but within the slot", Timing{Every: time.Minute}, 59 * time.Second, 0},
		{"three minutes frozen", Timing{Every: time.Minute}, 3*time.Minute + time.Second, 3},
		{"a night asleep", Timing{Cron: "0 * * * *"}, 8 * time.Hour, 8},
		{"a year asleep", Timing{Cron: "* * * * *"}, 366 * 24 * time.Hour, 30*24*60 - 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			slots, err := newSlots(c.name, c.timing, start)
			if err != nil {
				t.Fatal(err)
			}
			j := job{slots: slots, last: start}
			now := slots.next(start).Add(c.late)
			slot, passed := j.take(now)
			if passed != c.passed {
				t.Errorf("%d slots passed, want %d", passed, c.passed)
			}
			if slot.After(now) || slots.next(slot).Before(now) {
				t.Errorf("the slot is %s at %s", slot, now)
			}
			if again, _ := j.take(now); !again.IsZero() {
				t.Errorf("the slot of %s was given twice", again)
			}
		})
	}
}

func TestATimerThatFiresEarlyByTheWallClockLosesNoCronSlot(t *testing.T) {
	start := time.Date(2026, 3, 1, 12, 0, 30, 0, time.UTC)
	slots, err := newSlots("x", Timing{Cron: "* * * * *"}, start)
	if err != nil {
		t.Fatal(err)
	}
	j := job{slots: slots, last: start}
	want := time.Date(2026, 3, 1, 12, 1, 0, 0, time.UTC)
	if slot, _ := j.take(want.Add(-50 * time.Millisecond)); !slot.Equal(want) {
		t.Errorf("slot %s, want %s", slot, want)
	}
	if slot, _ := j.take(want.Add(time.Millisecond)); !slot.IsZero() {
		t.Errorf("slot %s was given twice", slot)
	}
}

func TestAReloadMovesOnlyWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f firings
		s := startSchedule(t, &f, map[string]Timing{"kept": {Every: time.Minute}, "changed": {Every: time.Minute}, "gone": {Every: time.Minute}})
		time.Sleep(10 * time.Minute)
		before, _ := s.Next("kept")
		if err := s.Set(map[string]Timing{"kept": {Every: time.Minute}, "changed": {Every: 5 * time.Minute}, "new": {Every: time.Minute}}); err != nil {
			t.Fatal(err)
		}
		if after, _ := s.Next("kept"); !after.Equal(before) {
			t.Errorf("kept moved from %s to %s", before, after)
		}
		if _, known := s.Next("gone"); known {
			t.Error("gone is still scheduled")
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		stopSchedule(t, s)
		for name, want := range map[string]int{"kept": 20, "changed": 12, "gone": 10, "new": 10} {
			if got := len(f.of(name)); got != want {
				t.Errorf("%s was fired %d times, want %d", name, got, want)
			}
		}
	})
}

func TestALongRunDoesNotDelayTheNextSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := firings{hold: func(string) { time.Sleep(150 * time.Second) }}
		s := startSchedule(t, &f, map[string]Timing{"slow": {Every: time.Minute}})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		stopSchedule(t, s)
		if got := len(f.of("slow")); got != 10 {
			t.Errorf("fired %d times in ten minutes, want 10", got)
		}
	})
}

func TestHoldFiresNothingMoreAndWaitSeesTheLastRunEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended atomic.Int32
		f := firings{hold: func(string) { time.Sleep(45 * time.Second); ended.Add(1) }}
		s := startSchedule(t, &f, map[string]Timing{"x": {Every: time.Minute}})
		next, _ := s.Next("x")
		time.Sleep(time.Until(next) + time.Second)
		s.Hold()
		if err := s.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if ended.Load() != 1 {
			t.Error("Wait returned before the run ended")
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if got := len(f.of("x")); got != 1 {
			t.Errorf("fired %d times, want 1", got)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestAPanicEndsNeitherTheProcessNorTheJourney(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var panics atomic.Int32
		s, err := newSchedule(scheduleHooks{
			fire:     func(string, time.Time) { panic("boom") },
			missed:   func(string, int) {},
			panicked: func(string, any) { panics.Add(1) },
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Set(map[string]Timing{"x": {Every: time.Minute}}); err != nil {
			t.Fatal(err)
		}
		s.Start()
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		stopSchedule(t, s)
		if panics.Load() != 5 {
			t.Errorf("%d panics were told, want 5", panics.Load())
		}
	})
}

func TestCronKeepsItsTimeZoneAcrossDaylightSaving(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 3, 27, 12, 0, 0, 0, london) // the clocks go forward on the 29th
	slots, err := newSlots("x", Timing{Cron: "30 9 * * *", Zone: "Europe/London"}, start)
	if err != nil {
		t.Fatal(err)
	}
	for day, slot := 28, slots.next(start); day <= 31; day, slot = day+1, slots.next(slot) {
		if want := time.Date(2026, 3, day, 9, 30, 0, 0, london); !slot.Equal(want) {
			t.Errorf("slot %s, want %s", slot.In(london), want)
		}
	}
}

func TestTheTypicalPauseOfACronExpressionIsNotTheNights(t *testing.T) {
	now := time.Date(2026, 11, 22, 23, 50, 0, 0, time.UTC)
	for timing, want := range map[Timing]time.Duration{
		{Every: 30 * time.Second}:                  30 * time.Second,
		{Cron: "*/5 7-22 * * *"}:                   5 * time.Minute,
		{Cron: "0 3 * * *", Zone: "Europe/London"}: 24 * time.Hour,
		{Cron: "not a cron"}:                       0,
	} {
		if got := timing.Typical(now); got != want {
			t.Errorf("%+v: got %s, want %s", timing, got, want)
		}
	}
}

func TestASlotThatPassesWhileItIsScheduledKeepsNothingFromStarting(t *testing.T) {
	s, err := newSchedule(scheduleHooks{fire: func(string, time.Time) {}, missed: func(string, int) {}, extra: func(string, time.Time) {}, panicked: func(string, any) {}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	timings := map[string]Timing{}
	for n := range 200 {
		timings[fmt.Sprint("journey", n)] = Timing{Every: time.Microsecond} // its next slot is often past already
	}
	if err := s.Set(timings); err != nil {
		t.Errorf("scheduling: %v", err)
	}
}

func TestAReloadWhileASlotIsFiredFiresNothingTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f firings
		every := func(d time.Duration) map[string]Timing {
			return map[string]Timing{"x": {Every: d}, "y": {Every: time.Minute}}
		}
		s := startSchedule(t, &f, every(time.Minute))
		for n := range 120 { // Also at the very moments that x is due.
			next, _ := s.Next("x")
			time.Sleep(time.Until(next))
			if err := s.Set(every(time.Minute + time.Duration(n%2)*time.Second)); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		stopSchedule(t, s)
		x, y := f.of("x"), f.of("y")
		if len(slices.CompactFunc(slices.Clone(x), time.Time.Equal)) != len(x) || !slices.IsSortedFunc(x, time.Time.Compare) {
			t.Errorf("x was fired out of order or twice for one slot: %s", x)
		}
		if want := int(time.Since(y[0])/time.Minute) + 1; len(y) != want {
			t.Errorf("y, which no reload changed, was fired %d times, want %d", len(y), want)
		}
		if len(f.passed) > 0 {
			t.Errorf("slots were reported as missed: %v", f.passed)
		}
	})
}
