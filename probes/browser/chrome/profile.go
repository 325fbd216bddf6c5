package chrome

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// profilePattern names our folders in the temporary folder. Each holds an owner file, locked as long as the
// process that made it lives, and the folder that the browser may write to.
const (
	profilePattern = "outrider-chrome-"
	ownerFile      = "owner"
	// orphanAge is how old a folder without an owner file must be before it is taken for an orphan: its
	// maker may be about to write the file.
	orphanAge = time.Minute
)

// profile is one browser's folder.
type profile struct {
	dir   string
	owner *os.File
}

// newProfile makes a folder that belongs to the credential.
func newProfile(tempDir string, cred *syscall.Credential) (*profile, error) {
	dir, err := os.MkdirTemp(tempDir, profilePattern+"*")
	if err != nil {
		return nil, fmt.Errorf("making a profile folder: %w", err)
	}
	p := &profile{dir: dir}
	if err := p.fill(cred); err != nil {
		p.remove()
		return nil, fmt.Errorf("making a profile folder in %q: %w", dir, err)
	}
	return p, nil
}

func (p *profile) fill(cred *syscall.Credential) error {
	var err error
	if p.owner, err = os.OpenFile(filepath.Join(p.dir, ownerFile), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return err
	}
	if err := syscall.Flock(int(p.owner.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("locking: %w", err)
	}
	if cred != nil {
		if err := os.Chmod(p.dir, 0o711); err != nil {
			return err
		}
	}
	for _, dir := range []string{p.home(), p.temp()} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		if cred != nil {
			if err := os.Chown(dir, int(cred.Uid), int(cred.Gid)); err != nil {
				return err
			}
		}
	}
	return nil
}

// home is the browser's user data folder and its HOME.
func (p *profile) home() string { return filepath.Join(p.dir, "profile") }

// temp is the browser's TMPDIR.
func (p *profile) temp() string { return filepath.Join(p.dir, "tmp") }

// remove deletes the folder. A process that is just dying may still write into it, so it tries for a while.
func (p *profile) remove() error {
	var err error
	for range 100 {
		if err = os.RemoveAll(p.dir); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if p.owner != nil {
		p.owner.Close()
	}
	return err
}

// SweepProfiles removes the profile folders whose owners are dead, and says how many there were. It may run
// while other monitors live: their folders are locked.
func SweepProfiles(tempDir string) int {
	entries, err := os.ReadDir(tempDir)
	if err != nil {
		return 0
	}
	swept := 0
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), profilePattern) {
			continue
		}
		if sweep(filepath.Join(tempDir, e.Name())) {
			swept++
		}
	}
	return swept
}

func sweep(dir string) bool {
	owner, err := os.OpenFile(filepath.Join(dir, ownerFile), os.O_RDWR, 0)
	if os.IsNotExist(err) {
		info, err := os.Stat(dir)
		return err == nil && time.Since(info.ModTime()) > orphanAge && os.RemoveAll(dir) == nil
	}
	if err != nil {
		return false // another user's, perhaps
	}
	defer owner.Close()
	info, err := owner.Stat()
	if err != nil || time.Since(info.ModTime()) < time.Second {
		return false // just made, its lock may be about to follow
	}
	if syscall.Flock(int(owner.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		return false // its owner lives
	}
	killAll(func() []int { return usersOf(dir) })
	return os.RemoveAll(dir) == nil
}
