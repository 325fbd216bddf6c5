package history_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/probes"
)

// children are what the test binary does when it starts itself anew: on a disk of its own, as another user.
func children() map[string]func(dir string) error {
	return map[string]func(string) error{
		"full":      onAFullDisk,
		"reserve":   onADiskThatFillsUp,
		"limit":     underAFileSizeLimit,
		"read-only": onAReadOnlyDisk,
		"nobody":    asNobody,
	}
}

// errNoDisk is a child's error where it may not mount; its exit status is noDisk.
var errNoDisk = errors.New("this process may not mount a disk of its own")

const noDisk = 3

// inChild runs one of the children in a process of its own and expects it to be content. It is false if the
// child could not have a disk of its own.
func inChild(t *testing.T, name, dir string, attr *syscall.SysProcAttr) bool {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if attr.Credential != nil { // Another user may not be able to come as far as the test binary.
		self = copyOf(t, self, dir)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "HISTORY_TEST_CHILD="+name, "HISTORY_TEST_DIR="+dir)
	cmd.SysProcAttr = attr
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case attr.Cloneflags != 0 && errors.Is(err, syscall.EPERM):
		return false
	case errors.As(err, &exit) && exit.ExitCode() == noDisk:
		return false
	case err != nil:
		t.Errorf("%s: %v\n%s", name, err, out)
	}
	return true
}

func copyOf(t *testing.T, file, dir string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "copy"), text, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "copy")
}

// ownDisk lets a process mount, without being root where the system allows it.
func ownDisk() *syscall.SysProcAttr {
	if os.Getuid() == 0 {
		return &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	}
	id := func(n int) []syscall.SysProcIDMap { return []syscall.SysProcIDMap{{HostID: n, Size: 1}} }
	return &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: id(os.Getuid()), GidMappings: id(os.Getgid())}
}

// mount gives a process a small disk that others do not see.
func mount(dir, size string) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("%w: %w", errNoDisk, err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		return fmt.Errorf("%w: %w", errNoDisk, err)
	}
	return nil
}

func TestAFullDiskLosesNothingAndIsOverWhenThereIsRoom(t *testing.T) {
	if !inChild(t, "full", t.TempDir(), ownDisk()) {
		t.Log("no disk to fill up here; a limit on the size of files stands in for it")
	}
	inChild(t, "limit", t.TempDir(), &syscall.SysProcAttr{})
}

func TestAFullDiskDoesNotSilenceAnIncident(t *testing.T) {
	if !inChild(t, "reserve", t.TempDir(), ownDisk()) {
		t.Log("no disk to fill up here; TestTheReserveIsGivenUpOnceAndTakenAgain has to do")
	}
}

// fill takes all the room that is left.
func fill(dir string) (free func() error, err error) {
	path := filepath.Join(dir, "filler")
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for size := 1 << 20; size > 0; size /= 2 {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return nil, fmt.Errorf("filling the disk: %w", err)
	}
	return func() error { return os.Remove(path) }, nil
}

func put(s *history.Store, journey string, n int, o probes.Outcome) error {
	r := run(journey, n, o)
	return s.Update(context.Background(), journey, judged(r, "ops"))
}

func onAFullDisk(dir string) error {
	if err := mount(dir, "4m"); err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	s, err := history.Open(data, history.Options{Gather: -1})
	if err != nil {
		return err
	}
	if err := put(s, "checkout", 0, probes.Failed); err != nil {
		return err
	}
	free, err := fill(dir)
	if err != nil {
		return err
	}
	for n := 1; ; n++ { // What the database has at hand is used up first.
		if err = put(s, "noise", n, probes.Passed); err != nil || n > 10_000 {
			break
		}
	}
	if !errors.Is(err, history.ErrUnavailable) || !errors.Is(err, syscall.ENOSPC) && !strings.Contains(err.Error(), "full") {
		return fmt.Errorf("on a full disk: %v, want ErrUnavailable that says full", err)
	}
	return nothingLost(s, data, free)
}

