// Package document reads YAML into nodes that know their place, and collects problems.
//
// It knows nothing of journeys: the monitor's own file is read with it too. Its one rule: no problem hides
// another one; a reader reports and goes on.
package document
