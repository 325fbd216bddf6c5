package probes

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/spans"
)

const (
	// openTime bounds the opening of a session. It is our own time: it counts neither for the step nor
	// for the journey.
	openTime = 30 * time.Second
	// closeTime bounds the closing of one.
	closeTime = 5 * time.Second
	// killGrace is what a driver gets beyond all its deadlines.
	killGrace = 5 * time.Second
)

// attempt is one pass through the steps, while it runs. Except for the atomic fields it belongs to one
// goroutine.
type attempt struct {
	r        *Runner
	j        *journeys.Journey
	runID    string
	trace    *spans.Trace
	begun    time.Time
	scope    journeys.Scope
	redactor *Redactor
	sessions []*session
	// signedIn is the session that the journey begins with, or nil.
	signedIn *kept
	// active is the session used last: its cookies are the current ones.
	active *session
	// opening is the time spent opening sessions.
	opening time.Duration
	// pictures are the artifacts that steps asked for.
	pictures  []Artifact
	published map[string]any
	// portrait says that this attempt's portrait is taken if it is good; looks and lastPage are what it is made of.
	portrait bool
	looks    []Look
	lastPage []string
	drawn    *Portrait
	out      Attempt

	// settled is the verdict as far as it is known, for abandon.
	settled   atomic.Pointer[finished]
	current   atomic.Pointer[journeys.Step]
	abandoned atomic.Bool
}

// finished is an attempt and what it published.
type finished struct {
	Attempt
	published map[string]any
	portrait  *Portrait
}

// identity says which run an attempt belongs to, and which of its attempts it is.
type identity struct {
	run    string
	number int
	trace  *spans.Trace
}

func newAttempt(r *Runner, j *journeys.Journey, id identity) *attempt {
	begun := time.Now()
	return &attempt{
		r: r, j: j, runID: id.run, trace: id.trace, begun: begun, portrait: r.portraitDue(j.Name),
		out: Attempt{
			Number: id.number, StartedAt: wall(begun),
			Steps: make([]StepResult, 0, j.CountSteps()),
		},
	}
}

func (a *attempt) timeout() time.Duration { return cmp.Or(a.j.Timeout, a.r.o.Timeout) }

// killAfter is the end of all deadlines.
func (a *attempt) killAfter() time.Duration {
	o := &a.r.o
	sessions := time.Duration(len(o.Drivers))
	all := a.timeout() + o.EvidenceTime + o.FinallyTime + sessions*(openTime+closeTime) + killGrace
	if vaulted(a.j) {
		all += secretTime
	}
	return all
}

// abandon gives what is known of an attempt whose goroutine did not come back.
func (a *attempt) abandon() finished {
	a.abandoned.Store(true)
	where := "before its first step"
	if st := a.current.Load(); st != nil {
		where = fmt.Sprintf("in step %q", st.Name)
	}
	a.r.o.Log.Error("abandoned a run that did not end after all its deadlines", "journey", a.j.Name,
		"run", a.runID, "where", where)
	if f := a.settled.Load(); f != nil {
		return *f
	}
	return finished{Attempt: Attempt{
		Number: a.out.Number, StartedAt: wall(a.begun), Outcome: Error,
		Failure: &Failure{
			Reason:  Internal,
			Message: fmt.Sprintf("the run did not end within %s and was abandoned %s", short(a.killAfter()), where),
		},
	}}
}

// run never panics.
func (a *attempt) run(ctx context.Context) (f finished) {
	defer func() {
		if p := recover(); p != nil {
			a.out.Outcome, a.out.Failure, a.published = Error, cleanFailure(a.redactor, panicked(p)), nil
			a.r.o.Log.Error("an attempt panicked", "journey", a.j.Name, "run", a.runID, "err", a.out.Failure.Err)
		}
		a.collectTraced()
		a.closeSessions(ctx)
		f = finished{Attempt: a.out, published: a.published, portrait: a.drawn}
	}()
	if unable := a.prepare(ctx); unable != nil {
		a.out.Outcome, a.out.Failure = Error, cleanFailure(a.redactor, unable)
		a.skip(a.j.Steps, place{}, StepNotRun)
		return
	}
	failed := a.steps(ctx)
	a.measure(ctx)
	if failed == nil {
		a.saveSession(ctx)
		a.publish(ctx)
	}
	a.settle()
	if a.wantsEvidence(failed) {
		a.collect(ctx, failed)
	}
	a.settle()
	a.takePortrait()
	a.finally(ctx)
	a.keepPictures()
	return
}

