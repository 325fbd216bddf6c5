package history

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"path"
	"slices"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
)

// OpenIncidents gives all open incidents, the monitor's own and storms included, the oldest first.
func (s *Store) OpenIncidents() []incidents.Incident {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var open []incidents.Incident
	if s.monitor.Incident != nil {
		open = append(open, *s.monitor.Incident)
	}
	for _, storm := range s.monitor.Storm.Teams {
		open = append(open, storm)
	}
	for _, state := range s.states {
		if state.Incident != nil {
			open = append(open, *state.Incident)
		}
	}
	slices.SortFunc(open, func(a, b incidents.Incident) int {
		return cmp.Or(a.OpenedAt.Compare(b.OpenedAt), cmp.Compare(a.Subject, b.Subject))
	})
	return open
}

// Incidents gives the newest incidents, open and closed, the newest first.
func (s *Store) Incidents(ctx context.Context, limit int) ([]incidents.Incident, error) {
	return s.incidents(ctx, "SELECT incident FROM incidents ORDER BY opened_at DESC LIMIT ?", limit)
}

// IncidentsOf gives the newest incidents of one journey ("": of the monitor itself), the newest first.
func (s *Store) IncidentsOf(ctx context.Context, subject string, limit int) ([]incidents.Incident, error) {
	return s.incidents(ctx, "SELECT incident FROM incidents WHERE subject = ? ORDER BY opened_at DESC LIMIT ?", subject, limit)
}

// Incident gives one incident.
func (s *Store) Incident(ctx context.Context, id string) (incidents.Incident, error) {
	for _, i := range s.OpenIncidents() { // one that is still held may have no row yet
		if i.ID == id {
			return i, nil
		}
	}
	found, err := s.incidents(ctx, "SELECT incident FROM incidents WHERE id = ?", id)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("incident %q: %w", id, ErrNotFound)
	}
	if err != nil {
		return incidents.Incident{}, err
	}
	return found[0], nil
}

func (s *Store) incidents(ctx context.Context, query string, args ...any) ([]incidents.Incident, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading incidents: %w", err)
	}
	defer rows.Close()
	latest := map[string]incidents.Incident{} // The rows of open ones are as old as their last event.
	for _, i := range s.OpenIncidents() {
		latest[i.ID] = i
	}
	var found []incidents.Incident
	for rows.Next() {
		var text []byte
		var i incidents.Incident
		if err := rows.Scan(&text); err != nil {
			return nil, fmt.Errorf("reading incidents: %w", err)
		}
		if err := json.Unmarshal(text, &i); err != nil {
			return nil, fmt.Errorf("reading incidents: %w", err)
		}
		if fresh, ok := latest[i.ID]; ok {
			i = fresh
		}
		found = append(found, i)
	}
	return found, rows.Err()
}

// EventRecord is one change of an incident.
type EventRecord struct {
	Kind  incidents.EventKind
	At    time.Time
	RunID string
}

// Events gives the changes of an incident, in the order in which they were stored.
func (s *Store) Events(ctx context.Context, incident string) ([]EventRecord, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT kind, at, run FROM events WHERE incident = ? ORDER BY seq", incident)
	if err != nil {
		return nil, fmt.Errorf("reading the events of incident %q: %w", incident, err)
	}
	defer rows.Close()
	var records []EventRecord
	for rows.Next() {
		var e EventRecord
		var at int64
		if err := rows.Scan(&e.Kind, &at, &e.RunID); err != nil {
			return nil, fmt.Errorf("reading the events of incident %q: %w", incident, err)
		}
		e.At = fromNanos(at)
		records = append(records, e)
	}
	return records, rows.Err()
}

// DeliveryRecord is one page about an incident on its way to one pager, or what became of it.
type DeliveryRecord struct {
	PageID string
	Pager  string
	// Event is the page's: opened, reminded, closed.
	Event string
	// RelayOf is the pager that did not take the page, when this is a copy for a fallback pager.
	RelayOf string
	// Outcome is empty while it waits, then accepted or refused.
	Outcome   string
	Attempts  int
	LastError string
	CreatedAt time.Time
	// DueAt is when it is tried next, SettledAt when it was accepted or refused; zero if that is not so.
	DueAt     time.Time
	SettledAt time.Time
}

const deliveriesQuery = `SELECT page_id, pager, event, relay_of, outcome, attempts, last_error, created_at, due_at,
	settled_at FROM deliveries WHERE incident = ? ORDER BY seq`

// Deliveries gives what happened to the pages of an incident, in the order in which they were made.
func (s *Store) Deliveries(ctx context.Context, incident string) ([]DeliveryRecord, error) {
	rows, err := s.read.QueryContext(ctx, deliveriesQuery, incident)
	if err != nil {
		return nil, fmt.Errorf("reading the pages of incident %q: %w", incident, err)
	}
	defer rows.Close()
	var records []DeliveryRecord
	for rows.Next() {
		var d DeliveryRecord
		var created, due, settled int64
		if err := rows.Scan(&d.PageID, &d.Pager, &d.Event, &d.RelayOf, &d.Outcome, &d.Attempts, &d.LastError,
			&created, &due, &settled); err != nil {
			return nil, fmt.Errorf("reading the pages of incident %q: %w", incident, err)
		}
		d.CreatedAt, d.SettledAt = fromNanos(created), fromNanos(settled)
		if settled == 0 {
			d.DueAt = fromNanos(due)
		}
		records = append(records, d)
	}
	return records, rows.Err()
}

// Artifact is a file of a run. The caller closes it.
type Artifact struct {
	io.ReadSeekCloser
	MIME    string
	ModTime time.Time
}

// OpenArtifact opens a file that a run left behind. Whatever the names are, it opens nothing else.
func (s *Store) OpenArtifact(ctx context.Context, runID, name string) (*Artifact, error) {
	var started int64
	err := s.read.QueryRowContext(ctx, "SELECT started_at FROM runs WHERE id = ?", runID).Scan(&started)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("reading run %q: %w", runID, err)
	}
	if err == nil {
		f, openErr := s.files.open(runID, fromNanos(started), name)
		if openErr == nil {
			return &Artifact{ReadSeekCloser: f, MIME: mimeOf(name), ModTime: fromNanos(started)}, nil
		}
		err = openErr
	}
	if errors.Is(err, sql.ErrNoRows) || errors.Is(err, ErrNotFound) {
		err = ErrNotFound
	}
	return nil, fmt.Errorf("artifact %q of run %q: %w", name, runID, err)
}

// mimeOf goes by the name alone: a stored type could make a browser run what a page under test wrote.
func mimeOf(name string) string {
	switch path.Ext(name) {
	case ".jpg", ".jpeg", ".png", ".webp", ".gif":
		return mime.TypeByExtension(path.Ext(name))
	case ".json", ".har":
		return "application/json"
	case ".txt", ".html", ".log":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}
