package chrome

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usersOf lists the processes that run on the user data folder: Chromium passes the flag to every child.
func usersOf(dir string) []int {
	want := []byte("--user-data-dir=" + dir)
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		line, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if err != nil {
			continue
		}
		// Chromium's children rewrite their command line with spaces for zeros; the folder's name is unique.
		if bytes.Contains(line, want) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// killUsersOf kills the processes that run on the folder until none is seen any more, for two seconds at
// most: a child can be forked just as its parent dies.
func killUsersOf(dir string) {
	for quiet, end := 0, time.Now().Add(2*time.Second); quiet < 2 && time.Now().Before(end); {
		pids := usersOf(dir)
		if len(pids) == 0 {
			quiet++
		} else {
			quiet = 0
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// memoryOf is the memory of the processes in bytes: their proportional share, or what is resident where the
// kernel does not tell us the share.
func memoryOf(pids []int) int64 {
	var total int64
	for _, pid := range pids {
		dir := filepath.Join("/proc", strconv.Itoa(pid))
		if kb, ok := kilobytes(filepath.Join(dir, "smaps_rollup"), "Pss:"); ok {
			total += kb << 10
		} else if kb, ok := kilobytes(filepath.Join(dir, "status"), "VmRSS:"); ok {
			total += kb << 10
		}
	}
	return total
}

func kilobytes(file, field string) (int64, bool) {
	f, err := os.Open(file)
	if err != nil {
		return 0, false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, found := strings.CutPrefix(lines.Text(), field); found {
			kb, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kb, err == nil
		}
	}
	return 0, false
}
