package web

import (
	"cmp"
	"slices"
	"time"
)

// inOrder sorts what happened by its time; what happened at once, as it is told: an incident is confirmed before it is
// opened, and mended before it is closed.
func inOrder[T any](story []T, of func(*T) (time.Time, string)) {
	rank := func(event string) int {
		return slices.Index([]string{"first_failure", "confirmed", "opened", "held", "accepted", "acknowledged", "reminded", "escalated", "mended", "closed"}, event)
	}
	slices.SortStableFunc(story, func(a, b T) int {
		atA, eventA := of(&a)
		atB, eventB := of(&b)
		return cmp.Or(atA.Compare(atB), cmp.Compare(rank(eventA), rank(eventB)))
	})
}
