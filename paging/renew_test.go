package paging

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// forgetful is a pager that has to be told again every minute.
type forgetful struct {
	receiver
	mu     sync.Mutex
	heard  []string
	broken error
	behind bool
}

func (f *forgetful) RenewEvery() time.Duration { return time.Minute }

func (f *forgetful) Behind() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.behind }

func (f *forgetful) Renew(_ context.Context, standing []Page) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	said := ""
	for _, p := range standing {
		said += p.Event + " " + p.Incident.ID + ","
	}
	f.heard = append(f.heard, said)
	if f.broken == nil {
		f.behind = false
	}
	return f.broken
}

// since gives what was renewed since the last call.
func (f *forgetful) since() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	heard := f.heard
	f.heard = nil
	slices.Sort(heard)
	return slices.Compact(heard)
}

func TestWhatStandsIsToldAgainUntilItEnds(t *testing.T) {
	f := &forgetful{}
	bubble(t, Directory{Pagers: map[string]Pager{"f": f, "other": &receiver{}}}, func(t *testing.T, m *memory, c *Courier, _ func() []string) {
		happens := func(id, event string) {
			m.incident("f", id, event)
			m.incident("other", id, event)
			c.Wake()
			synctest.Wait()
		}
		passes := func(d time.Duration, want ...string) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if got := f.since(); !slices.Equal(got, want) {
				t.Errorf("after %s: told again %q, want %q", d, got, want)
			}
		}
		passes(10 * time.Minute) // nothing stands
		happens("a", "opened")
		passes(2*time.Minute, "opened a,")
		passes(24*time.Hour, "opened a,")
		happens("a", "reminded")
		passes(2*time.Minute, "reminded a,")

		// After a restart, at once.
		ctx, cancel := context.WithCancel(t.Context())
		next := NewCourier(CourierOptions{Outbox: m}, *c.directory.Load())
		done := make(chan error)
		f.since()
		go func() { done <- next.Run(ctx) }()
		synctest.Wait()
		passes(0, "reminded a,")
		cancel()
		<-done

		// What waits behind an end that cannot be delivered stands no more.
		f.receiver.answers(func(int, Page) error { return errors.New("not now") })
		happens("a", "closed")
		passes(10 * time.Minute)
		f.receiver.answers(nil)
		time.Sleep(2 * time.Minute)
		f.since()
		passes(2*time.Minute, "closed a,")
		time.Sleep(EndedLately)
		f.since()
		passes(time.Hour)
	})
}

func TestWhoIsBehindIsToldSoonerAndTriedWithPatience(t *testing.T) {
	f := &forgetful{behind: true}
	bubble(t, Directory{Pagers: map[string]Pager{"f": f}}, func(t *testing.T, m *memory, c *Courier, _ func() []string) {
		f.mu.Lock()
		f.broken = errors.New("one replica is down")
		f.mu.Unlock()
		m.incident("f", "a", "opened")
		c.Wake()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		f.mu.Lock()
		tries := len(f.heard)
		f.broken = nil
		f.mu.Unlock()
		if tries < 3 || tries > 8 {
			t.Errorf("tried %d times in ten seconds, want a few", tries)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if f.Behind() {
			t.Error("who was behind was not told")
		}
	})
}
