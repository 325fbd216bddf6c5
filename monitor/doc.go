// Package monitor is the wiring: it reads outrider.yaml, says when journeys are due, and takes each run the whole
// way from due to stored, judged, counted and paged. Its heart is one short function, [Monitor.visit].
//
// It knows how nothing is done: driving a browser, judging, storing, paging are other packages' affairs. Its one
// rule: a run leaves behind all or nothing, and what it could not leave behind, for want of a disk, is kept,
// tried again, and told to people; nothing is dropped silently, not even a slot of the schedule.
package monitor
