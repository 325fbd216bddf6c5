package history

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
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
	collapse, told, kept      *statement
	putPortrait               *statement
}

// statement is one prepared statement of the writer's own connection. It speaks to the driver directly: what
// database/sql does around each execution (locks, a second try on another connection) costs as much as half of the
// writes themselves, and there is one goroutine and one connection here. Writes have no deadline: the caller may stop
// waiting, the disk decides.
type statement struct {
	driver.Stmt
	args []driver.NamedValue
}

func prepareStatements(c *sql.Conn) (*statements, error) {
	st := &statements{c: c}
	for _, s := range []struct {
		to   **statement
		text string
	}{
		{&st.begin, "BEGIN IMMEDIATE"},
		{&st.commit, "COMMIT"},
		{&st.rollback, "ROLLBACK"},
		{&st.addSubject, "INSERT INTO subjects (name, state, seq) VALUES (?, ?, ?)"},
		{&st.setState, "UPDATE subjects SET state = ?, seq = ? WHERE id = ?"},
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
		{&st.settle, `UPDATE deliveries SET settled_at = ?, outcome = ?, last_error = ?, note = coalesce(nullif(?, ''), note), head = 0,
			page = CASE WHEN ? THEN page END, attempts = attempts + 1 WHERE seq = ?`},
		{&st.kept, keptQuery},
		{&st.nextHead, nextHeadQuery},
		{&st.collapse, collapseQuery},
		{&st.told, toldQuery},
		{&st.postpone, `UPDATE deliveries SET due_at = ?, soon_at = ?, last_error = ?, note = coalesce(nullif(?, ''), note), attempts = attempts + 1
			WHERE seq = ? AND settled_at = 0`},
	} {
		stmt, err := prepare(c, s.text)
		if err != nil {
			_ = st.close()
			return nil, fmt.Errorf("preparing %q: %w", s.text, err)
		}
		*s.to = &statement{Stmt: stmt}
		st.all = append(st.all, *s.to)
	}
	return st, nil
}

// prepare asks the driver for a statement. The connection is held until the statements are closed, so that nobody else
// is given it meanwhile.
func prepare(c *sql.Conn, text string) (stmt driver.Stmt, err error) {
	err = c.Raw(func(raw any) error {
		stmt, err = raw.(driver.ConnPrepareContext).PrepareContext(context.Background(), text)
		return err
	})
	return stmt, err
}

// close frees the statements and their connection.
func (st *statements) close() error {
	for _, s := range st.all {
		_ = s.Close()
	}
	return st.c.Close()
}

func (s *statement) exec(args ...any) error {
	_, err := s.run(args)
	return err
}

// affect gives how many rows the statement changed.
func (s *statement) affect(args ...any) (int64, error) {
	res, err := s.run(args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// insert gives the row id that the statement made.
func (s *statement) insert(args ...any) (int64, error) {
	res, err := s.run(args)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

func (s *statement) run(args []any) (driver.Result, error) {
	if err := s.bind(args); err != nil {
		return nil, err
	}
	return s.Stmt.(driver.StmtExecContext).ExecContext(context.Background(), s.args)
}

// bind puts the arguments where the driver wants them. It takes no other types than those of driver.Value.
func (s *statement) bind(args []any) error {
	s.args = s.args[:0]
	for n, arg := range args {
		if !driver.IsValue(arg) {
			return fmt.Errorf("argument %d of a statement is a %T", n+1, arg)
		}
		s.args = append(s.args, driver.NamedValue{Ordinal: n + 1, Value: arg})
	}
	return nil
}

// ints gives the first column of all rows.
func (s *statement) ints(args ...any) (ns []int64, err error) {
	err = s.each(args, func(row []driver.Value) bool {
		n, ok := row[0].(int64)
		ns = append(ns, n)
		return ok
	})
	return ns, err
}

// texts gives the columns of the last row, or nil.
func (s *statement) texts(args ...any) (texts []string, err error) {
	err = s.each(args, func(row []driver.Value) bool {
		texts = make([]string, len(row))
		for n, v := range row {
			text, ok := v.(string)
			if !ok {
				return false
			}
			texts[n] = text
		}
		return true
	})
	return texts, err
}

// each gives take each row, which reports whether the columns are of the types that it wants.
func (s *statement) each(args []any, take func(row []driver.Value) bool) (err error) {
	if err := s.bind(args); err != nil {
		return err
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(context.Background(), s.args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row := make([]driver.Value, len(rows.Columns()))
	for {
		err := rows.Next(row)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !take(row) {
			return fmt.Errorf("%w: a row of other types than its table's: %v", errDamaged, row)
		}
	}
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
