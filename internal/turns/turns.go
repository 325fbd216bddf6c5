// Package turns lets test binaries that each want both cores go one after the other, while others run beside them.
//
// Packages are tested side by side, for most of a test's time is waiting. Two browsers that starve each other prove
// nothing, though. Its one rule: a test binary that starts a browser takes its turn first, in its TestMain; for tests only.
package turns

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Take waits until no other test binary of this user has the turn, and keeps it until the process ends, however it
// ends. A process that it starts does not inherit the turn. The time that it waits counts for no test's timeout.
func Take() {
	if err := take(filepath.Join(os.TempDir(), fmt.Sprintf("outrider-tests-turn-%d", os.Getuid()))); err != nil {
		fmt.Fprintln(os.Stderr, "waiting for this test's turn:", err)
		os.Exit(1)
	}
}

func take(path string) error {
	// The descriptor is kept to the end on purpose: a *os.File would be closed when it is collected.
	fd, err := syscall.Open(path, syscall.O_CREAT|syscall.O_RDWR|syscall.O_CLOEXEC|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return &os.PathError{Op: "open", Path: path, Err: err}
	}
	for {
		if err = syscall.Flock(fd, syscall.LOCK_EX); err != syscall.EINTR {
			return err
		}
	}
}
