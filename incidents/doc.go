// Package incidents decides when a journey is broken and when it is mended.
//
// It is pure: no clock, no I/O; time comes from the result that is judged. Its one rule: the same state,
// policy and result give the same answer, so that a run judged again after a crash opens nothing twice.
package incidents
