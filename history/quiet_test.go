package history_test

import (
	"database/sql"
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/probes"
)

// Most states are not stored with their run, as they follow from it. Whatever the runs were, and whenever the store is
// opened anew: the states are those of the judge.
func TestStatesThatWereNotStoredAreFoundAgain(t *testing.T) {
	for seed := range uint64(6) {
		random := rand.New(rand.NewPCG(seed, 0))
		dir, want, n := t.TempDir(), map[string]incidents.State{}, 0
		for range 4 {
			s := open(t, dir, history.Options{Gather: 1})
			for name, state := range want {
				if diff := cmp.Diff(state, s.State(name)); diff != "" {
					t.Fatalf("seed %d, %s after %d runs: %s", seed, name, n, diff)
				}
			}
			for range random.IntN(80) {
				n++
				r := run([]string{"browse", "checkout"}[random.IntN(2)], n, probes.Passed)
				switch random.IntN(30) {
				case 0, 1:
					r.Outcome = probes.Failed
				case 2:
					r.Outcome = probes.Error
				case 3:
					r.Outcome = probes.Degraded
				case 4: // begun before the last one: stored, and not judged
					r.StartedAt = r.StartedAt.Add(-90 * time.Second)
				case 5:
					r.Muted = true
				}
				if err := s.Update(t.Context(), r.Journey, judged(r)); err != nil {
					t.Fatal(err)
				}
				want[r.Journey], _ = incidents.Judge(want[r.Journey], twice, r)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A history from before states could be left out accounts for all of its runs.
func TestAnOlderHistoryCountsNoRunTwice(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, history.Options{})
	for n := range 5 {
		if err := s.Update(t.Context(), "browse", judged(run("browse", n, probes.Passed))); err != nil {
			t.Fatal(err)
		}
	}
	want := s.State("browse")
	s.Close()
	older(t, filepath.Join(dir, "outrider.db"), want)
	if diff := cmp.Diff(want, open(t, dir, history.Options{}).State("browse")); diff != "" {
		t.Error(diff)
	}
}

// older makes the file one of the schema before states could be left out, in which each run was stored with its state.
func older(t *testing.T, file string, state incidents.State) {
	t.Helper()
	text, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE subjects SET state = ?; ALTER TABLE subjects DROP COLUMN seq; ALTER TABLE deliveries DROP COLUMN soon_at; PRAGMA user_version = 8", text); err != nil {
		t.Fatal(err)
	}
}
