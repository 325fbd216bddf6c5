// Package format reads journey files: YAML to the model of package journeys, with every mistake in one go, each at its
// place and with a hint; and it writes the JSON Schema by which editors complete them.
//
// It runs nothing and knows no clock. Its one rule: one table for each kind of map, from which the reading, the schema and
// "did you mean" are made, so that they cannot differ. What [Loader.Parse] accepts needs no second doubt.
package format
