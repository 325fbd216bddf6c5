package probes

import (
	"cmp"
	"context"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
)

// group is one step that holds others, while it runs: its own clock, which its members cannot outrun.
type group struct {
	*stepRun
	// at is where its own result stands in the attempt's, before those of its members.
	at int
	// opened is the time that had been spent opening sessions when it began: that is no one's time.
	opened time.Duration
}

// holds runs a step that holds others, and says which of all its steps failed, if one did.
func (a *attempt) holds(ctx context.Context, st *journeys.Step, p place) (failed *journeys.Step) {
	g := &group{at: len(a.out.Steps), opened: a.opening}
	res := StepResult{
		Name: st.Name, Verb: st.Action.Verb(), Finally: p.finally, Depth: p.depth, Budget: st.Budget.Time, Offset: time.Since(a.begun),
	}
	a.current.Store(st)
	a.observe(st, p, nil)
	a.out.Steps = append(a.out.Steps, res)
	g.stepRun = &stepRun{attempt: a, st: st, res: &res, place: p}
	f, failed := g.perform(ctx)
	if !g.start.IsZero() {
		res.Duration = time.Since(g.start)
	}
	if failed == nil {
		g.judge(f)
	} else if res.Status = StepFailed; st.Optional && !a.ours(g.at) {
		res.Status, failed = StepTolerated, nil
		a.tolerate(g.at + 1)
	}
	if res.Status == StepFailed && failed == nil {
		failed = st
	}
	cleanStep(a.redactor, &res)
	a.out.Steps[g.at] = res
	a.observe(st, p, &res)
	return failed
}

// perform runs the members once, or as `retry` says. A failure is the group's own; a member that failed has its own
// result.
func (g *group) perform(ctx context.Context) (f *Failure, failed *journeys.Step) {
	defer func() {
		if p := recover(); p != nil {
			f, failed = panicked(p), nil
			g.r.o.Log.Error("a step panicked", "journey", g.j.Name, "run", g.runID, "step", g.st.Name,
				"err", g.redactor.String(f.Err.Error()))
		}
	}()
	if ctx.Err() != nil {
		return cancelled("before the step began"), nil
	}
	runs, f := g.decide(ctx)
	if f != nil || !runs {
		g.skipMembers(f == nil)
		return f, nil
	}
	g.begin()
	if g.st.Retry == nil {
		return g.members(ctx)
	}
	every := cmp.Or(g.st.Retry.Every, time.Second)
	giveUp := g.start.Add(g.st.Retry.For)
	for {
		g.res.Tries++
		next := time.Now().Add(every)
		f, failed := g.members(ctx)
		again := failed != nil && !g.ours(g.at) || f != nil && !f.Reason.Ours()
		if !again || ctx.Err() != nil || next.After(giveUp) || !g.until(ctx, next) {
			return f, failed
		}
		g.out.Steps = g.out.Steps[:g.at+1]
	}
}

// until waits for the next try, and reports false if the group's time or the run ends first.
func (g *group) until(ctx context.Context, next time.Time) bool {
	limit := g.bound()
	if !limit.IsZero() && !next.Before(limit) {
		return false
	}
	return sleepUntil(ctx, next)
}

// decide evaluates the `if`; one that looks at the page opens it as the first member with a page would.
func (g *group) decide(ctx context.Context) (bool, *Failure) {
	if g.st.If == nil {
		return true, nil
	}
	if !journeys.LooksAtPage(*g.st.If) {
		return g.wanted(ctx)
	}
	page := &stepRun{attempt: g.attempt, st: withPage(g.st), res: g.res, place: g.place}
	if f := page.openSession(ctx); f != nil {
		return false, f
	}
	g.sess = page.sess
	inner, cancel := context.WithTimeout(ctx, g.r.o.StepTimeout)
	defer cancel()
	if f := g.shareCookies(ctx, inner); f != nil {
		return false, f
	}
	return g.wantedByPage(ctx, inner)
}

// withPage is the first of the steps in st that the browser does.
func withPage(st *journeys.Step) *journeys.Step {
	held := st.Members()
	for i := range held {
		if found := withPage(&held[i]); found != nil {
			return found
		}
	}
	if len(held) == 0 && journeys.IsBrowser(st.Action) {
		return st
	}
	return nil
}

// begin starts the group's clock.
func (g *group) begin() {
	g.start = time.Now()
	g.res.Offset = g.start.Sub(g.begun)
	g.within = g.st.Timeout
}

// bound is the end of the group's time, or of the one around it if that is earlier; zero where there is none. The
// journey's bound is each step's own affair.
func (g *group) bound() time.Time {
	var own time.Time
	if g.within > 0 {
		own = g.start.Add(g.within + g.opening - g.opened)
	}
	if around := g.place.group; around != nil {
		return earlier(own, around.bound())
	}
	return own
}

// timed is the group, of this and those around it, whose time is over first.
func (g *group) timed() *group {
	first := g
	for around := g; around != nil; around = around.place.group {
		if around.within > 0 && around.bound().Equal(g.bound()) {
			first = around
		}
	}
	return first
}

// earlier is the earlier of two times, of those that are set.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func (g *group) members(ctx context.Context) (f *Failure, failed *journeys.Step) {
	p := g.place
	p.index, p.depth, p.group = p.index+1, p.depth+1, g
	if use, ok := g.st.Action.(*journeys.Use); ok {
		return g.fragment(ctx, use, p)
	}
	return nil, g.sequence(ctx, g.st.Members(), p)
}

// skipMembers lists the members of a group that does not run.
func (g *group) skipMembers(wanted bool) {
	p := g.place
	p.index, p.depth = p.index+1, p.depth+1
	status := StepNotRun
	if wanted {
		status = StepSkipped
	}
	g.skip(g.st.Members(), p, status)
}

// ours reports whether the results from index on hold a failure of the monitor's own.
func (a *attempt) ours(from int) bool {
	for _, s := range a.out.Steps[from:] {
		if s.Failure != nil && s.Failure.Reason.Ours() {
			return true
		}
	}
	return false
}

// tolerate makes the failures from index on those of an optional step.
func (a *attempt) tolerate(from int) {
	for i := from; i < len(a.out.Steps); i++ {
		if a.out.Steps[i].Status == StepFailed {
			a.out.Steps[i].Status = StepTolerated
		}
	}
}
