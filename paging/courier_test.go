package paging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// memory is an outbox that forgets at the end of the test, and otherwise keeps the contract.
type memory struct {
	mu      sync.Mutex
	waiting []Delivery
	settled []Settlement
	kept    map[string]Page
	keptAt  map[string]time.Time
	seen    map[string]bool
	broken  error
}

func (m *memory) add(pager, key string, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	event := "opened"
	if n > 0 {
		event = "reminded"
	}
	m.put(Outgoing{Pager: pager, Page: Page{ID: fmt.Sprintf("%s-%d", key, n), DedupKey: key, Event: event, Summary: key, Incident: Incident{ID: key}}})
}

func (m *memory) put(o Outgoing) {
	if m.seen == nil {
		m.seen = map[string]bool{}
	}
	if id := o.Pager + o.Page.ID; !m.seen[id] {
		m.seen[id] = true
		m.waiting = append(m.waiting, Delivery{Seq: int64(len(m.seen)), Pager: o.Pager, Page: o.Page, CreatedAt: time.Now(), DueAt: time.Now()})
	}
}

func (m *memory) Pagers(context.Context) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	for _, d := range m.waiting {
		names = append(names, d.Pager)
	}
	slices.Sort(names)
	return slices.Compact(names), m.broken
}

func (m *memory) Heads(_ context.Context, pager string, limit int) ([]Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var heads []Delivery
	taken := map[string]bool{}
	for _, d := range m.waiting {
		if d.Pager == pager && !taken[d.Page.DedupKey] {
			taken[d.Page.DedupKey] = true
			heads = append(heads, d)
		}
	}
	slices.SortStableFunc(heads, func(a, b Delivery) int { return a.DueAt.Compare(b.DueAt) })
	heads = heads[:min(limit, len(heads))]
	for n := range heads {
		heads[n] = m.whole(heads[n])
	}
	return heads, m.broken
}

// whole adds what is known of the incident's other pages.
func (m *memory) whole(d Delivery) Delivery {
	d.Heard, d.Relayed = m.seen["heard "+d.Pager+d.Page.Incident.ID], m.seen["relayed "+d.Pager+d.Page.Incident.ID]
	for key, heard := range m.seen {
		if pager, isHeard := strings.CutPrefix(key, "heard "); isHeard && heard && strings.HasSuffix(key, d.Page.Incident.ID) && pager != d.Pager+d.Page.Incident.ID {
			d.Elsewhere = true
		}
	}
	for _, w := range m.waiting {
		if w.Pager == d.Pager && w.Page.Incident.ID == d.Page.Incident.ID && w.Page.Event == "closed" && d.Page.Event != "closed" && w.Seq > d.Seq {
			d.Ending, d.Through = &w.Page, w.Seq
			break
		}
	}
	return d
}

func (m *memory) Overdue(_ context.Context, pager string, before time.Time, limit int) ([]Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Delivery
	for _, d := range m.waiting {
		if d.Pager == pager && d.CreatedAt.Before(before) && !m.seen["told "+d.Page.ID] && len(found) < limit {
			found = append(found, m.whole(d))
		}
	}
	return found, m.broken
}

func (m *memory) Standing(_ context.Context, pager string, endedAfter time.Time) ([]Page, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var standing []Page
	for key, p := range m.kept {
		waits := slices.ContainsFunc(m.waiting, func(d Delivery) bool {
			return d.Pager == pager && d.Page.DedupKey == p.DedupKey && (d.Page.Event == "closed" || d.Page.Incident.ID != p.Incident.ID)
		})
		if strings.HasPrefix(key, pager+" ") && !waits && (p.Event != "closed" || m.keptAt[key].After(endedAfter)) {
			standing = append(standing, p)
		}
	}
	return standing, m.broken
}