// underAFileSizeLimit is a disk that fails for another reason, and needs no privilege.
func underAFileSizeLimit(dir string) error {
	signal.Ignore(syscall.SIGXFSZ)
	s, err := history.Open(dir, history.Options{Gather: -1})
	if err != nil {
		return err
	}
	if err := put(s, "checkout", 0, probes.Failed); err != nil {
		return err
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	tight := limit
	tight.Cur = 0
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &tight); err != nil {
		return err
	}
	for n := 1; err == nil && n < 10_000; n++ {
		err = put(s, "noise", n, probes.Passed)
	}
	if !errors.Is(err, history.ErrUnavailable) || !strings.Contains(err.Error(), "file too large") {
		return fmt.Errorf("beyond the limit: %v, want ErrUnavailable that says why", err)
	}
	return nothingLost(s, dir, func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit) })
}

// nothingLost looks at a store that cannot be written, mends the disk, and looks again.
func nothingLost(s *history.Store, data string, mend func() error) error {
	before := s.State("checkout")
	for range 3 {
		if err := put(s, "checkout", 1, probes.Failed); !errors.Is(err, history.ErrUnavailable) {
			return fmt.Errorf("while the disk fails: %v", err)
		}
		time.Sleep(150 * time.Millisecond) // In and beyond the time for which the disk is left alone.
	}
	if after := s.State("checkout"); after.Failed != before.Failed || after.Incident != nil {
		return fmt.Errorf("the state moved on without being stored: %+v", after)
	}
	if runs, err := s.Recent(context.Background(), "checkout", 9); len(runs) != 1 || err != nil {
		return fmt.Errorf("reading while the disk fails: %d runs, %v", len(runs), err)
	}
	err := mend()
	if err != nil {
		return err
	}
	for tries := 0; ; tries++ {
		if err = put(s, "checkout", 1, probes.Failed); err == nil || tries > 50 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("after the disk was mended: %w", err)
	}
	counted := s.State("noise").Passed
	if err := s.Close(); err != nil {
		return err
	}
	if s, err = history.Open(data, history.Options{}); err != nil {
		return err
	}
	defer s.Close()
	runs, err := s.Recent(context.Background(), "noise", 100_000)
	if got := s.State("checkout"); err != nil || got.Failed != 2 || got.Incident == nil || len(runs) != counted {
		return fmt.Errorf("after it all: %+v, %d runs of %d, %v", got, len(runs), counted, err)
	}
	return nil
}

func onADiskThatFillsUp(dir string) error {
	if err := mount(dir, "128m"); err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	s, err := history.Open(data, history.Options{Gather: -1})
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := os.Stat(filepath.Join(data, "reserve")); err != nil {
		return fmt.Errorf("nothing is kept back: %w", err)
	}
	free, err := fill(dir)
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	if s, err = history.Open(data, history.Options{Gather: -1}); err != nil {
		return fmt.Errorf("starting on a full disk: %w", err)
	}
	defer s.Close()
	for n := range 1000 {
		if err := put(s, "noise", n, probes.Passed); err != nil {
			return fmt.Errorf("update %d on the full disk: %w", n, err)
		}
	}
	for n := range 2 {
		if err := put(s, "checkout", n, probes.Failed); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(data, "reserve")); err == nil {
		return errors.New("the reserve was not given up: the disk was not full")
	}
	if heads, err := s.Heads(context.Background(), "ops", 1); len(heads) != 1 || err != nil {
		return fmt.Errorf("no page: %v", err)
	}
	if err := free(); err != nil {
		return err
	}
	if err := s.Tidy(context.Background()); err != nil {
		return err
	}
	_, err = os.Stat(filepath.Join(data, "reserve"))
	return err
}

func TestAReadOnlyDiskIsSaidSoWithItsPlace(t *testing.T) {
	if !inChild(t, "read-only", t.TempDir(), ownDisk()) {
		t.Log("no disk to make read-only here; the chaos test has to do")
	}
}

