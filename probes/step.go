package probes

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
)

// maxPasses bounds how often a driver may ask to do an action again: there are two families of addresses.
const maxPasses = 2

// place is where a step stands. limit is the deadline of a finally step; the other steps' limit is the
// journey's. group is what holds the step, depth how many do.
type place struct {
	index   int
	depth   int
	finally bool
	limit   time.Time
	group   *group
}

// stepRun is one step, while it runs.
type stepRun struct {
	*attempt
	st     *journeys.Step
	res    *StepResult
	place  place
	sess   *session
	start  time.Time
	limit  time.Time
	within time.Duration
	// retryAfter is how long the target wants to be left alone after the last try.
	retryAfter time.Duration
}

// step runs one step from `if` to budget. It never panics; its result holds no secrets.
func (a *attempt) step(ctx context.Context, st *journeys.Step, p place) StepResult {
	res := StepResult{
		Name: st.Name, Verb: st.Action.Verb(), Finally: p.finally, Depth: p.depth, Budget: st.Budget.Time,
		Offset: time.Since(a.begun),
	}
	a.current.Store(st)
	a.observe(st, p, nil)
	s := &stepRun{attempt: a, st: st, res: &res, place: p}
	f := s.perform(ctx)
	if !s.start.IsZero() {
		res.Duration = time.Since(s.start)
	}
	if f == nil && res.Status == "" && st.Budget.OfPage() {
		res.Page = s.settled(ctx)
	}
	s.judge(f)
	s.remember(ctx)
	s.still(ctx)
	cleanStep(a.redactor, &res)
	a.observe(st, p, &res)
	return res
}

// judge sets the step's status from its failure, if there is one, and its budget.
func (s *stepRun) judge(f *Failure) {
	res := s.res
	switch {
	case f != nil && s.st.Sensitive:
		f = withoutValues(f)
	case f == nil && res.Status == "":
		res.Status = StepPassed
		if over := overBudget(&s.st.Budget, res.Duration, res.Page); over != nil {
			res.Status, res.Failure = StepSlow, over
		}
		return
	}
	if f == nil {
		return
	}
	res.Failure, res.Status = f, StepFailed
	// What is wrong with the monitor itself is wrong for the steps that follow too.
	if s.st.Optional && !f.Reason.Ours() {
		res.Status = StepTolerated
	}
}

// withoutValues hides what a sensitive step saw. Other reasons than these show nothing that it saw.
func withoutValues(f *Failure) *Failure {
	switch f.Reason {
	case Assertion:
		return &Failure{Reason: Assertion, Message: "an expectation of a sensitive step does not hold", Expected: f.Expected, ThirdParty: f.ThirdParty}
	case Locator, Script:
		return &Failure{Reason: f.Reason, Message: f.Message, Expected: f.Expected, ThirdParty: f.ThirdParty}
	}
	return f
}

// perform does the step and returns why it failed, or nil.
func (s *stepRun) perform(ctx context.Context) (f *Failure) {
	defer func() {
		if p := recover(); p != nil {
			f = panicked(p)
			s.r.o.Log.Error("a step panicked", "journey", s.j.Name, "run", s.runID, "step", s.st.Name,
				"err", s.redactor.String(f.Err.Error()))
		}
	}()
	if ctx.Err() != nil {
		return cancelled("before the step began")
	}
	if s.st.If != nil && !journeys.LooksAtPage(*s.st.If) {
		// Known before a session is needed: a step that is skipped starts no browser.
		if runs, f := s.wanted(ctx); f != nil || !runs {
			return f
		}
	}
	if f := s.openSession(ctx); f != nil {
		return f
	}
	s.begin()
	if !time.Now().Before(s.limit) {
		return s.overdue()
	}
	inner, cancel := context.WithDeadline(ctx, s.limit)
	defer cancel()
	if f := s.shareCookies(ctx, inner); f != nil {
		return f
	}
	if s.st.If != nil && journeys.LooksAtPage(*s.st.If) {
		if runs, f := s.wantedByPage(ctx, inner); f != nil || !runs {
			return f
		}
	}
	if f = s.tries(ctx, inner); f != nil {
		f = s.diagnose(ctx, f)
	}
	return f
}

// begin starts the step's clock and sets its deadline.
func (s *stepRun) begin() {
	s.start = time.Now()
	s.res.Offset = s.start.Sub(s.begun)
	s.within = s.st.Timeout
	if s.within == 0 {
		s.within = s.r.o.StepTimeout
		if s.st.Retry != nil {
			s.within += s.st.Retry.For
		}
	}
	s.limit = s.start.Add(s.within)
	limit := s.place.limit
	if !s.place.finally {
		limit = s.begun.Add(s.timeout() + s.opening)
	}
	if limit.Before(s.limit) {
		s.limit = limit
	}
	if s.place.group != nil {
		s.limit = earlier(s.limit, s.place.group.bound())
	}
}

// overdue describes the deadline that has passed.
func (s *stepRun) overdue() *Failure {
	if s.start.IsZero() {
		return &Failure{Reason: Config, Message: "evaluating it took too long"}
	}
	elapsed := time.Since(s.start)
	f := &Failure{Reason: Timeout, Expected: "at most " + short(s.within), Got: "not done after " + short(elapsed)}
	switch whole := s.limit.Before(s.start.Add(s.within)); {
	case whole && s.place.group != nil && !s.limit.Before(s.place.group.bound()):
		g := s.place.group.timed()
		f.Message = fmt.Sprintf("the %s of %q were over %s into this step", short(g.within), g.st.Name, short(elapsed))
		f.Expected = fmt.Sprintf("all of %q in at most %s", g.st.Name, short(g.within))
	case whole && s.place.finally:
		f.Message = fmt.Sprintf("the time for finally steps was over %s into this step", short(elapsed))
	case whole:
		f.Message = fmt.Sprintf("the journey's %s were over %s into this step", short(s.timeout()), short(elapsed))
		f.Expected = "the whole journey in at most " + short(s.timeout())
	default:
		f.Message = fmt.Sprintf("the step was not done within %s", short(s.within))
	}
	return f
}