func (m *memory) Settle(_ context.Context, s Settlement) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return m.broken
	}
	at := slices.IndexFunc(m.waiting, func(d Delivery) bool { return d.Seq == s.Seq })
	if at < 0 {
		return nil
	}
	d := m.waiting[at]
	m.settled = append(m.settled, s)
	switch s.Outcome {
	case Told:
		m.seen["told "+d.Page.ID] = true
	case Postponed:
		m.waiting[at].DueAt, m.waiting[at].SoonAt, m.waiting[at].LastError = s.Until, s.Soon, s.Cause
		m.waiting[at].Attempts++
	default:
		m.seen["heard "+d.Pager+d.Page.Incident.ID] = s.Outcome == Accepted
		if s.Keep {
			if m.kept == nil {
				m.kept, m.keptAt = map[string]Page{}, map[string]time.Time{}
			}
			m.kept[d.Pager+" "+d.Page.DedupKey], m.keptAt[d.Pager+" "+d.Page.DedupKey] = d.next(), s.At
		}
		m.waiting = slices.DeleteFunc(m.waiting, func(w Delivery) bool {
			return w.Seq == s.Seq || w.Seq <= s.Through && w.Pager == d.Pager && w.Page.Incident.ID == d.Page.Incident.ID
		})
	}
	for _, o := range s.Relay {
		m.seen["relayed "+d.Pager+d.Page.Incident.ID] = true
		m.put(o)
	}
	return nil
}

func (m *memory) left() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.waiting)
}

// receiver is a pager that answers as it is told and remembers what it was sent.
type receiver struct {
	mu     sync.Mutex
	got    []string
	at     []time.Time
	pages  []Page
	answer func(n int, p Page) error
	now    int
	most   int
}

func (r *receiver) Send(ctx context.Context, p Page) error {
	r.mu.Lock()
	n := len(r.got)
	r.got, r.at, r.pages = append(r.got, p.ID), append(r.at, time.Now()), append(r.pages, p)
	r.now++
	r.most = max(r.most, r.now)
	answer := r.answer
	r.mu.Unlock()
	defer func() { r.mu.Lock(); r.now--; r.mu.Unlock() }()
	if answer == nil {
		return nil
	}
	if err := answer(n, p); err != errHang {
		return err
	}
	<-ctx.Done()
	return ctx.Err()
}

// answers changes what is answered from now on.
func (r *receiver) answers(answer func(n int, p Page) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

func (r *receiver) log() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

func (r *receiver) sent() []Page {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.pages)
}

var errHang = errors.New("hang")

// bubble runs a courier in simulated time.
func bubble(t *testing.T, d Directory, f func(t *testing.T, m *memory, c *Courier, outcomes func() []string)) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var outcomes []string
		m := &memory{}
		c := NewCourier(CourierOptions{Outbox: m, OnSettled: func(pager string, o Outcome) {
			mu.Lock()
			defer mu.Unlock()
			outcomes = append(outcomes, pager+" "+string(o))
		}}, d)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- c.Run(ctx) }()
		f(t, m, c, func() []string { mu.Lock(); defer mu.Unlock(); return slices.Clone(outcomes) })
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestAPagerThatHangsDelaysNoOther(t *testing.T) {
	stuck, fine := &receiver{answer: func(int, Page) error { return errHang }}, &receiver{}
	bubble(t, Directory{Pagers: map[string]Pager{"stuck": stuck, "fine": fine}}, func(t *testing.T, m *memory, c *Courier, outcomes func() []string) {
		for n := range 20 {
			m.add("stuck", fmt.Sprintf("s%d", n), 0)
			m.add("fine", fmt.Sprintf("f%d", n), 0)
		}
		c.Wake()
		synctest.Wait()
		if got := len(fine.log()); got != 20 {
			t.Errorf("the other pager got %d of 20 pages while one hangs", got)
		}
		time.Sleep(sendTimeout)
		synctest.Wait()
		if !slices.Contains(outcomes(), "stuck postponed") {
			t.Errorf("the hanging send was not given up after %s: %q", sendTimeout, outcomes())
		}
	})
}

