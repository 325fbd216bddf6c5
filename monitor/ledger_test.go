package monitor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// fakeStore is a store that can be made to refuse.
type fakeStore struct {
	mu      sync.Mutex
	refusal error
	// poison is a run that is refused for its content.
	poison  string
	states  map[string]incidents.State
	entries []history.Entry
	tries   int
}

func (s *fakeStore) Update(_ context.Context, journey string, judge func(history.Prev) history.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tries++
	if s.refusal != nil {
		return s.refusal
	}
	e := judge(history.Prev{State: s.states[journey]})
	if e.Result.RunID == s.poison && e.Result.Attempts != nil {
		return errors.New("a value that cannot be stored")
	}
	s.states[journey] = e.State
	s.entries = append(s.entries, e)
	return nil
}

func (s *fakeStore) State(journey string) incidents.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.states[journey]
}

func (s *fakeStore) refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = err
}

func (s *fakeStore) stored() []history.Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.entries
}

type fakePager struct {
	mu    sync.Mutex
	down  bool
	never bool
	pages []paging.Page
	// boss is the fallback pager.
	boss *fakePager
}

func (p *fakePager) Send(_ context.Context, page paging.Page) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return errors.New("no answer")
	}
	if p.never {
		return &paging.SendError{Permanent: true, Err: errors.New("401")}
	}
	p.pages = append(p.pages, page)
	return nil
}

func (p *fakePager) events() (events []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, page := range p.pages {
		events = append(events, page.Event)
	}
	return events
}

type fakeCourier struct{ woken int }

func (c *fakeCourier) Wake() { c.woken++ }

// ledgerUnderTest is a ledger with one journey "x" that opens an incident at its first failed run.
func ledgerUnderTest(t *testing.T, s *fakeStore, pager *fakePager) (*ledger, *plan, *task) {
	t.Helper()
	s.states = map[string]incidents.State{}
	pager.boss = &fakePager{}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	p := &plan{config: &Config{MonitorPagers: []string{"ops"}}, composer: paging.Composer{Deployment: "test"},
		monitorPolicy: incidents.Policy{OpenAfter: 3, CloseAfter: 1}}
	task := &task{Journey: &journeys.Journey{Name: "x", Team: "a"}, pagers: []string{"team-a"},
		policy: incidents.Policy{OpenAfter: 1, CloseAfter: 1, Severity: "critical"}}
	p.tasks = tasksOf(task)
	d := &distress{log: log, pagers: func() (pagers, others map[string]paging.Pager, c paging.Composer) {
		return map[string]paging.Pager{"ops": pager}, map[string]paging.Pager{"boss": pager.boss}, p.composer
	}}
	return newLedger(s, d, &fakeCourier{}, log), p, task
}

func runOf(n int, outcome probes.Outcome) probes.Result {
	at := time.Now().Add(time.Duration(n) * time.Second).UTC()
	r := probes.Result{RunID: fmt.Sprintf("run-%04d", n), Journey: "x", StartedAt: at, EndedAt: at, Outcome: outcome,
		Attempts: []probes.Attempt{{Number: 1, Outcome: outcome}}}
	if !outcome.Good() {
		r.Failure = &probes.Failure{Reason: probes.Status, Message: "answered 500"}
	}
	return r
}

