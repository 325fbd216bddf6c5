package probes

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/redact"
)

const (
	// recheck is how often expectations are looked at again even if the session reports no change: styles
	// and layouts change without a trace in the document.
	recheck = 250 * time.Millisecond
	// breath is the least time between two looks.
	breath = 10 * time.Millisecond
)

// expectations looks at what the step expects and saves. Where the session's answers can change by
// themselves it looks again until wait.
func (s *stepRun) expectations(ctx, inner context.Context, wait time.Time) *Failure {
	if f := s.implicitStatus(); f != nil {
		return f
	}
	if len(s.st.Expect)+len(s.st.Save) == 0 {
		return nil
	}
	var last *Failure
	for {
		f := s.look(ctx, inner)
		if f == nil || f.Reason.Ours() {
			return f
		}
		if last == nil || inner.Err() == nil {
			// Otherwise the deadline cut this look short: the one before says more.
			last = f
		}
		more, f := s.awaitChange(ctx, inner, wait)
		if f != nil {
			return f
		}
		if !more {
			return last
		}
	}
}

// awaitChange waits until another look is worth it. It reports false when there is no point or no time.
func (s *stepRun) awaitChange(ctx, inner context.Context, wait time.Time) (bool, *Failure) {
	now := time.Now()
	bound := now.Add(recheck)
	if wait.Before(bound) {
		bound = wait
	}
	short, cancel := context.WithDeadline(inner, bound)
	defer cancel()
	err := s.sess.Changed(short)
	switch {
	case errors.Is(err, ErrStatic):
		return false, nil
	case ctx.Err() != nil:
		return false, cancelled("in the middle of the step")
	case inner.Err() != nil, !time.Now().Before(wait):
		return false, nil
	case err != nil && short.Err() == nil:
		return false, explain(ctx, inner, err, s.overdue)
	}
	return sleepUntil(inner, now.Add(breath)), nil
}

// look evaluates everything once.
func (s *stepRun) look(ctx, inner context.Context) *Failure {
	values, funcs, err := s.sess.Scope(inner)
	if err != nil {
		return explain(ctx, inner, err, s.overdue)
	}
	s.scope.Step, s.scope.Funcs = values, funcs
	for i := range s.st.Expect {
		if f := s.expect(ctx, inner, &s.st.Expect[i]); f != nil {
			return f
		}
	}
	return s.save(ctx, inner)
}

// expect evaluates one expectation; only true holds.
func (s *stepRun) expect(ctx, inner context.Context, e *journeys.Expr) *Failure {
	v := e.Check(inner, &s.scope)
	if v.Holds && v.Err == nil {
		return nil
	}
	if v.Err != nil {
		f := s.unevaluated(ctx, inner, "expected", e, v.Err)
		if f.Reason == Assertion && e.Uses("status") {
			f.Reason = Status
		}
		return f
	}
	f := &Failure{Reason: Assertion, Expected: v.Expected, Got: v.Got}
	if f.Expected == "" {
		f.Expected = e.Source
	}
	f.Message = fmt.Sprintf("expected %s, but %s", f.Expected, f.Got)
	if f.Got == "" {
		f.Message = "expected " + f.Expected
	}
	if e.Uses("status") {
		f.Reason = Status
	}
	return f
}

// save evaluates `save:`; the names exist only once all of them have a value.
func (s *stepRun) save(ctx, inner context.Context) *Failure {
	if len(s.st.Save) == 0 {
		return nil
	}
	values := make([]any, len(s.st.Save))
	for i := range s.st.Save {
		b := &s.st.Save[i]
		v, err := b.Expr.Need(inner, &s.scope)
		if err != nil {
			return s.unevaluated(ctx, inner, "save "+b.Name, &b.Expr, err)
		}
		values[i] = v
	}
	if s.scope.Vars == nil {
		s.scope.Vars = make(map[string]any, len(values))
	}
	for i, v := range values {
		s.scope.Vars[s.st.Save[i].Name] = v
		if s.st.Sensitive {
			s.hide(s.st.Save[i].Name, v)
		}
	}
	return nil
}

// hide makes what a sensitive step saved a secret.
func (s *stepRun) hide(name string, v any) {
	switch v.(type) {
	case nil, bool:
		return
	}
	if text := fmt.Sprint(v); len(text) >= redact.MinSought {
		s.redactor.Add(name, text)
	}
}

// unevaluated describes an expression that gave no value.
func (s *stepRun) unevaluated(ctx, inner context.Context, what string, e *journeys.Expr, err error) *Failure {
	var f *Failure
	if ctx.Err() != nil || inner.Err() != nil || errors.As(err, &f) {
		return explain(ctx, inner, err, s.overdue)
	}
	return unevaluated(what, e.Source, err)
}

// unevaluated says that what was to be evaluated from source could not be: the target gave something
// else than the journey's author was promised.
func unevaluated(what, source string, err error) *Failure {
	var m *journeys.MissingError
	if errors.As(err, &m) {
		f := missing(m)
		f.Message = fmt.Sprintf("%s %s, but %s", what, source, m)
		f.Expected = source
		return f
	}
	f := &Failure{
		Reason: Assertion, Expected: source, Got: err.Error(), Err: err,
		Message: fmt.Sprintf("%s %s: %s", what, source, err),
	}
	var unreadable *journeys.UnreadableError
	if errors.As(err, &unreadable) {
		f.Reason = Config
	}
	return f
}

// implicitStatus holds an HTTP step that says nothing about the status to one below 400.
func (s *stepRun) implicitStatus() *Failure {
	if s.res.HTTP == nil || s.res.HTTP.Status < 400 {
		return nil
	}
	if _, ok := s.st.Action.(*journeys.Request); !ok {
		return nil
	}
	for i := range s.st.Expect {
		if s.st.Expect[i].Uses("status") {
			return nil
		}
	}
	got := strings.TrimSpace(fmt.Sprintf("%d %s", s.res.HTTP.Status, http.StatusText(s.res.HTTP.Status)))
	return &Failure{
		Reason: Status, Expected: "status < 400", Got: "status is " + got,
		Message: "the server answered " + got,
	}
}
