package paging

import "time"

// The waits between tries. An hour's outage of a pager is over for us a minute after it is over for others.
const (
	firstWait = 500 * time.Millisecond
	maxWait   = time.Minute
	// maxRetryAfter bounds what the other side may ask for: a page cannot wait longer to try, or to be relayed.
	maxRetryAfter = 5 * time.Minute
	// While a pager takes other pages, one that has failed need not wait longer than this; for so many tries.
	soonWait = 5 * time.Second
	soonMost = 16
)

// Backoff is the wait after the given number of failed tries (1, 2, ...): it doubles up to a cap. jitter, in
// [0, 1), takes up to half of it away, so that many deliveries do not come back together.
func Backoff(failures int, jitter float64) time.Duration {
	wait := maxWait
	if n := max(1, failures) - 1; n < 10 {
		wait = min(maxWait, firstWait<<n)
	}
	return wait - time.Duration(jitter*float64(wait)/2)
}
