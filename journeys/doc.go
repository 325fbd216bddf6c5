// Package journeys is the model of a journey: what a customer does, step by step, with the expressions and texts that are
// evaluated while it runs. Package format, below, makes it of YAML.
//
// It is pure: it knows no browser, no network and no clock. Its one rule: a model that format has accepted is complete,
// type-checked and without surprises, so that nothing after it needs to doubt a journey again.
package journeys
