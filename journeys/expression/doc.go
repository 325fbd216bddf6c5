// Package expression evaluates expr-lang expressions strictly: what is missing is never nil, 0, false or "not
// equal", and values of different types are never silently unequal. Both are errors that say what is wrong.
//
// It knows nothing of journeys: a [Language] says which names an expression may use and is checked when the
// expression is compiled; an [Env] gives their values when it runs. The strictness is built into the compiled
// program by rewriting its syntax tree; work and memory of an evaluation are bounded. Its one rule: an
// expectation holds only if every value it looked at was there and of the type it was compared with.
package expression
