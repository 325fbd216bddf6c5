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

// groupOf lists the processes of a process group: a browser leads one, and its children stay in it.
func groupOf(leader int) []int {
	var pids []int
	for _, pid := range allProcesses() {
		stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
		if err != nil {
			continue
		}
		// pid (comm) state ppid pgrp ...: the name in brackets may hold anything.
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(fields) > 2 && string(fields[0]) != "Z" && string(fields[2]) == strconv.Itoa(leader) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// usersOf lists the processes that name a profile folder of ours on their command line.
func usersOf(dir string) []int {
	want := []byte("=" + dir + "/")
	var pids []int
	for _, pid := range allProcesses() {
		line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
		// Some rewrite their command line with spaces for zeros; the folder's name is unique.
		if err == nil && bytes.Contains(line, want) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func allProcesses() []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && pid != os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids
}

// killAll kills the processes that list gives until it gives none any more, for two seconds at most: a child
// can be forked just as its parent dies.
func killAll(list func() []int) {
	for quiet, end := 0, time.Now().Add(2*time.Second); quiet < 2 && time.Now().Before(end); {
		pids := list()
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
