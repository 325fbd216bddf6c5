// Package web is what people look at: the state of the journeys, the evidence of their runs, the incidents and what
// became of their pages; and the same as JSON under /api/v1.
//
// It shows what [history] keeps and decides nothing. Its one rule: it never looks better than it is. A journey that
// has not been heard of when it should have been is not green, and a page that can no longer be refreshed says so.
package web
