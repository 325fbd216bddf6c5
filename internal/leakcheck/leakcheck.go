package leakcheck

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// grace is how long the kernel may take to finish processes whose end the tests have already asked for.
const grace = 3 * time.Second

// Main runs the tests with a temporary folder of their own and exits with their status, or with 1 when they
// passed but left a goroutine, a child process, a process that names the folder (a browser does, by its
// profile) or a file in it.
func Main(m *testing.M, options ...goleak.Option) {
	code, err := run(m.Run, options...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "leakcheck:", err)
		if code == 0 {
			code = 1
		}
	}
	os.Exit(code)
}

// run is Main without the exit. Leaks are looked for after failed tests too: a leak may be the cause.
func run(tests func() int, options ...goleak.Option) (code int, err error) {
	dir, err := os.MkdirTemp("", "leakcheck")
	if err != nil {
		return 1, fmt.Errorf("making the tests' temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	// A browser that runs as another user must be able to pass through.
	if err := os.Chmod(dir, 0o711); err != nil {
		return 1, err
	}
	if err := os.Setenv("TMPDIR", dir); err != nil {
		return 1, err
	}
	code = tests()
	return code, errors.Join(goleak.Find(options...), processesGone(dir), filesGone(dir))
}

// processesGone waits up to the grace for our children, and whoever names dir, to end.
func processesGone(dir string) error {
	for deadline := time.Now().Add(grace); ; time.Sleep(20 * time.Millisecond) {
		left := processes(dir)
		if len(left) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("processes left behind:\n\t%s", strings.Join(left, "\n\t"))
		}
	}
}

// filesGone lists what is left in dir.
func filesGone(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) == 0 {
		return err
	}
	return fmt.Errorf("files left behind:\n\t%s", strings.Join(left, "\n\t"))
}

// processes describes our children, zombies included, and every process with dir on its command line.
// Without /proc it finds none.
func processes(dir string) []string {
	var found []string
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, stat := range stats {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(stat)))
		if err != nil || pid == os.Getpid() {
			continue
		}
		// A process that ended meanwhile reads as nothing and is no leak.
		text, _ := os.ReadFile(stat)
		command, _ := os.ReadFile(filepath.Join(filepath.Dir(stat), "cmdline"))
		line := strings.ReplaceAll(string(command), "\x00", " ")
		if parent(string(text)) == os.Getpid() || strings.Contains(line, dir) {
			found = append(found, fmt.Sprintf("%d %s", pid, describe(string(text), line)))
		}
	}
	return found
}

// parent reads the fourth field of a stat line; the second, in parentheses, may hold anything.
func parent(stat string) int {
	_, rest, _ := strings.Cut(stat[strings.LastIndex(stat, ")")+1:], " ")
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return 0
	}
	pid, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return pid
}

// describe gives the command line, cut, or the name in parentheses of a zombie, which has none.
func describe(stat, command string) string {
	if command == "" {
		_, command, _ = strings.Cut(stat, " ")
		command = command[:strings.LastIndex(command, ")")+1]
	}
	if len(command) > 200 {
		command = command[:200] + "…"
	}
	return command
}