// onAReadOnlyDisk starts where a history was, where an empty folder is, and where there is none.
func onAReadOnlyDisk(dir string) error {
	if err := mount(dir, "4m"); err != nil {
		return err
	}
	s, err := history.Open(filepath.Join(dir, "old"), history.Options{})
	if err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o700); err != nil {
		return err
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		return err
	}
	for _, name := range []string{"old", "empty", "none"} {
		data := filepath.Join(dir, name)
		_, err := history.Open(data, history.Options{})
		var oe *history.OpenError
		want := fmt.Sprintf("data folder: %q: the disk (%s, tmpfs on tmpfs) is read-only: ", data, dir)
		if !errors.As(err, &oe) || !strings.HasPrefix(err.Error(), want) || !strings.Contains(oe.Hint(), "mount it so that it can be written") {
			return fmt.Errorf("%s: got %v, want %q and what to do", name, err, want)
		}
	}
	return nil
}

func asNobody(dir string) error {
	_, err := history.Open(dir, history.Options{})
	var oe *history.OpenError
	if !errors.As(err, &oe) || !strings.Contains(err.Error(), "permission denied") || !strings.Contains(oe.Hint(), fmt.Sprintf("uid %d)", os.Getuid())) {
		return fmt.Errorf("got %v, want an OpenError about permission that names the user", err)
	}
	return nil
}

func TestAFolderThatCannotBeWrittenIsSaidSo(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := history.Open(filepath.Join(file, "data"), history.Options{})
	var oe *history.OpenError
	if !errors.As(err, &oe) || oe.Hint() == "" {
		t.Errorf("below a file: %v, want an OpenError with a hint", err)
	}
	passable, err := os.MkdirTemp("", "nobody") // Not inside a t.TempDir: it lets nobody in.
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(passable)
	attr := &syscall.SysProcAttr{}
	if os.Getuid() == 0 { // Root may write everywhere.
		attr.Credential = &syscall.Credential{Uid: 65534, Gid: 65534}
	}
	if err := os.Chmod(passable, 0o555); err != nil {
		t.Fatal(err)
	}
	inChild(t, "nobody", passable, attr)
}

func TestADamagedDatabaseIsRefusedAndLeftAlone(t *testing.T) {
	sound := filepath.Join(t.TempDir(), "sound")
	s := open(t, sound, history.Options{Gather: -1})
	for n := range 500 {
		update(t, s, run("checkout", n, probes.Failed), "ops")
	}
	s.Close()
	text, err := os.ReadFile(filepath.Join(sound, "outrider.db"))
	if err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func([]byte) []byte{
		"another file":        func([]byte) []byte { return []byte("%PDF-1.7 not a database at all, but long enough to look at") },
		"a cut header":        func(b []byte) []byte { return b[:10] },
		"a cut file":          func(b []byte) []byte { return b[:len(b)/2] },
		"noise in the middle": func(b []byte) []byte { copy(b[8192:], strings.Repeat("noise", 4000)); return b },
		"noise at the root":   func(b []byte) []byte { copy(b[100:], strings.Repeat("\xff", 500)); return b },
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "outrider.db")
		bad := damage(append([]byte(nil), text...))
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := history.Open(dir, history.Options{})
		var oe *history.OpenError
		if !errors.As(err, &oe) || !strings.Contains(err.Error(), "damaged") || oe.Path != path || !strings.Contains(oe.Hint(), "mv "+path) {
			t.Errorf("%s: %v, want an OpenError that says damaged and how to move it aside", name, err)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != string(bad) {
			t.Errorf("%s: the file was changed: %v", name, err)
		}
	}
}

func TestADatabaseOfANewerOutriderIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, history.Options{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "outrider.db")
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	// user_version is the big-endian number at offset 60 (https://www.sqlite.org/fileformat.html).
	if _, err := f.WriteAt([]byte{0, 0, 0, 99}, 60); err != nil {
		t.Fatal(err)
	}
	_, err = history.Open(dir, history.Options{})
	if err == nil || !strings.Contains(err.Error(), "newer Outrider (schema 99") {
		t.Errorf("got %v, want that it says newer", err)
	}
}
