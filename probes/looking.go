package probes

import (
	"context"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
)

const (
	// portraitEvery is how often a good run has its portrait taken: reading the page after each step costs time, and
	// pages seldom change.
	portraitEvery = 15 * time.Minute
	lookTime      = 2 * time.Second
)

// portraitDue reports whether a run is to have its portrait taken. The first one since the start always is.
func (r *Runner) portraitDue(journey string) bool {
	if r.o.LastGood == nil {
		return false
	}
	at, known := r.taken.Load(journey)
	return !known || time.Since(at.(time.Time)) >= r.o.PortraitEvery
}

// filmed reports whether the attempt is filmed: one that confirms a failure is unless nobody wants it, because its
// time does not matter and its evidence does.
func (a *attempt) filmed() bool {
	e := a.j.Evidence
	if e.Film != nil {
		return *e.Film && e.Wanted(true)
	}
	return a.out.Number > 1 && e.Wanted(true)
}

// still adds a picture to the film after a step that passed; the evidence has that of one that failed.
func (s *stepRun) still(ctx context.Context) {
	if s.res.Status != StepPassed && s.res.Status != StepSlow || s.place.finally || s.sess == nil || !s.filmed() {
		return
	}
	f, ok := s.sess.Session.(Filmer)
	if !ok {
		return
	}
	begun := time.Now()
	defer func() {
		s.opening += time.Since(begun)
		if p := recover(); p != nil {
			s.r.o.Log.Error("filming panicked", "journey", s.j.Name, "run", s.runID, "err", s.redactor.String(panicked(p).Err.Error()))
		}
	}()
	f.Still(ctx)
}

// remember adds what the session sees to the looks of the attempt.
func (s *stepRun) remember(ctx context.Context) {
	if !s.portrait || s.place.finally || s.res.Status != StepPassed && s.res.Status != StepSlow {
		return
	}
	l := s.glance(ctx, s.sess, s.st, false)
	if l == nil {
		return
	}
	// What a step acts upon is the page before it; a good click has often left it.
	seen := l.Page
	if acts(s.st.Action) && s.lastPage != nil {
		l.Page = s.lastPage
	}
	s.lastPage = seen
	s.looks = append(s.looks, *l)
}

// glance asks a session what its page looks like; nil if it cannot say. The time for that is ours.
func (a *attempt) glance(ctx context.Context, sess *session, st *journeys.Step, whole bool) *Look {
	if sess == nil || sess.failed != nil || st.Sensitive {
		return nil
	}
	looker, ok := sess.Session.(Looker)
	if !ok {
		return nil
	}
	begun := time.Now()
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer func() {
		cancel()
		a.opening += time.Since(begun)
		if p := recover(); p != nil {
			a.r.o.Log.Error("looking at a page panicked", "journey", a.j.Name, "run", a.runID, "err", a.redactor.String(panicked(p).Err.Error()))
		}
	}()
	l := settledLook(a.redactor, looker.Look(ctx, whole))
	l.Step = st.Name
	return &l
}

// acts reports whether a verb is about an element that is there before it, and may be gone after it.
func acts(action journeys.Action) bool {
	switch action.(type) {
	case *journeys.Goto, *journeys.Reload, *journeys.Back, *journeys.Forward, *journeys.See, *journeys.Gone,
		*journeys.WaitForURL, *journeys.Eval, *journeys.Screenshot:
		return false
	}
	return true
}

// takePortrait makes the portrait of a good attempt.
func (a *attempt) takePortrait() {
	if !a.portrait || !a.out.Outcome.Good() || a.cut() || len(a.looks) == 0 {
		return
	}
	p := &Portrait{RunID: a.runID, At: a.out.StartedAt, Steps: a.looks}
	a.drawn = p.bounded()
	a.r.taken.Store(a.j.Name, time.Now())
}

// cut reports whether the attempt ended before its last step.
func (a *attempt) cut() bool { return a.out.Failure != nil && len(a.out.Failure.ThirdParty) > 0 }

// compared compares the failed step with the last good run.
func (a *attempt) compared(ctx context.Context, failed *journeys.Step) *Difference {
	if a.r.o.LastGood == nil || failed == nil || failed.Sensitive || a.active == nil || !journeys.IsBrowser(failed.Action) {
		return nil
	}
	then := a.r.o.LastGood(ctx, a.j.Name)
	if then == nil {
		return nil
	}
	now := a.glance(ctx, a.active, failed, true)
	if now == nil {
		return nil
	}
	if d := compare(then, now); d != nil && !d.Empty() {
		return d
	}
	return nil
}
