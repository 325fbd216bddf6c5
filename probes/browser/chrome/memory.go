package chrome

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ErrNoMemory says that too little memory is free for a run: a browser that the kernel kills in the middle would say
// less.
var ErrNoMemory = errors.New("too little memory is free for a browser run")

// admitPause is how often a run that waits for memory looks again.
const admitPause = 100 * time.Millisecond

// freeMemory is what processes may still take, in bytes: what the machine has available, or what the memory limits of
// our control group and those around it leave if that is less. Minus one where nobody says. root is / but in tests.
func freeMemory(root string) int64 {
	free := int64(-1)
	least := func(n int64) {
		if free < 0 || n < free {
			free = max(n, 0)
		}
	}
	if kb, ok := kilobytes(filepath.Join(root, "proc/meminfo"), "MemAvailable:"); ok {
		least(kb << 10)
	}
	groups, _ := os.ReadFile(filepath.Join(root, "proc/self/cgroup"))
	for line := range strings.Lines(string(groups)) {
		group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::/")
		for dir := "/" + group; ok; dir = path.Dir(dir) {
			if n, limited := groupLeaves(filepath.Join(root, "sys/fs/cgroup", dir)); limited {
				least(n)
			}
			if dir == "/" {
				break
			}
		}
	}
	return free
}

// groupLeaves is what a control group's limit leaves; pages of files that the kernel can drop are free.
func groupLeaves(dir string) (int64, bool) {
	number := func(name string) (int64, bool) {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return 0, false
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		return n, err == nil // the word max is no limit
	}
	limit, limited := number("memory.max")
	used, known := number("memory.current")
	if !limited || !known {
		return 0, false
	}
	stat, _ := os.ReadFile(filepath.Join(dir, "memory.stat"))
	for line := range strings.Lines(string(stat)) {
		if rest, ok := strings.CutPrefix(line, "inactive_file "); ok {
			n, _ := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
			used -= n
		}
	}
	return limit - used, true
}

// admit waits, within ctx, until enough memory is free. As long as other runs go on their ends may free some; with
// none under way waiting would help nobody.
func (s *Supervisor) admit(ctx context.Context) error {
	for {
		free := s.o.free()
		if s.o.MinFree < 0 || free < 0 || free >= s.o.MinFree {
			return nil
		}
		err := fmt.Errorf("%w: %d MB are free, wanted are %d MB", ErrNoMemory, free/1_000_000, s.o.MinFree/1_000_000)
		if s.leases() == 0 {
			return err
		}
		select {
		case <-time.After(admitPause):
		case <-ctx.Done():
			return err
		}
	}
}

// leases is the number of runs under way.
func (s *Supervisor) leases() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for m := range s.members {
		n += m.leases
	}
	return n
}

// weigh takes a browser that has grown too large out of service: who uses it may go on, and the next one gets a
// fresh one.
func (s *Supervisor) weigh(m *member) {
	if s.o.MaxMemory < 0 {
		return
	}
	memory := m.Memory()
	if memory <= s.o.MaxMemory {
		return
	}
	s.o.Logger.Info("browser has grown too large, a fresh one takes over", "pid", m.PID(), "bytes", memory, "limit", s.o.MaxMemory)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retire(m, "memory")
}
