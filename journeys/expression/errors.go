package expression

import (
	"cmp"
	"errors"
	"fmt"
)

// MissingError says that an expression met a value that is not there. It is never 0, never true.
type MissingError struct {
	// What is the path as its author wrote it, such as json.eta_minutes.
	What string
	// Is says what is there instead of a value: null, an empty list. Empty: it is missing.
	Is string
	// Why says more. It may be empty.
	Why string
}

func (e *MissingError) Error() string {
	text := e.What + " is " + cmp.Or(e.Is, "missing")
	if e.Why != "" {
		text += ": " + e.Why
	}
	return text
}

// Mistake is what is wrong with an expression's text.
type Mistake struct {
	// Offset is the byte in the expression at which it is wrong.
	Offset  int
	Message string
	// Hint may be empty.
	Hint string
}

func (m *Mistake) Error() string {
	if m.Hint == "" {
		return m.Message
	}
	return m.Message + " (" + m.Hint + ")"
}

// Mistakes are all mistakes of one expression.
type Mistakes []*Mistake

func (ms Mistakes) Error() string {
	errs := make([]error, len(ms))
	for i, m := range ms {
		errs[i] = m
	}
	return errors.Join(errs...).Error()
}

// ErrTooMuch is wrapped by the error of an evaluation that needs more work or memory than any expectation of a
// person does.
var ErrTooMuch = errors.New("the expression does too much")

func tooMuch(what string, limit int) error {
	return fmt.Errorf("%w: more than %d %s", ErrTooMuch, limit, what)
}