// wanted evaluates an `if` that needs no page.
func (s *stepRun) wanted(ctx context.Context) (bool, *Failure) {
	inner, cancel := context.WithTimeout(ctx, s.r.o.StepTimeout)
	defer cancel()
	s.scope.Step, s.scope.Funcs = nil, nil
	return s.decided(ctx, inner)
}

// wantedByPage evaluates an `if` by the page as it is now; it waits for nothing.
func (s *stepRun) wantedByPage(ctx, inner context.Context) (bool, *Failure) {
	values, funcs, err := s.sess.Scope(inner)
	if err != nil {
		return false, prefixed("if: ", explain(ctx, inner, err, s.overdue))
	}
	s.scope.Step, s.scope.Funcs = values, funcs
	return s.decided(ctx, inner)
}

func (s *stepRun) decided(ctx, inner context.Context) (bool, *Failure) {
	v := s.st.If.Check(inner, &s.scope)
	if v.Err != nil {
		return false, s.unevaluated(ctx, inner, "if", s.st.If, v.Err)
	}
	if !v.Holds {
		s.res.Status = StepSkipped
	}
	return v.Holds, nil
}

// tries does the step until its expectations hold: once, or as `retry` says.
func (s *stepRun) tries(ctx, inner context.Context) *Failure {
	retry := s.st.Retry
	if retry == nil {
		return s.try(ctx, inner, s.limit)
	}
	every := cmp.Or(retry.Every, time.Second)
	giveUp := s.start.Add(retry.For)
	var last *Failure
	for {
		s.res.Tries++
		next := time.Now().Add(every)
		wait := next
		if next.After(giveUp) {
			wait = giveUp
		}
		s.retryAfter = 0
		f := s.tryBounded(ctx, inner, wait)
		if f == nil || f.Reason.Ours() {
			return f
		}
		if after := time.Now().Add(s.retryAfter); after.After(next) {
			// The target said when it can be asked again. Later than the step's time is not at all.
			next = after
		}
		if last == nil || f.Reason != Timeout || inner.Err() == nil {
			// Otherwise the deadline only cut the last try short: what the ones before saw says more.
			last = f
		}
		if inner.Err() != nil || next.After(giveUp) || !sleepUntil(inner, next) {
			if ctx.Err() != nil {
				return cancelled("in the middle of the step")
			}
			return s.tried(last)
		}
	}
}

// tryBounded gives one try of several its own bound, so that one that hangs does not use up all the time.
func (s *stepRun) tryBounded(ctx, inner context.Context, wait time.Time) *Failure {
	bound := time.Now().Add(s.r.o.StepTimeout)
	if !bound.Before(s.limit) {
		return s.try(ctx, inner, wait)
	}
	inner, cancel := context.WithDeadline(inner, bound)
	defer cancel()
	return s.try(ctx, inner, wait)
}

func (s *stepRun) tried(f *Failure) *Failure {
	if s.res.Tries < 2 {
		return f
	}
	told := *f
	told.Message = fmt.Sprintf("%s (after %d tries in %s)", f.Message, s.res.Tries, short(time.Since(s.start)))
	return &told
}

// try does the action and looks at its expectations, until wait where they can still come true. An action that asks
// for it is done again, and held to them again.
func (s *stepRun) try(ctx, inner context.Context, wait time.Time) *Failure {
	for pass := 0; ; pass++ {
		again, f := s.pass(ctx, inner, wait, pass)
		if f != nil || !again {
			return f
		}
	}
}

func (s *stepRun) pass(ctx, inner context.Context, wait time.Time, pass int) (again bool, f *Failure) {
	s.scope.Step, s.scope.Funcs = nil, nil
	done, err := s.sess.Do(inner, Call{Step: s.st, Scope: &s.scope, Pass: pass})
	s.res.Drift, s.retryAfter = done.Drift, done.RetryAfter
	if done.HTTP != nil {
		s.res.HTTP = done.HTTP
	}
	if done.Artifact != nil && !s.st.Sensitive {
		s.res.Artifact = s.keep(*done.Artifact)
	}
	if err != nil {
		return false, explain(ctx, inner, err, s.overdue)
	}
	return done.Again && pass < maxPasses-1, s.expectations(ctx, inner, wait)
}

// diagnose lets the session say more about a failure of the target.
func (s *stepRun) diagnose(ctx context.Context, f *Failure) *Failure {
	if f.Reason == Cancelled || f.Reason == Internal || f.Reason == Config {
		return f
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.r.o.EvidenceTime)
	defer cancel()
	if better := s.sess.Diagnose(ctx, f); better != nil {
		f = better
	}
	return s.habitual(ctx, f)
}

// sleepUntil waits, and reports false if ctx ended first.
func sleepUntil(ctx context.Context, t time.Time) bool {
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// prefixed puts words before a failure's message.
func prefixed(words string, f *Failure) *Failure {
	told := *f
	told.Message = words + f.Message
	return &told
}