func TestPagesOfAnIncidentKeepTheirOrderWhateverFails(t *testing.T) {
	shaky := &receiver{answer: func(n int, _ Page) error {
		if n%3 != 2 {
			return errors.New("not now")
		}
		return nil
	}}
	bubble(t, Directory{Pagers: map[string]Pager{"shaky": shaky}}, func(t *testing.T, m *memory, c *Courier, _ func() []string) {
		for n := range 6 {
			m.add("shaky", "a", n)
			m.add("shaky", "b", n)
		}
		c.Wake()
		time.Sleep(time.Hour)
		if left := m.left(); left != 0 {
			t.Fatalf("%d pages are left after an hour", left)
		}
		for _, key := range []string{"a", "b"} {
			var order []string
			for _, id := range shaky.log() {
				if strings.HasPrefix(id, key) && (len(order) == 0 || order[len(order)-1] != id) {
					order = append(order, id)
				}
			}
			if !slices.IsSorted(order) || len(order) != 6 {
				t.Errorf("sent in the order %q", order)
			}
		}
	})
}

func TestAPagerThatIsDownIsTestedOnePageAtATimeAndFoundWithinAMinute(t *testing.T) {
	const outage = time.Hour
	start := time.Time{}
	p := &receiver{}
	p.answer = func(int, Page) error {
		if time.Since(start) < outage {
			return errors.New("down")
		}
		return nil
	}
	bubble(t, Directory{Pagers: map[string]Pager{"p": p}}, func(t *testing.T, m *memory, c *Courier, _ func() []string) {
		start = time.Now()
		for n := range 500 {
			m.add("p", fmt.Sprintf("k%03d", n), 0)
		}
		c.Wake()
		time.Sleep(outage)
		if tries := len(p.log()); tries > 200 || tries < 55 {
			t.Errorf("%d tries in an hour of outage, want about one a minute", tries)
		}
		time.Sleep(maxWait + time.Second)
		synctest.Wait()
		if left := m.left(); left != 0 {
			t.Errorf("%d of 500 pages are left a minute after the outage", left)
		}
	})
}

func TestAPagerThatTakesSomePagesIsSentTheOthersAgainSoon(t *testing.T) {
	tries := func(p *receiver) (at []time.Time) {
		p.mu.Lock()
		defer p.mu.Unlock()
		for n, id := range p.got {
			if id == "a-0" {
				at = append(at, p.at[n])
			}
		}
		return at
	}
	for _, c := range []struct {
		name    string
		fails   int           // How often page a meets a pager that does not take it just then.
		after   time.Duration // It asks for that long.
		longest time.Duration
		last    time.Duration // When a has to be there, or to have been tried last.
		most    int
	}{
		{"now and then", 8, 0, soonWait + time.Second, 40 * time.Second, 9},
		{"because of this page", 1000, 0, maxWait + time.Second, 10 * time.Minute, 30},
		{"now and then, and says when", 8, 2 * time.Second, soonWait + time.Second, 40 * time.Second, 9},
		{"now and then, and asks for long", 8, 40 * time.Second, 42 * time.Second, 330 * time.Second, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			failed := 0
			p := &receiver{answer: func(_ int, page Page) error {
				if page.DedupKey == "a" && failed < c.fails {
					failed++
					return &SendError{RetryAfter: c.after, Err: errors.New("it is not taken")}
				}
				return nil
			}}
			bubble(t, Directory{Pagers: map[string]Pager{"p": p}}, func(t *testing.T, m *memory, courier *Courier, _ func() []string) {
				began := time.Now()
				m.add("p", "a", 0)
				for n := range 600 {
					m.add("p", fmt.Sprint("b", n), 0)
					courier.Wake()
					time.Sleep(time.Second)
				}
				synctest.Wait()
				if left := m.left(); left > 1 {
					t.Errorf("%d pages are left, want none but the one that is not taken", left)
				}
				at := tries(p)
				for n := range at[1:] {
					if wait := at[n+1].Sub(at[n]); wait > c.longest || wait < c.after {
						t.Errorf("try %d came %s after the one before", n+2, wait)
					}
				}
				if took := at[len(at)-1].Sub(began); took > c.last || len(at) <= soonMost/2 || len(at) > c.most {
					t.Errorf("%d tries, the last after %s", len(at), took)
				}
			})
		})
	}
}

