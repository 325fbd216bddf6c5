package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What a caller of the store may want to tell apart.
var (
	// ErrUnavailable: the disk is full or broken. Nothing of the entry was stored; the store recovers by
	// itself when the disk does.
	ErrUnavailable = errors.New("the history cannot be written")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("the history is closed")
	// ErrNotFound: there is no such run, incident or artifact, or it is not kept any more.
	ErrNotFound = errors.New("not found")
)

// OpenError says why a data folder cannot be used, and what to do. Nothing in the folder was changed.
type OpenError struct {
	// Path is the folder or file that is to blame.
	Path string
	Err  error
	// Advice is for the person who started the monitor.
	Advice string
}

func (e *OpenError) Error() string { return fmt.Sprintf("data folder: %q: %v", e.Path, e.Err) }

// Unwrap gives the cause.
func (e *OpenError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *OpenError) Hint() string { return e.Advice }

// explain makes an OpenError of what SQLite or the file system said about a file in the data folder, or the folder.
func explain(dir, path string, err error) error {
	var open *OpenError
	var newer *newerError
	err = examine(dir, err)
	switch {
	case errors.As(err, &open):
		return err
	case errors.As(err, &newer):
		return &OpenError{path, err, "start the newer Outrider again, or use another data folder"}
	case damaged(err):
		return &OpenError{path, fmt.Errorf("the database is %w", asDamaged(err)), fmt.Sprintf(
			"nothing was changed or deleted. Move it aside with its companions (mkdir damaged && mv %s* damaged/) "+
				"and start again with an empty history, or bring back a copy", path)}
	case full(err):
		return &OpenError{dir, err, fmt.Sprintf(
			"nothing was lost: make room and start again. df -h %s (and df -i) says what is left; of ours, what is in %s may be deleted",
			dir, filepath.Join(dir, "artifacts"))}
	case errors.Is(err, syscall.EROFS):
		return &OpenError{dir, err, "mount it so that it can be written and start again, or set data: to a folder on another disk. " +
			"Where it could be written before, the kernel has found the disk damaged: dmesg says so"}
	case errors.Is(err, fs.ErrPermission) || unwritable(err):
		return &OpenError{path, err, fmt.Sprintf(
			"the user that runs Outrider (uid %d) must be able to write there: change its owner, or set data: to another folder",
			os.Getuid())}
	default:
		return &OpenError{path, err, "set data: to a folder on a local disk that Outrider can write"}
	}
}

// code is SQLite's primary result code, or 0.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

func damaged(err error) bool {
	c := code(err)
	return errors.Is(err, errDamaged) || c == sqlite3.SQLITE_CORRUPT || c == sqlite3.SQLITE_NOTADB
}

func unwritable(err error) bool {
	c := code(err)
	return c == sqlite3.SQLITE_READONLY || c == sqlite3.SQLITE_CANTOPEN || c == sqlite3.SQLITE_PERM
}

// full reports whether room on the disk would have helped.
func full(err error) bool {
	return code(err) == sqlite3.SQLITE_FULL || roomless(err)
}

// diskTrouble tells a disk that cannot be written from an entry that cannot be stored.
func diskTrouble(err error) bool {
	switch code(err) {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED,
		sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_NOMEM:
		return true
	case 0:
		return true // Not from SQLite: the connection, the file system.
	}
	return damaged(err) || unwritable(err)
}

// asDamaged says once that something is damaged, whoever found it.
func asDamaged(err error) error {
	if errors.Is(err, errDamaged) {
		return err
	}
	return fmt.Errorf("%w: %w", errDamaged, err)
}

// errDamaged is what our own look at the file found.
var errDamaged = errors.New("damaged")
