// Package examples holds the example journeys and the monitor's file that goes with them, so that an installed
// binary can run the demo without a checkout.
//
// It is data, and runs nothing. Its one rule: the files are those that people read.
package examples

import "embed"

// Files has outrider.yaml and journeys/*.yaml, by the paths that they have in this folder.
//
//go:embed outrider.yaml journeys/*.yaml
var Files embed.FS
