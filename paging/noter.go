package paging

import "context"

// Noter is a pager that has to know, over a restart too, what it has done: which of several recipients have a page already,
// under which message those that follow about an incident belong. What it notes is kept with the delivery.
type Noter interface {
	Pager
	// SendNoting is Send by one who has his notes at hand. note replaces that of the page, whatever the error says; if it is
	// empty nothing changes. It must hold no secret.
	SendNoting(ctx context.Context, page Page, known Notes) (note string, err error)
}

// Notes are what a pager noted of earlier sendings; each may be empty.
type Notes struct {
	// Delivery is what it noted when it was sent the same, or what came before it of the same incident and is told with it,
	// and did not take it: some have it.
	Delivery string
	// Incident is what it noted with the first page of the same incident that it took.
	Incident string
}
