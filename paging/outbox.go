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
	// SoonAt, unless zero, is when it is to be tried already, should its pager take other pages in the meantime.
	SoonAt time.Time
	// Relayed says that a page of the same incident to the same pager went to the fallback pagers; Heard, that the
	// pager has accepted one.
	Relayed, Heard bool
	// Elsewhere says that another pager has accepted a page of the same incident.
	Elsewhere bool
	// Notes are those of the pager, if it is a [Noter].
	Notes Notes
	// Ending is the page about the end of the same incident if it waits behind this one, at Through in the order of
	// deliveries: what is over is told at once.
	Ending  *Page
	Through int64
}

// next is the page to send: what comes before the end of an incident that is over is no news.
func (d *Delivery) next() Page {
	switch {
	case d.Ending == nil:
		return d.Page
	case d.Heard, d.Notes.Delivery != "": // Or some of those that the pager speaks to have.
		return *d.Ending
	}
	return d.Ending.asNotice()
}

// copied is the page whose copies the fallback pagers get. They may have heard of the incident when its own pager
// has not, and the other way round.
func (d *Delivery) copied() Page {
	switch {
	case d.Ending == nil:
		return d.Page
	case d.Relayed:
		return *d.Ending
	}
	return d.Ending.asNotice()
}

// Outcome is what became of one try to deliver.
type Outcome string

// The outcomes. Accepted and Refused settle a delivery for good.
const (
	Accepted  Outcome = "accepted"
	Postponed Outcome = "postponed"
	Refused   Outcome = "refused"
	// Told changes nothing but that the fallback pagers know, or need not know, of a delivery that waits.
	Told Outcome = "told"
	// Collapsed is what becomes of pages whose incident was over before its pager could be told.
	Collapsed Outcome = "collapsed"
)

// Settlement is the end of one try, written in one transaction.
type Settlement struct {
	Seq     int64
	Outcome Outcome
	// Through, unless 0, is the delivery that was sent instead of Seq and all between them: it has the outcome, they
	// are collapsed into it. A postponed Seq stays in front.
	Through int64
	At      time.Time
	// Keep says that the accepted page will be asked for again, by Standing.
	Keep bool
	// Until is when a postponed delivery is tried again; Soon, unless zero, is when it is if the pager is at work.
	Until, Soon time.Time
	// Cause says in words why it was not accepted.
	Cause string
	// Note is kept with the delivery, for the pager; empty: what is there stays.
	Note string
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
	// Overdue gives the deliveries to a pager that wait since before a time and of which it is open whether the
	// fallback pagers have to be told, the oldest first. Settling them as Told, or relaying them, decides that.
	Overdue(ctx context.Context, pager string, before time.Time, limit int) ([]Delivery, error)
	// Standing gives the pages that a pager has accepted, and that were kept, of which it must be told again: the last one
	// about each incident that is open, and about those whose end was accepted after a time. It gives none where the end of
	// the incident, or the next one of the same key, still waits for the pager.
	Standing(ctx context.Context, pager string, endedAfter time.Time) ([]Page, error)
	// Settle writes down how a try ended. When it returns nil this survives a power cut.
	Settle(ctx context.Context, s Settlement) error
}
