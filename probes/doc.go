// Package probes runs a journey that is due and says what happened: the step runner, verdicts, redaction.
//
// It declares what a [Driver] is and imports none; the drivers live below it. It decides nothing about
// incidents and writes nothing to disk. Its one rule: whatever happens, a secret missing, a browser dying,
// a panic, is in the [Result]; there is no error beside it, and no result that is green by omission.
package probes
