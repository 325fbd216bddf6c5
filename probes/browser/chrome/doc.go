// Package chrome runs one warm Chromium and speaks to it.
//
// It starts the process without our environment, under an unprivileged user when we are root so that
// Chromium's own sandbox holds, with a profile folder of its own and no debugging port; it notices when the
// process dies or freezes, replaces it, and leaves neither process nor folder behind. Package wire
// is the pipe to it. It knows nothing of journeys or pages. Its one rule: no browser outlives its [Supervisor],
// and none is used that did not answer lately.
package chrome
