package probes

// stackOfARun is what the calls of a run need below them. A goroutine that begins with less grows by doubling, and copies
// all that is there each time: a twentieth of what a plain HTTP check costs.
const stackOfARun = 12 << 10

// deepen makes the goroutine's stack large enough at once, while there is nothing on it to copy.
//
//go:noinline
func deepen(at int) byte {
	var frame [stackOfARun]byte
	return frame[at%stackOfARun]
}
