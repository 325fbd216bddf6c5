// Package maintenance says when journeys are left alone: they do not run, or nobody is paged about them. It knows windows,
// those of the configuration and those that somebody orders; what a window does to an incident is decided elsewhere.
//
// It is pure: no clock, no I/O. Its one rule: a window has an end, and after it everything counts again.
package maintenance
