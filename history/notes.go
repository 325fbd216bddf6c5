package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/incidents/maintenance"
)

// notes are what people told, as far as judging needs it at hand. The slices are replaced, never changed.
type notes struct {
	windows []maintenance.Window
	deploys []incidents.Deploy
}

// How much of them is at hand: windows until a week after their end, and so many deploys.
const (
	windowsKept = 7 * 24 * time.Hour
	deploysKept = 200
)

// with is the notes with those of an entry.
func (n notes) with(e *Entry) notes {
	if w := e.Window; w != nil {
		n.windows = slices.DeleteFunc(slices.Clone(n.windows), func(known maintenance.Window) bool { return known.ID == w.ID })
		n.windows = append(n.windows, *w)
	}
	if d := e.Deploy; d != nil {
		n.deploys = append(slices.Clone(n.deploys[max(0, len(n.deploys)-deploysKept+1):]), *d)
	}
	return n
}

// writeNotes writes what people told.
func (b *batch) writeNotes(e *Entry) error {
	if w := e.Window; w != nil {
		if err := b.writeNote("window", w.ID, w.Until, w); err != nil {
			return err
		}
	}
	if d := e.Deploy; d != nil {
		return b.writeNote("deploy", d.ID, d.At, d)
	}
	return nil
}

func (b *batch) writeNote(kind, id string, at time.Time, note any) error {
	text, err := json.Marshal(note)
	if err != nil {
		return fmt.Errorf("encoding %s %q: %w", kind, id, err)
	}
	_, err = b.w.st.once(`INSERT INTO notes (id, kind, at, note) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, note = excluded.note`, id, kind, nanos(at), text)
	return err
}

// loadNotes reads what is to be at hand.
func loadNotes(ctx context.Context, c *sql.Conn, now time.Time) (n notes, err error) {
	if n.windows, err = readNotes[maintenance.Window](ctx, c, "SELECT note FROM notes WHERE kind = 'window' AND at > ? ORDER BY at", nanos(now.Add(-windowsKept))); err != nil {
		return n, err
	}
	n.deploys, err = readNotes[incidents.Deploy](ctx, c, "SELECT note FROM notes WHERE kind = 'deploy' ORDER BY at DESC LIMIT ?", deploysKept)
	slices.Reverse(n.deploys)
	return n, err
}

func readNotes[T any](ctx context.Context, c *sql.Conn, query string, arg int64) ([]T, error) {
	rows, err := c.QueryContext(ctx, query, arg)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		var text []byte
		var one T
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &one); err != nil {
			return nil, fmt.Errorf("%w: a note: %w", errDamaged, err)
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// Windows gives the ordered windows of maintenance that are not long over. It must not be changed.
func (s *Store) Windows() []maintenance.Window {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.notes.windows
}

// Deploys gives the last deploys, the newest last. It must not be changed.
func (s *Store) Deploys() []incidents.Deploy {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.notes.deploys
}
