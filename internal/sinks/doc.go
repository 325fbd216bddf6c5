// Package sinks holds the test that plants secrets wherever a journey can hold one, and then seeks them wherever Outrider
// writes.
//
// It looks only from outside: the real command, a real browser, a shop that says everything again that it was told, a receiver
// of pages. Its one rule: whatever is sought must have been found where it may stand, in what the shop was sent.
package sinks
