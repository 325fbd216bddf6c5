package monitor

import (
	"runtime"
	"runtime/debug"
)

// gcPercent is the garbage collector's GOGC with which a monitor keeps 5,000 journeys within 120 MB; it costs about a
// twentieth of the CPU.
const gcPercent = 60

// leastProcs is how many threads may run Go code at a time, even on one core. With one, a flush of the disk or the
// collector holds it for up to 10 ms, while journeys are due; with two the kernel gives the core to who has just woken.
const leastProcs = 2

// Tune sets the Go runtime for a monitor that has the process to itself, except for what the environment says: GOGC and
// GOMAXPROCS are obeyed.
func Tune(env func(string) (string, bool)) {
	if _, set := env("GOGC"); !set {
		debug.SetGCPercent(gcPercent)
	}
	if _, set := env("GOMAXPROCS"); !set && runtime.GOMAXPROCS(0) < leastProcs {
		runtime.GOMAXPROCS(leastProcs)
	}
}