func TestAPageThatIsNotTakenWholeDelaysNoOther(t *testing.T) {
	p := &receiver{answer: func(_ int, page Page) error {
		if page.DedupKey == "a" {
			return &SendError{Reached: true, RetryAfter: time.Minute, Err: errors.New("452 Bob's mailbox is full")}
		}
		return nil
	}}
	bubble(t, Directory{Pagers: map[string]Pager{"p": p}}, func(t *testing.T, m *memory, c *Courier, _ func() []string) {
		m.add("p", "a", 0)
		c.Wake()
		time.Sleep(time.Second)
		for n := range 30 {
			m.add("p", fmt.Sprint("b", n), 0)
		}
		c.Wake()
		time.Sleep(time.Second)
		if left := m.left(); left != 1 {
			t.Errorf("%d pages are left after a second, want the one that is not taken whole", left)
		}
		time.Sleep(10 * time.Minute)
		if tries := len(p.log()) - 30; tries < 5 || tries > 12 {
			t.Errorf("it was tried %d times in ten minutes, want about one a minute, as was asked for", tries)
		}
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	p := &receiver{answer: func(n int, _ Page) error {
		if n == 0 {
			return &SendError{RetryAfter: 100 * time.Second, Err: errors.New("429")}
		}
		return nil
	}}
	bubble(t, Directory{Pagers: map[string]Pager{"p": p}}, func(t *testing.T, m *memory, c *Courier, _ func() []string) {
		m.add("p", "a", 0)
		c.Wake()
		time.Sleep(99 * time.Second)
		m.add("p", "b", 0) // Nor is anything else sent in the meantime.
		c.Wake()
		synctest.Wait()
		if got := p.log(); len(got) != 1 {
			t.Errorf("sent %q before the time was over", got)
		}
		time.Sleep(2 * time.Second)
		if got := p.log(); len(got) != 3 {
			t.Errorf("sent %q, want both pages after it", got)
		}
	})
}

func TestARefusedPageGoesToTheFallbackPagersOnce(t *testing.T) {
	no := &receiver{answer: func(int, Page) error { return &SendError{Permanent: true, Err: errors.New("401 Unauthorized")} }}
	ops, boss := &receiver{}, &receiver{}
	d := Directory{Pagers: map[string]Pager{"no": no, "ops": ops, "boss": boss}, Fallback: []string{"ops", "no", "boss", "ops"}}
	bubble(t, d, func(t *testing.T, m *memory, c *Courier, outcomes func() []string) {
		m.add("no", "a", 0)
		m.add("removed", "b", 0)
		c.Wake()
		time.Sleep(time.Hour)
		for _, r := range []*receiver{ops, boss} {
			pages := r.sent()
			if len(pages) != 2 {
				t.Fatalf("a fallback pager got %q, want two pages", r.log())
			}
			slices.SortFunc(pages, func(a, b Page) int { return strings.Compare(a.DedupKey, b.DedupKey) })
			a, b := pages[0], pages[1]
			if a.DedupKey != "a" || a.Relay == nil || a.Relay.Pager != "no" || a.Relay.Page != "a-0" || a.ID == "a-0" ||
				!strings.Contains(a.Summary, "not delivered to no: refused: 401 Unauthorized") {
				t.Errorf("the copy does not say what happened: %+v %+v", a, a.Relay)
			}
			if b.Relay == nil || b.Relay.Pager != "removed" || !strings.Contains(b.Summary, "no pager of this name") {
				t.Errorf("the copy for the removed pager does not say what happened: %+v", b)
			}
		}
		// Its own page, and the copy of the other one: once, and again after a while if nobody had taken that one yet.
		if got := no.log(); len(got) < 2 || len(got) > 3 {
			t.Errorf("a pager that refused was asked %q", got)
		}
		if left := m.left(); left != 0 {
			t.Errorf("%d pages are left", left)
		}
		if got := outcomes(); !slices.Contains(got, "no refused") || !slices.Contains(got, "ops accepted") {
			t.Errorf("outcomes %q", got)
		}
	})
}

func TestARefusedPageIsTriedForADayWhenThereIsNobodyElseToTell(t *testing.T) {
	mended := time.Time{}
	p := &receiver{}
	p.answer = func(int, Page) error {
		if time.Now().Before(mended) {
			return &SendError{Permanent: true, Err: errors.New("403")}
		}
		return nil
	}
	d := Directory{Pagers: map[string]Pager{"p": p}, Fallback: []string{"p"}}
	bubble(t, d, func(t *testing.T, m *memory, c *Courier, outcomes func() []string) {
		mended = time.Now().Add(5 * time.Hour)
		m.add("p", "a", 0)
		c.Wake()
		time.Sleep(5*time.Hour + lastResortWait + time.Second)
		if m.left() != 0 || !slices.Contains(outcomes(), "p accepted") {
			t.Errorf("%d left, outcomes %q", m.left(), outcomes())
		}
		mended = time.Now().Add(30 * 24 * time.Hour)
		m.add("p", "b", 0)
		c.Wake()
		time.Sleep(25 * time.Hour)
		if m.left() != 0 || !slices.Contains(outcomes(), "p refused") {
			t.Errorf("after a day: %d left, outcomes %q", m.left(), outcomes())
		}
	})
}

func TestACopyThatNobodyElseHasTakenIsTriedForADay(t *testing.T) {
	no := func() *receiver {
		return &receiver{answer: func(int, Page) error { return &SendError{Permanent: true, Err: errors.New("401")} }}
	}
	team, ops, boss := no(), no(), no()
	d := Directory{Pagers: map[string]Pager{"team": team, "ops": ops, "boss": boss}, Fallback: []string{"ops", "boss"}}
	bubble(t, d, func(t *testing.T, m *memory, c *Courier, outcomes func() []string) {
		m.add("team", "a", 0)
		c.Wake()
		time.Sleep(6 * time.Hour)
		if m.left() != 2 {
			t.Fatalf("%d pages are left, want both copies: nobody has heard of it; outcomes %q", m.left(), outcomes())
		}
		boss.answers(nil) // Somebody has given him a new key.
		time.Sleep(2*lastResortWait + time.Second)
		if got := outcomes(); m.left() != 0 || !slices.Contains(got, "boss accepted") || !slices.Contains(got, "ops refused") {
			t.Errorf("%d pages are left, want none, and no more of what is known; outcomes %q", m.left(), got)
		}
	})
}

func TestAPagerThatIsUnreachableForFiveMinutesIsRelayedOnce(t *testing.T) {
	down, ops := &receiver{answer: func(int, Page) error { return errors.New("connection refused") }}, &receiver{}
	d := Directory{Pagers: map[string]Pager{"down": down, "ops": ops}, Fallback: []string{"ops"}}
	bubble(t, d, func(t *testing.T, m *memory, c *Courier, _ func() []string) {
		m.add("down", "a", 0)
		c.Wake()
		time.Sleep(unreachable - time.Second)
		if got := ops.log(); len(got) != 0 {
			t.Errorf("told the fallback pager before five minutes: %q", got)
		}
		time.Sleep(3 * time.Hour)
		if got := ops.log(); len(got) != 1 || !strings.Contains(ops.sent()[0].Summary, "not delivered to down: unreachable: connection refused") {
			t.Errorf("the fallback pager got %q, want one copy", got)
		}
		if m.left() != 1 {
			t.Errorf("the page itself was given up")
		}
	})
}

func TestARemovedPagerIsNoticedAtAReload(t *testing.T) {
	old, young := &receiver{answer: func(int, Page) error { return errors.New("down") }}, &receiver{}
	bubble(t, Directory{Pagers: map[string]Pager{"p": old}}, func(t *testing.T, m *memory, c *Courier, _ func() []string) {
		m.add("p", "a", 0)
		c.Wake()
		time.Sleep(10 * time.Minute)
		c.SetDirectory(Directory{Pagers: map[string]Pager{"p": young}})
		time.Sleep(2 * maxWait)
		if len(young.log()) != 1 || m.left() != 0 {
			t.Errorf("the new pager got %q", young.log())
		}
	})
}

func TestADiskThatIsFullDoesNotMakeUsSendTwice(t *testing.T) {
	p := &receiver{}
	bubble(t, Directory{Pagers: map[string]Pager{"p": p}}, func(t *testing.T, m *memory, c *Courier, outcomes func() []string) {
		p.answer = func(int, Page) error {
			m.mu.Lock()
			m.broken = errors.New("disk full")
			m.mu.Unlock()
			return nil
		}
		m.add("p", "a", 0)
		c.Wake()
		time.Sleep(time.Hour)
		m.mu.Lock()
		m.broken = nil
		m.mu.Unlock()
		time.Sleep(2 * maxWait)
		if got := p.log(); len(got) != 1 || m.left() != 0 || !slices.Equal(outcomes(), []string{"p accepted"}) {
			t.Errorf("sent %q, %d left, outcomes %q", got, m.left(), outcomes())
		}
	})
}

func TestStoppingLetsASendFinishButNotForLong(t *testing.T) {
	for name, answer := range map[string]func(int, Page) error{
		"slow":  func(int, Page) error { time.Sleep(3 * time.Second); return nil },
		"hangs": func(int, Page) error { return errHang },
	} {
		synctest.Test(t, func(t *testing.T) {
			p, m := &receiver{answer: answer}, &memory{}
			c := NewCourier(CourierOptions{Outbox: m}, Directory{Pagers: map[string]Pager{"p": p}})
			ctx, cancel := context.WithCancel(t.Context())
			m.add("p", "a", 0)
			time.AfterFunc(time.Second, cancel)
			start := time.Now()
			if err := c.Run(ctx); err != nil {
				t.Error(err)
			}
			if took := time.Since(start); took > time.Second+stopPatience {
				t.Errorf("%s: stopping took %s", name, took)
			}
			if want := map[string]int{"slow": 0, "hangs": 1}[name]; m.left() != want || name == "hangs" && len(m.settled) != 0 {
				t.Errorf("%s: %d left, settled %+v", name, m.left(), m.settled)
			}
		})
	}
}

func TestAPagerThatPanicsIsAPagerThatFailed(t *testing.T) {
	p := &receiver{answer: func(n int, _ Page) error {
		if n == 0 {
			panic("ouch")
		}
		return nil
	}}
	bubble(t, Directory{Pagers: map[string]Pager{"p": p}}, func(t *testing.T, m *memory, c *Courier, outcomes func() []string) {
		m.add("p", "a", 0)
		c.Wake()
		time.Sleep(time.Minute)
		if !slices.Equal(outcomes(), []string{"p postponed", "p accepted"}) {
			t.Errorf("outcomes %q", outcomes())
		}
	})
}

func TestAClockThatWasSetBackDoesNotHoldPagesBack(t *testing.T) {
	p := &receiver{}
	bubble(t, Directory{Pagers: map[string]Pager{"p": p}}, func(t *testing.T, m *memory, c *Courier, _ func() []string) {
		m.mu.Lock()
		m.put(Outgoing{Pager: "p", Page: Page{ID: "a"}})
		m.waiting[0].DueAt = time.Now().Add(365 * 24 * time.Hour)
		m.mu.Unlock()
		c.Wake()
		synctest.Wait()
		if m.left() != 0 {
			t.Error("the page waits for a year")
		}
	})
}
