package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
)

// stateEvery is how many quiet runs of a journey share one stored state: so few that they are read in no time at the
// start, so many that storing it costs nothing.
const stateEvery = 32

// quietQuery gives the runs that the stored states do not account for. All of them are quiet ones: any other run is
// stored with its state.
const quietQuery = `SELECT s.name, r.id, r.started_at, r.ended_at FROM subjects s CROSS JOIN runs r
	ON r.subject = s.id AND r.seq > s.seq ORDER BY s.id, r.seq`

// quiet reports whether the entry's state can be left out: it follows from the state before and the run.
func quiet(prev *incidents.State, e *Entry) bool {
	return prev.Quiet(&e.State, &e.Result) && e.State.Passed%stateEvery != 0
}

// known reports whether the journey has a stored state.
func (b *batch) known(journey string) bool {
	_, stored := b.w.ids[journey]
	return stored
}

// load reads the states and the counters.
func (w *writer) load(c *sql.Conn) error {
	ctx := context.Background()
	rows, err := c.QueryContext(ctx, "SELECT id, name, state FROM subjects")
	if err != nil {
		return err
	}
	defer rows.Close()
	states, monitor := map[string]incidents.State{}, incidents.State{}
	for rows.Next() {
		var id int64
		var name string
		var text []byte
		var state incidents.State
		if err := rows.Scan(&id, &name, &text); err != nil {
			return err
		}
		if err := json.Unmarshal(text, &state); err != nil {
			return fmt.Errorf("%w: the state of %q: %w", errDamaged, name, err)
		}
		w.ids[name] = id
		if name == "" {
			monitor = state
		} else {
			states[name] = state
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := follow(ctx, c, states); err != nil {
		return err
	}
	var pending int64
	err = c.QueryRowContext(ctx, `SELECT
		(SELECT coalesce(max(seq), 0) + 1 FROM runs), (SELECT coalesce(max(slot), 0) + 1 FROM details),
		(SELECT count(*) FROM deliveries WHERE settled_at = 0)`).Scan(&w.nextRun, &w.nextSlot, &pending)
	if err != nil {
		return err
	}
	told, err := loadNotes(ctx, c, time.Now())
	if err != nil {
		return err
	}
	w.pending.Store(pending)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.states, w.monitor, w.notes = states, monitor, told
	return nil
}

// follow brings the states up to the last runs.
func follow(ctx context.Context, c *sql.Conn, states map[string]incidents.State) error {
	rows, err := c.QueryContext(ctx, quietQuery)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name, run string
		var started, ended int64
		if err := rows.Scan(&name, &run, &started, &ended); err != nil {
			return err
		}
		states[name] = states[name].Passing(run, fromNanos(started), fromNanos(ended))
	}
	return rows.Err()
}
