package monitor

import (
	"os/exec"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// startOnCore starts the command with nothing but the last of our cores or, for others, with all but that one. A
// machine of one core has to be shared.
func startOnCore(b *testing.B, cmd *exec.Cmd, last bool) error {
	b.Helper()
	runtime.LockOSThread() // The child has the affinity of the thread that starts it.
	defer runtime.UnlockOSThread()
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return err
	}
	core := 0
	for c := range len(before) * 64 {
		if before.IsSet(c) {
			core = c
		}
	}
	one.Set(core)
	others := before
	if before.Count() > 1 {
		others.Clear(core)
	}
	set := &others
	if last {
		set = &one
	}
	if err := unix.SchedSetaffinity(0, set); err != nil {
		return err
	}
	err := cmd.Start()
	if restored := unix.SchedSetaffinity(0, &before); err == nil {
		err = restored
	}
	return err
}