// running runs the ledger until the test's function returns, and waits for its end.
func running(t *testing.T, l *ledger, f func()) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	f()
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestRunsOfAFullDiskAreStoredInOrderWhenThereIsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, pager := &fakeStore{}, &fakePager{}
		l, p, task := ledgerUnderTest(t, s, pager)
		running(t, l, func() {
			l.Record(t.Context(), p, task, runOf(0, probes.Passed))
			s.refuse(fmt.Errorf("disk full: %w", history.ErrUnavailable))
			for n := 1; n <= 20; n++ {
				l.Record(t.Context(), p, task, runOf(n, probes.Failed))
				time.Sleep(time.Second)
			}
			if n, why := l.Waiting(); n != 20 || !errors.Is(why, history.ErrUnavailable) {
				t.Errorf("%d runs wait (%v), want 20", n, why)
			}
			s.refuse(nil)
			l.Record(t.Context(), p, task, runOf(21, probes.Passed))
			time.Sleep(time.Minute)
			if n, _ := l.Waiting(); n != 0 {
				t.Errorf("%d runs wait still", n)
			}
		})
		entries := s.stored()
		if len(entries) != 22 {
			t.Fatalf("%d runs were stored, want 22", len(entries))
		}
		var pages []string
		for n, e := range entries {
			if want := fmt.Sprintf("run-%04d", n); e.Result.RunID != want {
				t.Errorf("run %d is %s, want %s", n, e.Result.RunID, want)
			}
			for _, page := range e.Pages {
				pages = append(pages, page.Page.Event)
			}
		}
		if got := fmt.Sprint(pages); got != "[opened closed]" {
			t.Errorf("pages %s, want one opened and one closed", got)
		}
		if got := pager.events(); len(got) != 0 {
			t.Errorf("people were told of a store that refused for 20s only: %v", got)
		}
	})
}

func TestPeopleHearOfADiskThatStaysFullAndOfItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, pager := &fakeStore{}, &fakePager{down: true}
		l, p, task := ledgerUnderTest(t, s, pager)
		s.refuse(history.ErrUnavailable)
		running(t, l, func() {
			l.Record(t.Context(), p, task, runOf(1, probes.Passed))
			time.Sleep(2 * time.Minute)
			pager.mu.Lock()
			pager.down = false
			pager.mu.Unlock()
			time.Sleep(5 * time.Minute)
			if got := fmt.Sprint(pager.events()); got != "[opened]" {
				t.Errorf("pages %s, want one opened", got)
			}
			s.refuse(nil)
			time.Sleep(time.Minute)
		})
		if got := fmt.Sprint(pager.events()); got != "[opened closed]" {
			t.Fatalf("pages %s, want opened and closed", got)
		}
		opened, closed := pager.pages[0], pager.pages[1]
		if opened.DedupKey != closed.DedupKey || opened.DedupKey != "outrider/test/monitor/store" || opened.Journey != nil {
			t.Errorf("keys %q and %q: want one of the monitor's own, apart from that of unjudged journeys and of a journey called store", opened.DedupKey, closed.DedupKey)
		}
		if opened.Incident.Reason != string(probes.Resources) {
			t.Errorf("reason %q, want %q", opened.Incident.Reason, probes.Resources)
		}
	})
}

func TestOthersHearOfAFullDiskIfTheMonitorsPagersDoNot(t *testing.T) {
	for name, c := range map[string]struct {
		pager *fakePager
		after time.Duration
	}{"it refuses": {&fakePager{never: true}, time.Minute}, "it does not answer": {&fakePager{down: true}, 6 * time.Minute}} {
		synctest.Test(t, func(t *testing.T) {
			s, pager := &fakeStore{}, c.pager
			l, p, task := ledgerUnderTest(t, s, pager)
			s.refuse(history.ErrUnavailable)
			running(t, l, func() {
				l.Record(t.Context(), p, task, runOf(1, probes.Passed))
				time.Sleep(c.after - 30*time.Second)
				if got := pager.boss.events(); !pager.never && len(got) > 0 {
					t.Errorf("%s: the fallback pager was told %v too early", name, got)
				}
				time.Sleep(time.Minute)
				if got := fmt.Sprint(pager.boss.events()); got != "[opened]" {
					t.Errorf("%s: the fallback pager was told %s", name, got)
				}
				s.refuse(nil)
				time.Sleep(time.Minute)
			})
			if got := fmt.Sprint(pager.boss.events(), pager.events()); got != "[opened closed] []" || !l.distress.Calm() {
				t.Errorf("%s: in the end they were told %s, calm %v", name, got, l.distress.Calm())
			}
		})
	}
}

