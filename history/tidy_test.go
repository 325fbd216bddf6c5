package history_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// ago makes a run that started that long ago, with a picture.
func ago(journey string, n int, o probes.Outcome, age time.Duration, picture int) probes.Result {
	r := run(journey, n, o)
	at := time.Now().Add(-age).UTC()
	r.DueAt, r.StartedAt, r.EndedAt = at, at, at.Add(time.Second)
	if picture > 0 {
		r.Attempts[0].Evidence = &probes.Evidence{Screenshot: "a.jpg", Artifacts: []probes.Artifact{{Name: "a.jpg", Data: make([]byte, picture)}}}
	}
	return r
}

func count(t *testing.T, s *history.Store, journey string) (good, other, detailed int) {
	t.Helper()
	runs, err := s.Recent(t.Context(), journey, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		if r.Outcome.Good() {
			good++
		} else {
			other++
		}
		full, err := s.Run(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(full.Attempts) > 0 {
			detailed++
		}
	}
	return good, other, detailed
}

func TestOnlyTheNewestRunsAreKept(t *testing.T) {
	dir := t.TempDir()
	keep := history.Options{Gather: -1, Keep: history.Keep{Runs: 20, Failed: 10, Details: 5}}
	s := open(t, dir, keep)
	for n := range 100 {
		o := probes.Passed
		if n%4 == 3 {
			o = probes.Failed
		}
		update(t, s, ago("checkout", n, o, time.Minute, 0))
	}
	update(t, s, ago("browse", 0, probes.Passed, time.Minute, 0))
	if good, other, detailed := count(t, s, "checkout"); good != 75 || other != 25 || detailed != 30 {
		t.Errorf("before: %d good, %d other, %d with details, want 75, 25, 30", good, other, detailed)
	}
	// What the writer keeps in memory does not matter for what is kept.
	s.Close()
	s = open(t, dir, keep)
	if err := s.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if good, other, detailed := count(t, s, "checkout"); good != 20 || other != 10 || detailed != 15 {
		t.Errorf("after: %d good, %d other, %d with details, want 20, 10, 15", good, other, detailed)
	}
	if recent, _ := s.Recent(t.Context(), "checkout", 1); recent[0].ID != "checkout-00099" {
		t.Errorf("the newest is %s", recent[0].ID)
	}
	if good, _, _ := count(t, s, "browse"); good != 1 {
		t.Errorf("another journey lost its run")
	}
	for n := range 30 { // The ring goes on in the slots it had.
		update(t, s, ago("checkout", 100+n, probes.Passed, 0, 0))
	}
	if good, _, detailed := count(t, s, "checkout"); good != 50 || detailed != 15 {
		t.Errorf("later: %d good, %d with details, want 50, 15", good, detailed)
	}
}

func TestWhatOpenIncidentsAndWaitingPagesNeedIsKept(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, history.Options{Gather: -1, Keep: history.Keep{Runs: 2, Failed: 2, For: time.Hour, Artifacts: time.Hour, ArtifactBytes: 1}})
	year := 365 * 24 * time.Hour
	for n := range 10 { // Opens with the second run, and stays open.
		update(t, s, ago("checkout", n, probes.Failed, year-time.Duration(n)*time.Minute, 1000), "ops")
	}
	for n := range 4 { // Opened and closed, its pages still waiting.
		update(t, s, ago("mended", n, []probes.Outcome{probes.Failed, probes.Failed, probes.Passed, probes.Passed}[n], year-time.Duration(n)*time.Minute, 1000), "ops")
	}
	if err := s.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{"checkout-00001": true, "checkout-00009": true, "checkout-00005": false, "mended-00001": false} {
		_, runErr := s.Run(t.Context(), id)
		a, fileErr := s.OpenArtifact(t.Context(), id, "a.jpg")
		if fileErr == nil {
			a.Close()
		}
		if (runErr == nil) != want || (fileErr == nil) != want {
			t.Errorf("%s: run %v, file %v, want kept %v", id, runErr, fileErr, want)
		}
	}
	all, _ := s.Incidents(t.Context(), 10)
	if waiting, _, _ := s.Backlog(t.Context()); waiting != 3 || len(all) != 2 {
		t.Fatalf("%d pages wait, %d incidents, want 3 and 2", waiting, len(all))
	}
	heads, _ := s.Heads(t.Context(), "ops", 10)
	for len(heads) > 0 {
		for _, d := range heads {
			if err := s.Settle(t.Context(), settled(d.Seq, time.Now().Add(-year))); err != nil {
				t.Fatal(err)
			}
		}
		heads, _ = s.Heads(t.Context(), "ops", 10)
	}
	if err := s.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, _ = s.Incidents(t.Context(), 10)
	open, _ := s.Deliveries(t.Context(), "inc_checkout-00001")
	closed, _ := s.Deliveries(t.Context(), "inc_mended-00001")
	if len(all) != 1 || len(open) != 1 || len(closed) != 0 {
		t.Errorf("%d incidents, %d and %d deliveries, want only those of the open incident", len(all), len(open), len(closed))
	}
}

func TestArtifactsStayWithinTheirQuota(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, history.Options{Gather: -1, Keep: history.Keep{ArtifactBytes: 35_000}})
	for n := range 10 {
		r := ago(fmt.Sprintf("j%d", n), n, probes.Failed, time.Duration(10-n)*24*time.Hour, 10_000)
		r.RunID = fmt.Sprintf("%02d", n)
		update(t, s, r)
	}
	if err := s.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, "artifacts", "*", "*", "a.jpg"))
	days, _ := os.ReadDir(filepath.Join(dir, "artifacts"))
	if len(left) != 3 || len(days) != 3 || filepath.Base(filepath.Dir(left[0])) != "07" {
		t.Errorf("left: %q in %d days, want those of the three newest runs", left, len(days))
	}
}

func TestTidyingRunsBesideTheWriting(t *testing.T) {
	s := open(t, t.TempDir(), history.Options{Gather: time.Millisecond, Keep: history.Keep{Runs: 5}})
	done := make(chan error)
	go func() {
		for range 20 {
			if err := s.Tidy(t.Context()); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for n := range 100 {
		update(t, s, ago("checkout", n, probes.Passed, 0, 0))
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := s.State("checkout").Passed; got != 100 {
		t.Errorf("%d runs counted, want 100", got)
	}
}

func settled(seq int64, at time.Time) paging.Settlement {
	return paging.Settlement{Seq: seq, Outcome: paging.Accepted, At: at}
}