// prepare reads the secrets and evaluates the vars: what it cannot is a fault of the configuration.
func (a *attempt) prepare(ctx context.Context) *Failure {
	a.redactor = NewRedactor(nil)
	if ctx.Err() != nil {
		return cancelled("before its first step")
	}
	a.scope.Env, a.scope.Dir = a.r.o.Env, a.j.Dir
	a.scope.Run = map[string]any{
		"id": a.runID, "journey": a.j.Name, "location": a.r.o.Location,
		"deployment": a.r.o.Deployment, "attempt": a.out.Number,
	}
	if a.r.o.Environment != "" {
		a.scope.Run["environment"] = a.r.o.Environment
	}
	if a.r.o.Published != nil {
		a.scope.Journeys = a.r.o.Published()
	}
	if f := a.readSecrets(ctx); f != nil {
		return f
	}
	if a.signedIn != nil {
		a.signedIn.hide(a.redactor, a.j.Session.Use)
	}
	return a.evaluateVars(ctx)
}

// steps runs the steps until one fails, and returns that one.
func (a *attempt) steps(ctx context.Context) (failed *journeys.Step) {
	defer func() { a.out.Duration = time.Since(a.begun) - a.opening }()
	return a.sequence(ctx, a.j.Steps, place{})
}

// sequence runs steps one after another until one fails, and returns that one; those after it are listed as not
// run.
func (a *attempt) sequence(ctx context.Context, steps []journeys.Step, p place) (failed *journeys.Step) {
	for i := range steps {
		st := &steps[i]
		failed = a.perform(ctx, st, p)
		p.index += st.Size()
		if failed != nil {
			a.skip(steps[i+1:], p, StepNotRun)
			return failed
		}
	}
	return nil
}

// perform runs one step, with all that it holds. Only what stands in no other step decides the attempt: whether a
// member's failure counts is known when its group ends.
func (a *attempt) perform(ctx context.Context, st *journeys.Step, p place) (failed *journeys.Step) {
	from := len(a.out.Steps)
	if len(st.Members()) > 0 {
		failed = a.holds(ctx, st, p)
	} else if a.out.Steps = append(a.out.Steps, a.step(ctx, st, p)); a.out.Steps[from].Status == StepFailed {
		failed = st
	}
	if p.depth > 0 {
		return failed
	}
	for _, s := range a.out.Steps[from:] {
		a.decide(s)
	}
	if failed != nil && a.out.Failure == nil {
		a.decide(StepResult{Name: st.Name, Status: StepFailed, Failure: &Failure{Reason: Internal, Message: "a step failed and nothing says why"}})
	}
	return failed
}

// add keeps a step's result and lets it decide the attempt.
func (a *attempt) add(s StepResult) {
	a.out.Steps = append(a.out.Steps, s)
	a.decide(s)
}

// decide lets a step's result decide the attempt if it is the first to have something against it. A group that
// failed with its member has no failure of its own.
func (a *attempt) decide(s StepResult) {
	var outcome Outcome
	switch {
	case s.Failure == nil:
		return
	case s.Status == StepFailed && s.Failure.Reason.Ours() && !s.Finally:
		outcome = Error
	case s.Status == StepFailed && !s.Finally && a.j.ThirdParty.Tolerates(s.Failure.ThirdParty):
		// The rest was not looked at, so it is no plain pass; and nobody is woken for what is not ours to mend.
		a.out.Outcome, a.out.Step, a.out.Failure = Degraded, s.Name, s.Failure
		return
	case s.Status == StepFailed && !s.Finally:
		outcome = Failed
	case s.Status == StepFailed, s.Status == StepSlow && !s.Finally:
		outcome = Degraded
	default:
		return
	}
	if a.out.Failure == nil || !s.Finally && outcome != Degraded {
		a.out.Outcome, a.out.Step, a.out.Failure = outcome, s.Name, s.Failure
	}
}

