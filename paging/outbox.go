package paging

import (
	"context"
	"time"
)

// Outgoing is a page addressed to a pager, not yet in the outbox.
type Outgoing struct {
	Pager string
	Page  Page
}

// Delivery is a page on its way to one pager, as the outbox keeps it.
type Delivery struct {
	// Seq orders deliveries; it is the outbox's own.
	Seq   int64
	Pager string
	Page  Page
	// Attempts counts the failed ones so far; LastError is the last one's cause.
	Attempts  int
	LastError string
	// CreatedAt is when it entered the outbox; DueAt is when it is to be tried.
	CreatedAt time.Time
	DueAt     time.Time
	// Relayed says that an earlier page of the same incident to the same pager went to the fallback pagers.
	Relayed bool
}

// Outcome is what became of one try to deliver.
type Outcome string

// The outcomes. Accepted and Refused settle a delivery for good.
const (
	Accepted  Outcome = "accepted"
	Postponed Outcome = "postponed"
	Refused   Outcome = "refused"
)

// Settlement is the end of one try, written in one transaction.
type Settlement struct {
	Seq     int64
	Outcome Outcome
	At      time.Time
	// Until is when a postponed delivery is tried again.
	Until time.Time
	// Cause says in words why it was not accepted.
	Cause string
	// Relay are copies for the fallback pagers. They enter the outbox unless they did so before.
	Relay []Outgoing
}

// Outbox is the durable queue of deliveries. The courier's only view of the store.
type Outbox interface {
	// Pagers gives the names of all pagers that something waits for, sorted.
	Pagers(ctx context.Context) ([]string, error)
	// Heads gives what could be sent to a pager next, the earliest due first, due or not: of each dedup key
	// only the oldest unsettled delivery, so that the pages of an incident keep their order.
	Heads(ctx context.Context, pager string, limit int) ([]Delivery, error)
	// Settle writes down how a try ended. When it returns nil this survives a power cut.
	Settle(ctx context.Context, s Settlement) error
}
