// Package browserbench measures what a browser journey costs, side by side in one run: ours, the same journey
// written by hand on the DevTools Protocol (package cdpbaseline), and Playwright's, where PLAYWRIGHT_CORE names
// the folder of its package (make bench-playwright installs it).
//
// It holds benchmarks and the soak only. Its one rule: all rivals ride the same shop, which runs in a process of
// its own and is counted for none of them, with the same browser program, in turn.
package browserbench