// settle records the verdict once the steps and publish are over.
func (a *attempt) settle() {
	if a.out.Failure == nil {
		a.out.Outcome = Passed
	}
	known := finished{Attempt: a.out, published: a.published}
	known.Steps = slices.Clip(known.Steps)
	a.settled.Store(&known)
}

// skip lists steps, and all that they hold, as not run or skipped.
func (a *attempt) skip(steps []journeys.Step, p place, status StepStatus) {
	for i := range steps {
		st := &steps[i]
		s := StepResult{
			Name: st.Name, Verb: st.Action.Verb(), Status: status, Finally: p.finally, Depth: p.depth,
			Offset: time.Since(a.begun), Budget: st.Budget.Time,
		}
		a.out.Steps = append(a.out.Steps, s)
		a.observe(st, p, &s)
		inner := p
		inner.index, inner.depth = p.index+1, p.depth+1
		a.skip(st.Members(), inner, status)
		p.index += st.Size()
	}
}

// publish evaluates what other journeys may read. A value that is not there fails the attempt in a step
// of its own: a journey that promised it has not kept its word.
func (a *attempt) publish(ctx context.Context) {
	if len(a.j.Publish) == 0 {
		return
	}
	begun := time.Now()
	ctx, cancel := context.WithTimeout(ctx, a.r.o.StepTimeout)
	defer cancel()
	a.scope.Step, a.scope.Funcs = nil, nil
	values := make(map[string]any, len(a.j.Publish))
	for i := range a.j.Publish {
		b := &a.j.Publish[i]
		v, err := b.Expr.Need(ctx, &a.scope)
		if err == nil {
			v = cleanValue(a.redactor, v)
			err = publishable(v)
		}
		if err != nil {
			f := unevaluated("publish "+b.Name, b.Expr.Source, err)
			a.add(StepResult{
				Name: "publish", Verb: "publish", Status: StepFailed, Failure: cleanFailure(a.redactor, f),
				Offset: begun.Sub(a.begun), Duration: time.Since(begun),
			})
			return
		}
		if v != nil {
			values[b.Name] = v
		}
	}
	a.published = values
}

// publishable refuses what could not be stored or is too much to be passed around.
func publishable(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("not a value of JSON: %w", err)
	}
	if len(text) > maxPublished {
		return fmt.Errorf("%d bytes of JSON, at most %d can be published", len(text), maxPublished)
	}
	return nil
}

// finally runs all finally steps whatever happens, and whatever happened to ctx. Each is sure of an equal
// share of the time that is left.
func (a *attempt) finally(ctx context.Context) {
	if len(a.j.Finally) == 0 {
		return
	}
	ctx = context.WithoutCancel(ctx)
	end := time.Now().Add(a.r.o.FinallyTime)
	p := place{finally: true}
	for i := range a.j.Steps {
		p.index += a.j.Steps[i].Size()
	}
	for i := range a.j.Finally {
		now := time.Now()
		p.limit = now.Add(end.Sub(now) / time.Duration(len(a.j.Finally)-i))
		a.perform(ctx, &a.j.Finally[i], p)
		p.index += a.j.Finally[i].Size()
	}
}

// observe tells a step's beginning or end to whoever watches.
func (a *attempt) observe(st *journeys.Step, p place, result *StepResult) {
	if a.r.o.Observe == nil || a.abandoned.Load() {
		return
	}
	a.r.o.Observe(Progress{
		Attempt: a.out.Number, Index: p.index, Total: a.j.CountSteps(),
		Step: st, Finally: p.finally, Depth: p.depth, Result: result,
	})
}