func TestPeopleHearWhichJourneysFailWhileTheDiskIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, pager := &fakeStore{}, &fakePager{}
		l, p, task := ledgerUnderTest(t, s, pager)
		s.refuse(history.ErrUnavailable)
		running(t, l, func() {
			l.Record(t.Context(), p, task, runOf(1, probes.Passed))
			time.Sleep(2 * time.Minute)
			l.Record(t.Context(), p, task, runOf(1, probes.Failed))
			time.Sleep(time.Minute)
			l.Record(t.Context(), p, task, runOf(2, probes.Failed))
			time.Sleep(time.Minute)
			s.refuse(nil)
			time.Sleep(time.Minute)
		})
		if got := fmt.Sprint(pager.events()); got != "[opened reminded closed]" {
			t.Fatalf("pages %s, want that it was said when the journey began to fail, once", got)
		}
		opened, reminded := pager.pages[0], pager.pages[1]
		if strings.Contains(opened.Summary, "paged") || !strings.Contains(reminded.Summary, "By these runs x would have been paged") || opened.ID == reminded.ID {
			t.Errorf("first %q, then %q", opened.Summary, reminded.Summary)
		}
	})
}

func TestARunThatCannotBeStoredIsKeptAsErrorAndBlocksNoOther(t *testing.T) {
	s := &fakeStore{poison: "run-0001"}
	l, p, task := ledgerUnderTest(t, s, &fakePager{})
	l.Record(t.Context(), p, task, runOf(1, probes.Failed))
	l.Record(t.Context(), p, task, runOf(2, probes.Failed))
	entries := s.stored()
	if len(entries) != 2 {
		t.Fatalf("%d runs stored, want 2", len(entries))
	}
	if r := entries[0].Result; r.Outcome != probes.Error || r.Failure.Reason != probes.Internal || r.RunID != "run-0001" {
		t.Errorf("stored %s (%s): want an error of our own in its place", r.Outcome, r.Failure.Reason)
	}
	if len(entries[0].Pages) != 0 || len(entries[1].Pages) != 1 {
		t.Error("want no page for the run that could not be stored, and one for the next")
	}
}

func TestMemoryForRunsIsBoundedAndTheNewestAreKept(t *testing.T) {
	s := &fakeStore{refusal: history.ErrUnavailable}
	l, p, task := ledgerUnderTest(t, s, &fakePager{})
	picture := make([]byte, 1<<20)
	for n := range 100 {
		r := runOf(n, probes.Failed)
		r.Attempts[0].Evidence = &probes.Evidence{Artifacts: []probes.Artifact{{Name: "attempt-1.jpg", Data: picture}}}
		l.Record(t.Context(), p, task, r)
	}
	if l.bytes > mostWaitingRAM {
		t.Errorf("%d bytes wait, more than %d", l.bytes, mostWaitingRAM)
	}
	s.refuse(nil)
	l.flush(t.Context())
	entries := s.stored()
	if len(entries) < 50 || entries[len(entries)-1].Result.RunID != "run-0099" {
		t.Errorf("%d runs were kept, the last is %s", len(entries), entries[len(entries)-1].Result.RunID)
	}
	if l.bytes != 0 || l.count != 0 {
		t.Errorf("%d bytes and %d runs are counted as waiting, want none", l.bytes, l.count)
	}
}

func TestAStoreThatRefusesAllIsLeftInPeace(t *testing.T) {
	s := &fakeStore{refusal: history.ErrUnavailable}
	l, p, task := ledgerUnderTest(t, s, &fakePager{})
	for n := range 500 {
		other := *task
		journey := *task.Journey
		journey.Name = fmt.Sprintf("journey-%d", n)
		other.Journey = &journey
		l.Record(t.Context(), p, &other, runOf(n, probes.Passed))
	}
	before := s.tries
	l.flush(t.Context())
	if tries := s.tries - before; tries > 3 {
		t.Errorf("a store that refuses was asked %d times in one round", tries)
	}
}

func tasksOf(t *task) map[string]*task { return map[string]*task{t.Name: t} }
