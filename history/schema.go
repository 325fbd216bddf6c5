package history

import (
	"context"
	"database/sql"
	"fmt"
)

// migrations are the steps from an empty file to the present schema; user_version counts those that were
// taken. A step that was released is never changed: a new one is added.
//
// Times are nanoseconds since 1970, 0 for none. runs is append-only in the order of commits; slot is where the
// full result is kept. A slot may have been taken over by a later run: details.run tells.
// deliveries holds the outbox (settled_at is 0) and its log; head marks the oldest unsettled delivery of its
// pager and dedup key, so that what is due is found without looking at what waits behind it. told marks those of
// which the fallback pagers know, or need not know. page is kept while it waits, and after that for pagers that have to be
// told again, the last one of its key. note is what the pager noted. soon_at is when it may be tried already, if the pager is
// at work. pulse is when the store last proved that it can write.
// events are told apart by their time too: what no run brings about, an escalation or an acknowledgement, comes again.
// A state may be older than the last runs of its subject: seq is the last run that it accounts for, those after it were
// quiet ones.
// notes holds what people told: windows of maintenance (at is their end) and deploys.
func migrations() []string {
	return []string{`
CREATE TABLE subjects (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, state BLOB NOT NULL);

CREATE TABLE runs (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, subject INTEGER NOT NULL, slot INTEGER NOT NULL,
  outcome INTEGER NOT NULL, reason TEXT NOT NULL, step TEXT NOT NULL, message TEXT NOT NULL,
  location TEXT NOT NULL, trigger TEXT NOT NULL, attempts INTEGER NOT NULL,
  due_at INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL,
  duration INTEGER NOT NULL, queue_wait INTEGER NOT NULL);
CREATE INDEX runs_by_subject ON runs (subject, seq, outcome);

CREATE TABLE details (slot INTEGER PRIMARY KEY, run INTEGER NOT NULL, result BLOB NOT NULL);

CREATE TABLE incidents (
  id TEXT NOT NULL PRIMARY KEY, subject TEXT NOT NULL, opened_at INTEGER NOT NULL, closed_at INTEGER NOT NULL,
  incident BLOB NOT NULL);
CREATE INDEX incidents_by_time ON incidents (opened_at);
CREATE INDEX incidents_by_subject ON incidents (subject, opened_at);

CREATE TABLE events (
  seq INTEGER PRIMARY KEY, incident TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, run TEXT NOT NULL,
  UNIQUE (incident, kind, run));

CREATE TABLE deliveries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, pager TEXT NOT NULL, page_id TEXT NOT NULL, dedup_key TEXT NOT NULL,
  incident TEXT NOT NULL, event TEXT NOT NULL, relay_of TEXT NOT NULL, page BLOB,
  created_at INTEGER NOT NULL, due_at INTEGER NOT NULL, head INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT '',
  settled_at INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT '',
  UNIQUE (page_id, pager));
CREATE INDEX deliveries_heads ON deliveries (pager, due_at, seq) WHERE settled_at = 0 AND head = 1;
CREATE INDEX deliveries_waiting ON deliveries (pager, dedup_key, seq) WHERE settled_at = 0;
CREATE INDEX deliveries_oldest ON deliveries (created_at) WHERE settled_at = 0;
CREATE INDEX deliveries_by_incident ON deliveries (incident, seq);
CREATE INDEX deliveries_settled ON deliveries (settled_at) WHERE settled_at > 0;
`, `
ALTER TABLE deliveries ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deliveries_untold ON deliveries (pager, created_at, seq) WHERE settled_at = 0 AND told = 0;
`, `
CREATE TABLE pulse (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL);
`, `
CREATE TABLE notes (id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL, note BLOB NOT NULL);
CREATE INDEX notes_by_time ON notes (kind, at);
`, `
CREATE TABLE portraits (subject INTEGER PRIMARY KEY, at INTEGER NOT NULL, portrait BLOB NOT NULL);
`, `
CREATE INDEX deliveries_standing ON deliveries (pager, dedup_key, seq) WHERE settled_at > 0 AND page IS NOT NULL;
`, `
ALTER TABLE events RENAME TO events_before;
CREATE TABLE events (
  seq INTEGER PRIMARY KEY, incident TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, run TEXT NOT NULL,
  UNIQUE (incident, kind, run, at));
INSERT INTO events SELECT seq, incident, kind, at, run FROM events_before;
DROP TABLE events_before;
`, `
ALTER TABLE deliveries ADD COLUMN note TEXT NOT NULL DEFAULT '';
`, `
ALTER TABLE subjects ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
UPDATE subjects SET seq = (SELECT coalesce(max(seq), 0) FROM runs);
`, `
ALTER TABLE deliveries ADD COLUMN soon_at INTEGER NOT NULL DEFAULT 0;
`}
}

// migrate brings the file to the present schema.
func migrate(ctx context.Context, c *sql.Conn) error {
	var version int
	if err := c.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return fmt.Errorf("reading the schema's version: %w", err)
	}
	steps := migrations()
	if version > len(steps) {
		return &newerError{found: version, known: len(steps)}
	}
	for n := version; n < len(steps); n++ {
		script := fmt.Sprintf("BEGIN IMMEDIATE; %s; PRAGMA user_version = %d; COMMIT", steps[n], n+1)
		if _, err := c.ExecContext(ctx, script); err != nil {
			_, _ = c.ExecContext(ctx, "ROLLBACK")
			return fmt.Errorf("bringing the schema to version %d: %w", n+1, err)
		}
	}
	return nil
}

// newerError says that the file was written by a later Outrider.
type newerError struct{ found, known int }

func (e *newerError) Error() string {
	return fmt.Sprintf("it was written by a newer Outrider (schema %d, this one knows %d)", e.found, e.known)
}
