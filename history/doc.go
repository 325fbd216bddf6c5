// Package history keeps what happened: runs, incident state, the outbox of pages, in one SQLite file.
//
// Everything that must not be torn apart is written in one transaction by [Store.Update]; many updates
// share one flush of the disk. It judges nothing and sends nothing. Its one rule: when Update returns
// without an error, what it was given survives SIGKILL and a power cut.
package history
