// Package imports turns what other tools wrote into journeys: recordings of Chrome's DevTools, HAR files, and the
// configurations of blackbox_exporter and Gatus.
//
// It is pure: text in, YAML and notes out. What cannot be carried over is never left out in silence: it is a comment
// at its place and a [Note]. Nothing that looks like a password is carried over; a secret takes its place. Its one rule:
// what comes out without an error passes `outrider check`.
package imports
