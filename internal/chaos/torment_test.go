package chaos

import (
	"errors"
	"fmt"
	"math/rand/v2"
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
	rng     *rand.Rand
	// most is how long each may last.
	outage, pause, diskless time.Duration

	// diskTaken says that the monitor that runs was without its disk for a while.
	diskTaken bool

	mu   sync.Mutex
	done map[string]int
}

// run kills the monitor n times at random moments, starting it again each time, and does worse in between. It answers
// at the end, with the monitor running and everything mended.
func (t *torment) run(n int, done chan<- error) {
	for kill := range n {
		time.Sleep(time.Duration(t.rng.IntN(1500)) * time.Millisecond)
		if kill%6 == 5 {
			if err := t.worse(kill / 6); err != nil {
				done <- err
				return
			}
		}
		switch err := t.process.stop(syscall.SIGKILL); {
		case t.diskTaken && errors.Is(err, errRefused): // It was only just starting when the disk was taken.
			t.count("starts refused")
		case err != nil:
			done <- err
			return
		default:
			t.count("killed")
		}
		t.diskTaken = false
		if err := t.process.start(); err != nil {
			done <- err
			return
		}
	}
	t.clock.set(0)
	done <- nil
}

// worse does one of the things that are worse than a kill, in turn.
func (t *torment) worse(n int) error {
	switch n % 4 {
	case 0: // Nobody can be told anything, for a while.
		if t.hook.fail(t.atMost(t.outage)) {
			t.count("outages")
		}
	case 1: // The disk takes nothing; the kill that follows hits a monitor that keeps its runs in memory.
		return t.withoutDisk(t.atMost(t.diskless))
	case 2: // Everything stands still, deadlines pass.
		if err := t.process.signal(syscall.SIGSTOP); err != nil {
			return err
		}
		time.Sleep(t.atMost(t.pause))
		t.count("stops")
		return t.process.signal(syscall.SIGCONT)
	case 3: // Somebody sets the clock.
		if t.clock.set([]time.Duration{time.Hour, -time.Hour, 26 * time.Hour, -26 * time.Hour, 0}[t.rng.IntN(5)]) {
			t.count("clock steps")
		}
	}
	return nil
}

// atMost is a random time in the upper half.
func (t *torment) atMost(d time.Duration) time.Duration {
	return d/2 + time.Duration(t.rng.Int64N(int64(d/2)))
}

// withoutDisk lets every write of the monitor fail for a while: no file may have any byte written to it.
func (t *torment) withoutDisk(d time.Duration) error {
	var before unix.Rlimit
	pid := t.process.pid()
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &before); err != nil {
		return fmt.Errorf("reading the limit of the monitor: %w", err)
	}
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 0, Max: before.Max}, nil); err != nil {
		return fmt.Errorf("taking the disk from the monitor: %w", err)
	}
	t.diskTaken = true
	time.Sleep(d)
	t.count("failing disks")
	if t.rng.IntN(2) == 0 {
		return nil // It is killed without ever having been able to write.
	}
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, &before, nil); err != nil {
		return fmt.Errorf("giving the disk back: %w", err)
	}
	time.Sleep(time.Second)
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
