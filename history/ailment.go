package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	sqlite3 "modernc.org/sqlite/lib"
)

// trialBytes is more than SQLite needs to open a database.
const trialBytes = 64 << 10

// ailment is what a disk that refused suffers from. SQLite only says that something went wrong with the files.
type ailment struct {
	// trial is what the system said when we tried to write, err what was refused.
	trial, err error
	mount      string
}

func (a *ailment) Error() string {
	switch {
	case roomless(a.trial):
		return fmt.Sprintf("the disk is full: %v", a.trial)
	case errors.Is(a.trial, syscall.EROFS):
		return fmt.Sprintf("the disk%s is read-only: %v", a.mount, a.trial)
	}
	return fmt.Sprintf("the disk takes nothing: %v", a.trial)
}

// Unwrap gives both errors: what they are is asked for in many places.
func (a *ailment) Unwrap() []error { return []error{a.trial, a.err} }

// examine finds out why the files in a folder could not be written, by writing there itself. An error that is of the
// entry, or of something that mends itself, it gives back as it is.
func examine(dir string, err error) error {
	var known *ailment
	if errors.As(err, &known) {
		return err
	}
	switch c := code(err); {
	case err == nil:
	case c == sqlite3.SQLITE_FULL, c == sqlite3.SQLITE_IOERR, unwritable(err):
		if trial := tryToWrite(dir); trial != nil {
			return &ailment{trial: trial, err: err, mount: mountOf(dir)}
		}
	case c == 0 && (roomless(err) || errors.Is(err, syscall.EROFS)):
		return &ailment{trial: err, err: err, mount: mountOf(dir)}
	}
	return err
}

// tryToWrite writes a file that is of no use, and gives what was said against it.
func tryToWrite(dir string) error {
	path := filepath.Join(dir, "trial")
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, trialBytes))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close(), os.Remove(path))
}

// roomless reports whether there is no room, on the disk or of what its user may have of it.
func roomless(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
