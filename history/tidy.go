package history

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// tidyEvery is how often the folder is tidied; tidyChunk is how many rows one transaction removes, so that no
// run waits for it.
const (
	tidyEvery = 10 * time.Minute
	tidyChunk = 300
)

// Tend keeps the folder within what Keep says, until ctx ends; it returns nil. Without it the store works, and
// grows.
func (s *Store) Tend(ctx context.Context) error {
	for {
		if err := s.Tidy(ctx); err != nil && ctx.Err() == nil {
			s.o.Log.Error("tidying the history", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(tidyEvery):
		}
	}
}

// Tidy removes what need not be kept any more. What waits to be delivered and what open incidents stand on stays.
func (s *Store) Tidy(ctx context.Context) error {
	now := time.Now()
	s.pages.refill()
	needed, err := s.evidence(ctx)
	if err != nil {
		return fmt.Errorf("looking for what open incidents stand on: %w", err)
	}
	var errs []error
	// The files first: on a full disk that makes room, and the rest needs some.
	if err := s.files.tidy(now.Add(-s.o.Keep.Artifacts), s.o.Keep.ArtifactBytes, needed); err != nil {
		errs = append(errs, fmt.Errorf("removing old artifacts: %w", err))
	}
	if err := s.tidyRuns(ctx, now, needed); err != nil {
		errs = append(errs, fmt.Errorf("removing old runs: %w", err))
	}
	if err := s.tidyIncidents(ctx, now.Add(-s.o.Keep.For)); err != nil {
		errs = append(errs, fmt.Errorf("removing old incidents: %w", err))
	}
	return errors.Join(errs...)
}

// evidence gives the ids of the runs that pages about open incidents point to.
func (s *Store) evidence(ctx context.Context) (map[string]bool, error) {
	needed := map[string]bool{}
	for _, i := range s.OpenIncidents() {
		needed[i.RunID] = true
	}
	rows, err := s.read.QueryContext(ctx, "SELECT run FROM events WHERE incident IN (SELECT id FROM incidents WHERE closed_at = 0)")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		needed[id] = true
	}
	return needed, rows.Err()
}

// tidyRuns removes the runs that are too many or too old.
func (s *Store) tidyRuns(ctx context.Context, now time.Time, needed map[string]bool) error {
	subjects, err := s.column(ctx, "SELECT id FROM subjects WHERE name <> ''")
	if err != nil {
		return err
	}
	for _, subject := range subjects {
		grown := s.growth.due(subject, max(1, min(s.o.Keep.Runs, s.o.Keep.Failed)/10))
		limits := [2]int64{}
		for n, class := range []struct {
			outcomes string
			keep     int
		}{{"1, 2", s.o.Keep.Runs}, {"0, 3", s.o.Keep.Failed}} {
			if !grown {
				continue
			}
			oldest, err := s.column(ctx, `SELECT seq FROM runs WHERE subject = ? AND outcome IN (`+class.outcomes+`)
				ORDER BY seq DESC LIMIT 1 OFFSET ?`, subject, class.keep)
			if err != nil {
				return err
			}
			if len(oldest) > 0 {
				limits[n] = oldest[0]
			}
		}
		if err := s.dropRuns(ctx, subject, limits, now.Add(-s.o.Keep.For), needed); err != nil {
			return err
		}
	}
	return nil
}

// dropRuns removes the runs of a subject up to the limits (of good and of other runs), or older than a time.
func (s *Store) dropRuns(ctx context.Context, subject int64, limits [2]int64, before time.Time, needed map[string]bool) error {
	after := int64(0)
	for {
		old, err := s.oldRuns(ctx, subject, after, limits, before)
		if err != nil || len(old) == 0 {
			return err
		}
		after = old[len(old)-1].seq
		err = s.do(ctx, &job{chore: func(b *batch) error {
			for _, r := range old {
				if needed[r.id] {
					continue
				}
				if err := b.w.st.dropRun.exec(r.seq); err != nil {
					return err
				}
				if err := b.w.st.dropDetail.exec(r.slot, r.seq); err != nil {
					return err
				}
			}
			return nil
		}})
		if err != nil {
			return err
		}
		for _, r := range old {
			if !needed[r.id] {
				s.files.remove(r.id, r.startedAt)
			}
		}
	}
}

// oldRun is a run that may go.
type oldRun struct {
	seq, slot int64
	id        string
	startedAt time.Time
}

func (s *Store) oldRuns(ctx context.Context, subject, after int64, limits [2]int64, before time.Time) ([]oldRun, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT seq, slot, id, started_at FROM runs WHERE subject = ?1 AND seq > ?2
		AND (seq <= max(?3, ?4) AND (outcome IN (1, 2) AND seq <= ?3 OR outcome IN (0, 3) AND seq <= ?4)
			OR seq <= coalesce((SELECT max(seq) FROM (SELECT seq, started_at FROM runs WHERE subject = ?1 AND seq > ?2
				ORDER BY seq LIMIT ?6) WHERE started_at < ?5), 0))
		ORDER BY seq LIMIT ?6`, subject, after, limits[0], limits[1], before.UnixNano(), tidyChunk)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var old []oldRun
	for rows.Next() {
		var r oldRun
		var started int64
		if err := rows.Scan(&r.seq, &r.slot, &r.id, &started); err != nil {
			return nil, err
		}
		r.startedAt = fromNanos(started)
		old = append(old, r)
	}
	return old, rows.Err()
}

// tidyIncidents removes what ended before a time: incidents, their events, settled deliveries.
func (s *Store) tidyIncidents(ctx context.Context, before time.Time) error {
	for _, table := range []string{
		`deliveries WHERE seq IN (SELECT seq FROM deliveries WHERE settled_at > 0 AND settled_at < ?
			AND incident NOT IN (SELECT id FROM incidents WHERE closed_at = 0) LIMIT ?)`,
		`incidents WHERE rowid IN (SELECT rowid FROM incidents WHERE closed_at > 0 AND closed_at < ?
			AND id NOT IN (SELECT incident FROM deliveries WHERE settled_at = 0) LIMIT ?)`,
		`notes WHERE id IN (SELECT id FROM notes WHERE at < ? LIMIT ?)`,
		`portraits WHERE subject IN (SELECT subject FROM portraits WHERE at < ? LIMIT ?)`,
		`events WHERE seq IN (SELECT seq FROM events WHERE at < ? AND incident NOT IN (SELECT id FROM incidents) LIMIT ?)`,
	} {
		for removed := int64(tidyChunk); removed == tidyChunk; {
			err := s.do(ctx, &job{chore: func(b *batch) (err error) {
				removed, err = b.w.st.once("DELETE FROM "+table, before.UnixNano(), tidyChunk)
				return err
			}})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// column gives the first column of a query's rows.
func (s *Store) column(ctx context.Context, query string, args ...any) ([]int64, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return scanInts(rows)
}

// growth counts the runs of each subject since its old runs were looked for, so that this is done when it pays.
type growth struct {
	mu    sync.Mutex
	since map[int64]int
}

func (g *growth) add(subjects []int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, id := range subjects {
		if n, known := g.since[id]; known {
			g.since[id] = n + 1
		}
	}
}

// due reports whether the subject has grown enough, or is seen for the first time; counting starts anew then.
func (g *growth) due(subject int64, enough int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n, known := g.since[subject]; known && n < enough {
		return false
	}
	if g.since == nil {
		g.since = map[int64]int{}
	}
	g.since[subject] = 0
	return true
}
