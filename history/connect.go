package history

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"
)

// checkTime is how long the structure of the database is looked over at the start. A big one is looked over
// in part only; damage that is met later is reported then.
const checkTime = time.Second

// source names a database file to the driver, whatever is in the path.
func source(path string, pragmas ...string) string {
	q := url.Values{"_pragma": append(pragmas, "busy_timeout(5000)")}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

// openWriter opens the one connection that writes. The first time the file is looked over; later, while a disk
// makes trouble, there is no time for it.
func openWriter(path string, first bool) (*sql.DB, *sql.Conn, error) {
	if err := looksLikeDatabase(path); err != nil {
		return nil, nil, err
	}
	// SQLite's other files take over the mode: what pages under test showed is not for everybody's eyes.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, err
	}
	f.Close()
	db, err := sql.Open("sqlite", source(path, "journal_mode(WAL)", "synchronous(FULL)",
		"journal_size_limit(67108864)", "cache_size(-2048)", "temp_store(MEMORY)"))
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	if first {
		err = checkStructure(ctx, c)
	}
	if err == nil {
		err = migrate(ctx, c)
	}
	if err != nil {
		return nil, nil, errors.Join(err, c.Close(), db.Close())
	}
	return db, c, nil
}

// readers are the connections that cannot write and do not wait for the writer. One stays open: as long as there
// is one, SQLite keeps the files that a reader needs, and a full disk could not give them back.
type readers struct {
	*sql.DB
	anchor *sql.Conn
}

func openReaders(path string) (*readers, error) {
	db, err := sql.Open("sqlite", source(path, "query_only(true)", "cache_size(-2048)"))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(5)
	db.SetMaxIdleConns(4)
	db.SetConnMaxIdleTime(time.Minute)
	ctx := context.Background()
	anchor, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	var tables int
	if err := anchor.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&tables); err != nil {
		return nil, errors.Join(err, anchor.Close(), db.Close())
	}
	return &readers{DB: db, anchor: anchor}, nil
}

func (r *readers) close() error { return errors.Join(r.anchor.Close(), r.DB.Close()) }

// looksLikeDatabase refuses a file of something else before SQLite touches it or its companions.
func looksLikeDatabase(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 16)
	switch n, err := io.ReadFull(f, head); {
	case n == 0 && errors.Is(err, io.EOF):
		return nil // Made, but never written.
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case !bytes.Equal(head[:n], []byte("SQLite format 3\x00")):
		return fmt.Errorf("%w: this is not an SQLite file", errDamaged)
	}
	return nil
}

// checkStructure looks the database over, as far as the time for it goes.
func checkStructure(ctx context.Context, c *sql.Conn) error {
	limited, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	var verdict string
	err := c.QueryRowContext(limited, "PRAGMA quick_check(1)").Scan(&verdict)
	switch {
	case limited.Err() != nil && ctx.Err() == nil:
		return nil
	case err != nil:
		return err
	case verdict != "ok":
		return fmt.Errorf("%w: %s", errDamaged, verdict)
	}
	return nil
}
