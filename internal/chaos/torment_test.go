package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// torment is what is done to the monitor and to those around it, beside killing it.
type torment struct {
	process *process
	hook    *receiver
	clock   *clock
	disk    *disk
	rng     *rand.Rand
	// most is how long each may last.
	outage, pause, diskless time.Duration

	// broken says that the disk has to be mended before the monitor can start.
	broken bool

	mu   sync.Mutex
	done map[string]int
}

// run kills the monitor n times at random moments, starting it again each time, and does worse in between. It returns
// with the monitor running and everything mended, or when ctx ends.
func (t *torment) run(ctx context.Context, n int) error {
	for kill := range n {
		if !rest(ctx, time.Duration(t.rng.IntN(1500))*time.Millisecond) {
			return nil
		}
		if kill%6 == 5 {
			if err := t.worse(ctx, kill/6); err != nil {
				return err
			}
		}
		switch err := t.process.stop(syscall.SIGKILL); {
		case errors.Is(err, errRefused): // It was only just starting when the disk was taken.
			t.count("starts refused")
		case err != nil:
			return err
		default:
			t.count("killed")
		}
		if err := t.mend(); err != nil {
			return err
		}
		if err := t.process.start(); err != nil {
			return err
		}
	}
	t.clock.set(0)
	return nil
}

// rest is false if ctx ends first.
func rest(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// worse does one of the things that are worse than a kill, in turn.
func (t *torment) worse(ctx context.Context, n int) error {
	switch n % 5 {
	case 0: // Nobody can be told anything, for a while.
		if t.hook.fail(t.atMost(t.outage)) {
			t.count("outages")
		}
	case 1: // The disk takes nothing; the kill that follows hits a monitor that keeps its runs in memory.
		return t.withoutDisk(ctx, t.atMost(t.diskless))
	case 2: // The kernel finds the disk damaged; the same, and the monitor cannot start before it is mended.
		t.process.withoutDisk()
		t.broken = true
		t.count("read-only disks")
		if err := t.disk.fail(); err != nil {
			return err
		}
		rest(ctx, t.atMost(t.diskless))
	case 3: // Everything stands still, deadlines pass.
		if err := t.process.signal(syscall.SIGSTOP); err != nil {
			return err
		}
		rest(ctx, t.atMost(t.pause))
		t.count("stops")
		return t.process.signal(syscall.SIGCONT)
	case 4: // Somebody sets the clock.
		if t.clock.set([]time.Duration{time.Hour, -time.Hour, 26 * time.Hour, -26 * time.Hour, 0}[t.rng.IntN(5)]) {
			t.count("clock steps")
		}
	}
	return nil
}

// mend mounts the disk anew if it is broken. The monitor is down; before that it is started in vain.
func (t *torment) mend() error {
	if !t.broken {
		return nil
	}
	if err := t.disk.stopped(); err != nil {
		return err
	}
	said, err := t.process.refuse()
	if err != nil {
		return err
	}
	if !strings.Contains(said, "is read-only") {
		return fmt.Errorf("the monitor does not say that its disk is read-only: %s", said)
	}
	t.count("starts refused")
	t.broken = false
	return t.disk.mend()
}

// atMost is a random time in the upper half.
func (t *torment) atMost(d time.Duration) time.Duration {
	return d/2 + time.Duration(t.rng.Int64N(int64(d/2)))
}

// withoutDisk lets every write of the monitor fail for a while: no file may have any byte written to it.
func (t *torment) withoutDisk(ctx context.Context, d time.Duration) error {
	var before unix.Rlimit
	pid := t.process.pid()
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &before); err != nil {
		return fmt.Errorf("reading the limit of the monitor: %w", err)
	}
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 0, Max: before.Max}, nil); err != nil {
		return fmt.Errorf("taking the disk from the monitor: %w", err)
	}
	t.process.withoutDisk()
	rest(ctx, d)
	t.count("failing disks")
	if t.rng.IntN(2) == 0 {
		return nil // It is killed without ever having been able to write.
	}
	err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &before, nil)
	if errors.Is(err, unix.ESRCH) { // It was only just starting, and refused to: whether it was right to is seen when it is stopped.
		return nil
	}
	if err != nil {
		return fmt.Errorf("giving the disk back: %w", err)
	}
	rest(ctx, time.Second)
	return nil
}

func (t *torment) count(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done[what]++
}

// report is what was done.
func (t *torment) report() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := map[string]int{}
	for what, n := range t.done {
		out[what] = n
	}
	return out
}
