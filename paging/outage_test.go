package paging

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// incident puts a page about an incident into the outbox.
func (m *memory) incident(pager, id, event string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(Outgoing{Pager: pager, Page: Page{ID: id + event, DedupKey: "outrider/test/" + id, Event: event, Summary: id, Incident: Incident{ID: id}}})
}

// told is what a pager was sent, without second copies.
func (r *receiver) told() []string {
	var events []string
	for _, p := range r.sent() {
		what := p.Incident.ID + " " + p.Event
		if p.Notice {
			what += " (notice)"
		}
		if !slices.Contains(events, what) {
			events = append(events, what)
		}
	}
	return events
}

func TestAnIncidentThatIsOverBeforeItsPagerCanBeReachedIsToldInOneNotice(t *testing.T) {
	for _, c := range []struct {
		name          string
		outage, lasts time.Duration
		// then is what comes to the pager once it is back; ops is what its fallback heard.
		then, ops []string
	}{
		{"a short outage", 2 * time.Minute, time.Minute, []string{"a closed (notice)"}, nil},
		{"it goes on", 2 * time.Minute, time.Hour, []string{"a opened", "a closed"}, nil},
		{"a long outage", time.Hour, time.Minute, []string{"a closed (notice)"}, []string{"a closed (notice)"}},
		{"a long outage and a long incident", time.Hour, 30 * time.Minute, []string{"a closed (notice)"}, []string{"a opened", "a closed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ops, p, begun := &receiver{}, &receiver{}, time.Time{}
			var back []string // What the pager accepted.
			p.answer = func(_ int, page Page) error {
				if time.Since(begun) < c.outage {
					return errors.New("connection refused")
				}
				event := page.Incident.ID + " " + page.Event
				if page.Notice {
					event += " (notice)"
				}
				back = append(back, event)
				return nil
			}
			d := Directory{Pagers: map[string]Pager{"p": p, "ops": ops}, Fallback: []string{"ops"}}
			bubble(t, d, func(t *testing.T, m *memory, c2 *Courier, _ func() []string) {
				begun = time.Now()
				m.incident("p", "a", "opened")
				c2.Wake()
				time.Sleep(c.lasts)
				m.incident("p", "a", "closed")
				c2.Wake()
				time.Sleep(3 * time.Hour)
				synctest.Wait()
				if !slices.Equal(back, c.then) || !slices.Equal(ops.told(), c.ops) || m.left() != 0 {
					t.Errorf("the pager was told %q, want %q; its fallback %q, want %q; %d left", back, c.then, ops.told(), c.ops, m.left())
				}
			})
		})
	}
}

func TestAllThatWaitsTooLongIsToldThoughOnlyOnePageTestsTheWay(t *testing.T) {
	down, ops := &receiver{answer: func(int, Page) error { return &SendError{RetryAfter: time.Hour, Err: errors.New("503")} }}, &receiver{}
	d := Directory{Pagers: map[string]Pager{"down": down, "ops": ops}, Fallback: []string{"ops", "down"}}
	bubble(t, d, func(t *testing.T, m *memory, c *Courier, _ func() []string) {
		const broken = 3 * sweepMost
		for n := range broken {
			m.incident("down", fmt.Sprint(n), "opened")
		}
		m.incident("down", "0", "reminded")
		c.Wake()
		time.Sleep(unreachable - time.Second)
		if got := ops.told(); len(got) != 0 {
			t.Fatalf("told of %q before the time", got)
		}
		time.Sleep(sweepEvery + 2*time.Second)
		synctest.Wait()
		if got := len(ops.told()); got != broken {
			t.Errorf("the fallback pager was told of %d of %d incidents", got, broken)
		}
		if tries := len(down.log()); tries > parallel+2 {
			t.Errorf("the pager that cannot be reached was asked %d times", tries)
		}
		m.incident("down", "7", "closed")
		c.Wake()
		time.Sleep(2 * unreachable)
		if got := ops.told(); len(got) != broken+1 || got[broken] != "7 closed" {
			t.Errorf("the end of what was told was not: %q", got[broken:])
		}
	})
}

func TestAPaceIsKeptInEveryStretchOfTime(t *testing.T) {
	p, other := &receiver{}, &receiver{}
	d := Directory{Pagers: map[string]Pager{"p": p, "other": other}, Paces: map[string]Pace{"p": {Pages: 10, Per: time.Minute}}}
	bubble(t, d, func(t *testing.T, m *memory, c *Courier, _ func() []string) {
		for n := range 40 {
			m.incident("p", fmt.Sprint(n), "opened")
			m.incident("other", fmt.Sprint("o", n), "opened")
			c.Wake()
			time.Sleep(time.Second)
		}
		time.Sleep(3*time.Minute - 30*time.Second)
		synctest.Wait()
		if got := len(p.log()); got != 40 {
			t.Errorf("%d of 40 pages were sent in three minutes and the time in which they came", got)
		}
		for n := 10; n < len(p.at); n++ {
			if gap := p.at[n].Sub(p.at[n-10]); gap < time.Minute {
				t.Errorf("pages %d to %d were sent within %s", n-10, n, gap)
			}
		}
		if got := len(other.log()); got != 40 {
			t.Errorf("the pager without a pace got %d of 40", got)
		}
	})
}
