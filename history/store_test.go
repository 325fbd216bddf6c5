package history_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/internal/leakcheck"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

func TestMain(m *testing.M) {
	if f := children()[os.Getenv("HISTORY_TEST_CHILD")]; f != nil {
		if err := f(os.Getenv("HISTORY_TEST_DIR")); err != nil {
			fmt.Println(err)
			if errors.Is(err, errNoDisk) {
				os.Exit(noDisk)
			}
			os.Exit(1)
		}
		os.Exit(0)
	}
	leakcheck.Main(m)
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// run makes the n-th run of a journey.
func run(journey string, n int, o probes.Outcome) probes.Result {
	at := noon.Add(time.Duration(n) * time.Minute)
	r := probes.Result{RunID: fmt.Sprintf("%s-%05d", journey, n), Journey: journey, Location: "london", Trigger: "schedule",
		DueAt: at, StartedAt: at, EndedAt: at.Add(90 * time.Millisecond), Outcome: o,
		Attempts: []probes.Attempt{{Number: 1, StartedAt: at, Duration: 80 * time.Millisecond, Outcome: o,
			Steps: []probes.StepResult{{Name: "Ask the kitchen", Verb: "get", Status: probes.StepPassed, Duration: 80 * time.Millisecond,
				HTTP: &probes.HTTPInfo{Method: "GET", URL: "http://shop.example/api/menu", Status: 200, Proto: "HTTP/1.1",
					RemoteAddr: "192.0.2.1:80", BodyBytes: 1234, Connect: time.Millisecond, Processing: time.Millisecond}}}}}}
	if !o.Good() {
		r.Step = "Ask the kitchen"
		r.Failure = &probes.Failure{Reason: probes.Status, Message: "got 500, want 200"}
	}
	return r
}

var twice = incidents.Policy{OpenAfter: 2, CloseAfter: 2, Severity: "critical"}

// judged is the update that a monitor makes of a run, with a page for each event.
func judged(r probes.Result, pagers ...string) func(history.Prev) history.Entry {
	return func(prev history.Prev) history.Entry {
		state, events := incidents.Judge(prev.State, twice, r)
		e := history.Entry{Result: r, State: state, Events: events}
		for _, event := range events {
			for _, pager := range pagers {
				e.Pages = append(e.Pages, paging.Outgoing{Pager: pager, Page: paging.Page{
					Version: 1, Event: string(event.Kind), ID: event.Incident.ID + "_" + string(event.Kind), DedupKey: "outrider/test/" + r.Journey,
					Incident: paging.Incident{ID: event.Incident.ID}}})
			}
		}
		return e
	}
}

func open(t testing.TB, dir string, o history.Options) *history.Store {
	t.Helper()
	s, err := history.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func update(t testing.TB, s *history.Store, r probes.Result, pagers ...string) {
	t.Helper()
	if err := s.Update(t.Context(), r.Journey, judged(r, pagers...)); err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasStoredIsThereAfterAReopening(t *testing.T) {
	// The name of the folder is nobody's business.
	dir := filepath.Join(t.TempDir(), "da ta?mode=memory#x%20é")
	s := open(t, dir, history.Options{})
	for n, o := range []probes.Outcome{probes.Passed, probes.Failed, probes.Failed} {
		update(t, s, run("checkout", n, o), "ops")
	}
	before := s.States()
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, history.Options{})
	if diff := cmp.Diff(before, s.States()); diff != "" {
		t.Errorf("states (-before +after):\n%s", diff)
	}
	got, err := s.Run(t.Context(), "checkout-00002")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(run("checkout", 2, probes.Failed), got); diff != "" {
		t.Errorf("run (-want +got):\n%s", diff)
	}
	recent, err := s.Recent(t.Context(), "checkout", 2)
	if err != nil || len(recent) != 2 || recent[0].ID != "checkout-00002" || recent[0].Reason != probes.Status {
		t.Errorf("recent: %+v, %v", recent, err)
	}
	open := s.OpenIncidents()
	all, err := s.Incidents(t.Context(), 10)
	if diff := cmp.Diff(open, all); diff != "" || err != nil || len(open) != 1 {
		t.Errorf("incidents: %v, (-open +all):\n%s", err, diff)
	}
	if waiting, oldest, err := s.Backlog(t.Context()); waiting != 1 || oldest.IsZero() || err != nil {
		t.Errorf("backlog %d since %s, %v, want 1", waiting, oldest, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(t.Context(), "checkout", judged(run("checkout", 3, 1))); !errors.Is(err, history.ErrClosed) {
		t.Errorf("an update of a closed store: %v, want ErrClosed", err)
	}
}

func TestTheSameRunTwiceIsOneRunAndOnePage(t *testing.T) {
	s := open(t, t.TempDir(), history.Options{})
	for range 2 {
		for n := range 2 {
			update(t, s, run("checkout", n, probes.Failed), "ops")
		}
	}
	recent, _ := s.Recent(t.Context(), "checkout", 10)
	heads, _ := s.Heads(t.Context(), "ops", 10)
	if len(recent) != 2 || len(heads) != 1 {
		t.Errorf("%d runs and %d pages, want 2 and 1", len(recent), len(heads))
	}
}

func TestManyUpdatesShareAFlushAndKeepTheirOrder(t *testing.T) {
	s := open(t, t.TempDir(), history.Options{})
	const journeys, runs = 40, 25
	var wg sync.WaitGroup
	for j := range journeys {
		wg.Go(func() {
			name := fmt.Sprintf("journey-%d", j)
			for n := range runs {
				update(t, s, run(name, n, probes.Passed))
			}
		})
	}
	wg.Wait()
	for j := range journeys {
		name := fmt.Sprintf("journey-%d", j)
		if got := s.State(name).Passed; got != runs {
			t.Errorf("%s: %d runs counted, want %d: an update was lost", name, got, runs)
		}
		recent, err := s.Recent(t.Context(), name, runs)
		if err != nil || len(recent) != runs {
			t.Fatalf("%s: %d runs, %v", name, len(recent), err)
		}
		for n, r := range recent {
			if want := fmt.Sprintf("%s-%05d", name, runs-1-n); r.ID != want {
				t.Fatalf("%s: run %d is %s, want %s", name, n, r.ID, want)
			}
		}
	}
	if commits := s.Commits(); commits > journeys*runs/5 {
		t.Errorf("%d flushes for %d updates", commits, journeys*runs)
	}
}

func TestAnEntryThatFailsDoesNotFailItsNeighbours(t *testing.T) {
	s := open(t, t.TempDir(), history.Options{Gather: 200 * time.Millisecond})
	update(t, s, run("first", 0, probes.Passed)) // From now on, updates gather.
	good := func(n int) error { return s.Update(t.Context(), "good", judged(run("good", n, probes.Passed))) }
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for n, f := range []func() error{
		func() error { return good(1) },
		func() error {
			return s.Update(t.Context(), "panics", func(history.Prev) history.Entry { panic("ouch") })
		},
		func() error {
			return s.Update(t.Context(), "mistaken", judged(run("another", 1, probes.Passed)))
		},
		func() error {
			r := run("published", 1, probes.Passed)
			r.Published = map[string]any{"order": func() {}, "total": 12}
			return s.Update(t.Context(), "published", judged(r))
		},
	} {
		wg.Go(func() { errs[n] = f() })
	}
	wg.Wait()
	if errs[0] != nil || errs[3] != nil {
		t.Errorf("neighbours failed: %v, %v", errs[0], errs[3])
	}
	if errs[1] == nil || !strings.Contains(errs[1].Error(), "ouch") || errs[2] == nil {
		t.Errorf("got %v and %v, want their own errors", errs[1], errs[2])
	}
	if got := s.State("published").Published; len(got) != 1 || got["total"] != 12.0 {
		t.Errorf("published %v, want what can be stored", got)
	}
	if _, ok := s.States()["panics"]; ok {
		t.Error("a failed update left a state")
	}
	if err := good(2); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func TestArtifactsAreKeptAndNothingElseCanBeOpened(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, history.Options{})
	r := run("checkout", 1, probes.Failed)
	r.Attempts[0].Evidence = &probes.Evidence{Screenshot: "attempt-1.jpg", Artifacts: []probes.Artifact{
		{Name: "attempt-1.jpg", MIME: "image/jpeg", Data: []byte("picture")},
		{Name: "../../escape.txt", MIME: "text/plain", Data: []byte("x")},
		{Name: ".hidden", MIME: "text/plain", Data: []byte("x")},
	}}
	update(t, s, r)
	a, err := s.OpenArtifact(t.Context(), r.RunID, "attempt-1.jpg")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if text, err := io.ReadAll(a); string(text) != "picture" || a.MIME != "image/jpeg" || err != nil {
		t.Errorf("got %q %s, %v", text, a.MIME, err)
	}
	for _, name := range []string{"../../escape.txt", "../../../outrider.db", ".hidden", "", "..", "attempt-2.jpg", "a/b", "/etc/passwd", "attempt-1.jpg\x00"} {
		if a, err := s.OpenArtifact(t.Context(), r.RunID, name); !errors.Is(err, history.ErrNotFound) {
			t.Errorf("%q: %v, %v, want ErrNotFound", name, a, err)
		}
	}
	if _, err := s.OpenArtifact(t.Context(), "../2026-11-22", "attempt-1.jpg"); !errors.Is(err, history.ErrNotFound) {
		t.Errorf("a run that is a path: %v", err)
	}
	var files []string
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if !d.IsDir() && strings.Contains(path, "artifacts") {
			files = append(files, path)
		}
		return err
	})
	if len(files) != 1 {
		t.Errorf("files %q, want the one picture", files)
	}
}

func TestASecondProcessIsKeptOut(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, history.Options{})
	_, err := history.Open(dir, history.Options{})
	var oe *history.OpenError
	if !errors.As(err, &oe) || !strings.Contains(err.Error(), fmt.Sprintf("in use by process %d", os.Getpid())) || oe.Hint() == "" {
		t.Errorf("got %v, want an OpenError that names the process", err)
	}
}
