package history

import (
	"context"
	"database/sql"
	"fmt"
)

// statements are what the writer executes, prepared once.
type statements struct {
	c   *sql.Conn
	all []*statement

	begin, commit, rollback   *statement
	addSubject, setState      *statement
	addRun, putDetail         *statement
	ringSlots                 *statement
	dropRun, dropDetail       *statement
	putIncident, addEvent     *statement
	addDelivery, nextHead     *statement
	settle, postpone, waiting *statement
	collapse, told            *statement
	putPortrait               *statement
}

// statement is one prepared statement. Writes have no deadline: the caller may stop waiting, the disk decides.
type statement struct{ *sql.Stmt }

func prepareStatements(c *sql.Conn) (*statements, error) {
	st := &statements{c: c}
	for _, s := range []struct {
		to   **statement
		text string
	}{
		{&st.begin, "BEGIN IMMEDIATE"},
		{&st.commit, "COMMIT"},
		{&st.rollback, "ROLLBACK"},
		{&st.addSubject, "INSERT INTO subjects (name, state) VALUES (?, ?)"},
		{&st.setState, "UPDATE subjects SET state = ? WHERE id = ?"},
		{&st.addRun, `INSERT INTO runs (seq, id, subject, slot, outcome, reason, step, message, location, trigger,
			attempts, due_at, started_at, ended_at, duration, queue_wait)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`},
		{&st.putDetail, "INSERT OR REPLACE INTO details (slot, run, result) VALUES (?, ?, ?)"},
		{&st.putPortrait, "INSERT OR REPLACE INTO portraits (subject, at, portrait) VALUES (?, ?, ?)"},
		{&st.ringSlots, ringSlotsQuery},
		{&st.dropRun, "DELETE FROM runs WHERE seq = ?"},
		{&st.dropDetail, "DELETE FROM details WHERE slot = ? AND run = ?"},
		{&st.putIncident, `INSERT INTO incidents (id, subject, opened_at, closed_at, incident) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET closed_at = excluded.closed_at, incident = excluded.incident`},
		{&st.addEvent, "INSERT INTO events (incident, kind, at, run) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"},
		{&st.addDelivery, addDeliveryQuery},
		{&st.waiting, waitingQuery},
		{&st.settle, "UPDATE deliveries SET settled_at = ?, outcome = ?, last_error = ?, head = 0, page = NULL, attempts = attempts + 1 WHERE seq = ?"},
		{&st.nextHead, nextHeadQuery},
		{&st.collapse, collapseQuery},
		{&st.told, toldQuery},
		{&st.postpone, "UPDATE deliveries SET due_at = ?, last_error = ?, attempts = attempts + 1 WHERE seq = ? AND settled_at = 0"},
	} {
		stmt, err := c.PrepareContext(context.Background(), s.text)
		if err != nil {
			_ = st.close()
			return nil, fmt.Errorf("preparing %q: %w", s.text, err)
		}
		*s.to = &statement{stmt}
		st.all = append(st.all, *s.to)
	}
	return st, nil
}

// close frees the statements and their connection.
func (st *statements) close() error {
	for _, s := range st.all {
		_ = s.Close()
	}
	return st.c.Close()
}

func (s *statement) exec(args ...any) error {
	_, err := s.ExecContext(context.Background(), args...)
	return err
}

// affect gives how many rows the statement changed.
func (s *statement) affect(args ...any) (int64, error) {
	res, err := s.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// insert gives the row id that the statement made.
func (s *statement) insert(args ...any) (int64, error) {
	res, err := s.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// ints gives the first column of all rows.
func (s *statement) ints(args ...any) ([]int64, error) {
	rows, err := s.QueryContext(context.Background(), args...)
	if err != nil {
		return nil, err
	}
	return scanInts(rows)
}

// once executes what is not worth preparing, and gives how many rows it changed.
func (st *statements) once(query string, args ...any) (int64, error) {
	res, err := st.c.ExecContext(context.Background(), query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// scanInts gives the first column of all rows, and closes them.
func scanInts(rows *sql.Rows) ([]int64, error) {
	defer rows.Close()
	var ns []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		ns = append(ns, n)
	}
	return ns, rows.Err()
}
