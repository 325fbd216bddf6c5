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
	// RetryAfter is how long the other side asked us to wait; zero if it did not.
	RetryAfter time.Duration
	Err        error
}

func (e *SendError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *SendError) Unwrap() error { return e.Err }

// Delivery is a page on its way to one pager, as the outbox keeps it.
type Delivery struct {
	// Seq orders deliveries; it is the outbox's own.
	Seq      int64
	Pager    string
	Page     Page
	Attempts int
	// CreatedAt is when it entered the outbox.
	CreatedAt time.Time
	LastError string
}

// Outbox is the durable queue of deliveries. The courier's only view of the store.
type Outbox interface {
	// Due returns deliveries whose time has come: for each pager and dedup key only the oldest unsettled
	// one, so that pages of an incident keep their order.
	Due(ctx context.Context, now time.Time, limit int) ([]Delivery, error)
	// NextDue is when the next delivery will be due; zero if nothing waits.
	NextDue(ctx context.Context) (time.Time, error)
	// Accepted settles a delivery. Postpone keeps it for later. Refused gives it up and, in the same
	// transaction, adds the replacement deliveries (to the fallback pagers), if any.
	Accepted(ctx context.Context, seq int64, at time.Time) error
	Postpone(ctx context.Context, seq int64, until time.Time, cause string) error
	Refused(ctx context.Context, seq int64, at time.Time, cause string, instead []Outgoing) error
}

// Outgoing is a page addressed to a pager, not yet in the outbox.
type Outgoing struct {
	Pager string
	Page  Page
}
