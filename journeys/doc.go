// Package journeys turns YAML into the model of a journey: what a customer does, step by step.
//
// It is pure: it reads text and returns a [Journey] or every problem of the file at once, each with its
// place and a hint. It runs nothing, knows no browser and no clock. Its one rule: what [Parse] accepts is
// complete, type-checked and without surprises, so that nothing after it needs to doubt a journey again.
package journeys
