// Package paging brings pages from the outbox to a human.
//
// The [Courier] takes what is due, sends it through a [Pager] and settles it. It decides nothing about
// incidents and keeps nothing in memory that matters. Its one rule: a page leaves the outbox only when
// its pager has accepted or finally refused it; late is allowed, lost and invented are not.
package paging
