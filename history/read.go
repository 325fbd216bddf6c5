package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/probes"
)

// States gives the stored state of every journey that ever ran, by name.
func (s *Store) States() map[string]incidents.State {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return maps.Clone(s.states)
}

// State gives the stored state of one journey.
func (s *Store) State(journey string) incidents.State {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if state, ok := s.states[journey]; ok {
		return state
	}
	return incidents.State{Subject: journey}
}

// Monitor gives the stored state of the monitor itself.
func (s *Store) Monitor() incidents.State {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.monitor
}

// RunSummary is one run as lists show it.
type RunSummary struct {
	ID       string
	Journey  string
	Location string
	Trigger  string
	Outcome  probes.Outcome
	// Reason, Step and Message say why it did not pass; empty if it did.
	Reason  probes.Reason
	Step    string
	Message string
	// Attempts is how often the steps were gone through.
	Attempts  int
	DueAt     time.Time
	StartedAt time.Time
	EndedAt   time.Time
	Duration  time.Duration
	QueueWait time.Duration
}

const (
	summaryColumns = `r.id, s.name, r.location, r.trigger, r.outcome, r.reason, r.step, r.message, r.attempts,
		r.due_at, r.started_at, r.ended_at, r.duration, r.queue_wait`
	recentQuery = "SELECT " + summaryColumns + ` FROM subjects s JOIN runs r ON r.subject = s.id
		WHERE s.name = ? ORDER BY r.seq DESC LIMIT ?`
	runQuery = "SELECT " + summaryColumns + `, d.result FROM runs r JOIN subjects s ON s.id = r.subject
		LEFT JOIN details d ON d.slot = r.slot AND d.run = r.seq WHERE r.id = ?`
)

func scanSummary(scan func(...any) error, more ...any) (RunSummary, error) {
	var r RunSummary
	var due, started, ended int64
	err := scan(append([]any{&r.ID, &r.Journey, &r.Location, &r.Trigger, &r.Outcome, &r.Reason, &r.Step, &r.Message,
		&r.Attempts, &due, &started, &ended, &r.Duration, &r.QueueWait}, more...)...)
	r.DueAt, r.StartedAt, r.EndedAt = fromNanos(due), fromNanos(started), fromNanos(ended)
	return r, err
}

// Recent gives the newest runs of a journey, the newest first.
func (s *Store) Recent(ctx context.Context, journey string, limit int) ([]RunSummary, error) {
	return s.summaries(ctx, recentQuery, journey, limit)
}

// Between gives the runs of a journey that started from one time to another, both included, the newest first.
func (s *Store) Between(ctx context.Context, journey string, from, to time.Time, limit int) ([]RunSummary, error) {
	return s.summaries(ctx, `SELECT `+summaryColumns+` FROM subjects s JOIN runs r ON r.subject = s.id
		WHERE s.name = ? AND r.started_at BETWEEN ? AND ? ORDER BY r.seq DESC LIMIT ?`, journey, nanos(from), nanos(to), limit)
}

func (s *Store) summaries(ctx context.Context, query string, args ...any) ([]RunSummary, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading runs: %w", err)
	}
	defer rows.Close()
	var runs []RunSummary
	for rows.Next() {
		r, err := scanSummary(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("reading runs: %w", err)
		}
		runs = append(runs, r)
	}
	return runs, rows.Err()
}

// Run gives all that is known about a run. When only its summary is kept, Attempts is empty.
func (s *Store) Run(ctx context.Context, id string) (probes.Result, error) {
	var text []byte
	row := s.read.QueryRowContext(ctx, runQuery, id)
	sum, err := scanSummary(row.Scan, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return probes.Result{}, fmt.Errorf("run %q: %w", id, ErrNotFound)
	}
	if err != nil {
		return probes.Result{}, fmt.Errorf("reading run %q: %w", id, err)
	}
	var r probes.Result
	if text != nil {
		if err := json.Unmarshal(text, &r); err != nil {
			return probes.Result{}, fmt.Errorf("reading run %q: %w", id, err)
		}
		return r, nil
	}
	r = probes.Result{RunID: sum.ID, Journey: sum.Journey, Location: sum.Location, Trigger: sum.Trigger,
		DueAt: sum.DueAt, StartedAt: sum.StartedAt, EndedAt: sum.EndedAt, QueueWait: sum.QueueWait,
		Outcome: sum.Outcome, Step: sum.Step}
	if sum.Reason != "" {
		r.Failure = &probes.Failure{Reason: sum.Reason, Message: sum.Message}
	}
	return r, nil
}
