package probes

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/redact"
)

// maxStack bounds what is kept of a panic's stack.
const maxStack = 8 << 10

// panicError is a panic of our own code, with its stack.
type panicError struct {
	value any
	stack string
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.value, e.stack) }

// panicked turns a recovered panic into a failure of ours.
func panicked(value any) *Failure {
	return &Failure{
		Reason:  Internal,
		Message: redact.Cut(fmt.Sprintf("a defect of the monitor: %v", value), maxMessage),
		Err:     &panicError{value: value, stack: redact.Cut(string(debug.Stack()), maxStack)},
	}
}

// internal is for what a driver must not do.
func internal(err error) *Failure {
	return &Failure{Reason: Internal, Message: err.Error(), Err: err}
}

// cancelled is for a run that was stopped from outside.
func cancelled(what string) *Failure {
	return &Failure{Reason: Cancelled, Message: "the run was stopped " + what}
}

// missing tells whose fault a missing value is. What a journey's file takes from the monitor's own
// surroundings (environment, secrets, other journeys' results) says nothing about the target.
func missing(m *journeys.MissingError) *Failure {
	f := &Failure{Reason: Assertion, Message: m.Error(), Got: m.Error(), Err: m}
	for _, ours := range [...]string{"env", "secrets", "journeys", "run"} {
		if rest, ok := strings.CutPrefix(m.What, ours); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			f.Reason = Config
		}
	}
	return f
}

// explain makes a Failure of an error that a driver or an expression gave. outer is the run's context,
// inner the one that the step's deadline ends; overdue describes the latter.
func explain(outer, inner context.Context, err error, overdue func() *Failure) *Failure {
	if outer.Err() != nil {
		f := cancelled("in the middle of the step")
		f.Err = context.Cause(outer)
		return f
	}
	var f *Failure
	if errors.As(err, &f) && f != nil {
		if !slices.Contains(Reasons(), f.Reason) {
			return internal(fmt.Errorf("a driver gave the unknown reason %q: %w", f.Reason, err))
		}
		return f
	}
	var m *journeys.MissingError
	if errors.As(err, &m) {
		return missing(m)
	}
	if inner.Err() != nil || errors.Is(err, context.DeadlineExceeded) {
		f := overdue()
		f.Err = err
		return f
	}
	return internal(err)
}

// short writes a duration for people.
func short(d time.Duration) string {
	switch {
	case d >= time.Minute:
		d = d.Round(time.Second)
	case d >= time.Second:
		d = d.Round(10 * time.Millisecond)
	case d >= time.Millisecond:
		d = d.Round(time.Millisecond)
	}
	text := d.String()
	if rest, ok := strings.CutSuffix(text, "m0s"); ok {
		text = rest + "m"
	}
	return text
}
