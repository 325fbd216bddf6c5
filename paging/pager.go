package paging

import (
	"context"
	"time"
)

// Pager is where pages go. Send returns nil when the other side has accepted the page, and else a
// *SendError or any other error, which is taken as temporary. It must not retry by itself and must
// respect ctx. URLs in errors are redacted: they are secrets.
type Pager interface {
	Send(ctx context.Context, page Page) error
}

// SendError says how a delivery failed.
type SendError struct {
	// Permanent: trying again cannot help.
	Permanent bool
	// Reached: the other side works; it is this page alone that it did not take, or did not take whole. Other pages need not wait.
	Reached bool
	// RetryAfter is how long the other side asked us to wait; zero if it did not.
	RetryAfter time.Duration
	Err        error
}

func (e *SendError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *SendError) Unwrap() error { return e.Err }
