// Package leakcheck fails a package's tests when they leave something behind: a goroutine, a child
// process, a browser, a profile folder.
//
// A test binary calls [Main] from its TestMain and does nothing else there. It is for tests only; no
// product package imports it. Its one rule: what a run started is gone when the run is over, not soon after.
package leakcheck
