package probes

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/secrets"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// Options configure a Runner.
type Options struct {
	Drivers  []Driver
	Location string
	// Deployment is visible as run.deployment.
	Deployment string
	// Environment is visible as run.environment; empty: that is missing.
	Environment string
	// Env looks up environment variables for env.X and for secrets. Nil: os.LookupEnv.
	Env func(string) (string, bool)
	// Secrets keeps what services keep. Nil: a journey with a secret of a service ends in an error.
	Secrets *secrets.Keeper
	// Vars override `vars:` (outrider run --var k=v).
	Vars map[string]string
	// StepTimeout and Timeout are used where the journey says nothing. Zero: 10s, 60s.
	StepTimeout, Timeout time.Duration
	// EvidenceTime and FinallyTime are reserved beyond the journey's timeout. Zero: 5s, 15s.
	EvidenceTime, FinallyTime time.Duration
	// Control targets decide between failed and offline. Empty: no check.
	Control []string
	// Sessions are what journeys have signed in for others; nil: the runner's own. Saver finds the journey that signs in
	// for a session; may be nil.
	Sessions *Sessions
	Saver    func(session string) *journeys.Journey
	// Published gives what other journeys published; may be nil.
	Published func() map[string]map[string]any
	// LastGood gives the portrait of a journey's last good run, or nil; it is asked when a step of the browser has
	// failed. Without it no portraits are taken.
	LastGood func(ctx context.Context, journey string) *Portrait
	// PortraitEvery is how often a good run's portrait is taken. Zero: 15m.
	PortraitEvery time.Duration
	// Trace says which runs leave a trace in OpenTelemetry. Nil: none.
	Trace *spans.Options
	// UserAgent is the product token of every request. Empty: Outrider/1.0.
	UserAgent string
	// Observe, when set, hears each step begin and end, one after another (`outrider run`).
	Observe func(Progress)
	// Log hears what has no place in a Result: a session that did not close, a panic's stack, a secret
	// that is too short to be sought in texts. Nil: nobody.
	Log *slog.Logger
}

// Progress is a step beginning (Result nil) or ending. A step that is not run because an earlier one
// failed only ends. The secrets are already removed from Result.
type Progress struct {
	Attempt int
	// Index counts from 0 through the steps and then the finally steps; Total is the number of both.
	Index   int
	Total   int
	Step    *journeys.Step
	Finally bool
	// Depth is the number of groups that the step stands in.
	Depth  int
	Result *StepResult
}

// Request says which run is wanted.
type Request struct {
	Trigger   string
	DueAt     time.Time
	QueueWait time.Duration
	// Confirm is how often a failed attempt is repeated at once.
	Confirm int
}

// Runner runs journeys. It may run several at once.
type Runner struct {
	o       Options
	control *controlCheck
	// warned holds journey and secret of the warnings already given.
	warned sync.Map
	// taken is when a journey's portrait was taken last.
	taken sync.Map
}

// NewRunner makes a Runner.
func NewRunner(o Options) *Runner {
	o.StepTimeout = cmp.Or(o.StepTimeout, 10*time.Second)
	o.Timeout = cmp.Or(o.Timeout, time.Minute)
	o.EvidenceTime = cmp.Or(o.EvidenceTime, 5*time.Second)
	o.FinallyTime = cmp.Or(o.FinallyTime, 15*time.Second)
	o.PortraitEvery = cmp.Or(o.PortraitEvery, portraitEvery)
	o.UserAgent = cmp.Or(o.UserAgent, "Outrider/1.0")
	if o.Env == nil {
		o.Env = os.LookupEnv
	}
	if o.Sessions == nil {
		o.Sessions = NewSessions()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Runner{o: o, control: newControlCheck(o.Control)}
}

// Run runs the journey: attempts until one does not fail or Confirm is used up. An attempt that ended in
// Error for a fault of the browser is repeated once too. Cancelling ctx ends the steps (outcome Error,
// reason Cancelled) but finally steps still run, in bounded time.
//
// A failed finally step changes neither a failed nor an error outcome; it makes a passed run Degraded, with
// the step's failure as the reason: what a journey leaves behind in production is worth knowing, but it
// pages nobody.
func (r *Runner) Run(ctx context.Context, j *journeys.Journey, req Request) (res Result) {
	begun := time.Now()
	res = Result{
		RunID: uuid.Must(uuid.NewV7()).String(), Journey: j.Name, Team: j.Team,
		Location: r.o.Location, Trigger: req.Trigger,
		DueAt: wall(req.DueAt), StartedAt: wall(begun), QueueWait: req.QueueWait,
	}
	if res.DueAt.IsZero() {
		res.DueAt = res.StartedAt
	}
	defer func() {
		if p := recover(); p != nil {
			res.Outcome, res.Step, res.Failure, res.Published = Error, "", panicked(p), nil
			r.o.Log.Error("running a journey panicked", "journey", j.Name, "err", res.Failure.Err)
		}
		res.EndedAt = res.StartedAt.Add(time.Since(begun))
	}()
	trace := r.o.Trace.Begin()
	r.attempts(ctx, j, req.Confirm, trace, &res)
	if trace != nil && (trace.Sampled || !res.Outcome.Good() || len(res.Attempts) > 1) {
		res.TraceID = trace.ID.String()
	}
	return res
}

// attempts repeats the journey as far as its policy wants it, and lets the last attempt decide.
func (r *Runner) attempts(ctx context.Context, j *journeys.Journey, confirm int, trace *spans.Trace, res *Result) {
	browserFaults := 0
	for number := 1; ; number++ {
		done := r.begun(ctx, j, identity{res.RunID, number, trace.Of(number)})
		r.checkOnline(ctx, &done.Attempt)
		res.Attempts = append(res.Attempts, done.Attempt)
		res.Outcome, res.Step, res.Failure, res.Published = done.Outcome, done.Step, done.Failure, done.published
		res.Portrait = done.portrait
		switch {
		case done.Outcome == Failed && confirm > 0:
			confirm--
		case done.Outcome == Error && done.Failure != nil && done.Failure.Reason == BrowserFault && browserFaults == 0:
			browserFaults++
		default:
			return
		}
		if ctx.Err() != nil {
			res.Outcome = Error
			res.Failure = cancelled(fmt.Sprintf("before a second attempt could confirm: %s", res.Failure.Message))
			return
		}
	}
}

// begun signs in where the journey begins signed in, and runs the steps once. What an attempt fails with may be the
// session's fault: it is not used again.
func (r *Runner) begun(ctx context.Context, j *journeys.Journey, id identity) finished {
	k, unable := r.signIn(ctx, j, id)
	if unable != nil {
		return finished{Attempt: *unable}
	}
	a := newAttempt(r, j, id)
	a.signedIn = k
	done := r.await(ctx, a)
	if k != nil && done.Outcome == Failed {
		r.o.Sessions.drop(j.Session.Use)
	}
	return done
}

// attempt runs the steps once, beside the caller: a driver that does not return although its time is up
// is left behind, so that it cannot stop the journey for ever.
func (r *Runner) attempt(ctx context.Context, j *journeys.Journey, id identity) finished {
	return r.await(ctx, newAttempt(r, j, id))
}

func (r *Runner) await(ctx context.Context, a *attempt) (done finished) {
	if r.o.Secrets != nil && vaulted(a.j) {
		// The attempt that confirms a failure reads them afresh: they may have been changed where they are kept.
		defer func() {
			if done.Outcome == Failed {
				r.o.Secrets.Doubt(a.j.Secrets)
			}
		}()
	}
	if r.punctual(a.j) {
		_ = deepen(a.out.Number)
		return a.run(ctx)
	}
	ended := make(chan finished, 1)
	go func() {
		_ = deepen(a.out.Number)
		ended <- a.run(ctx)
	}()
	kill := time.NewTimer(a.killAfter())
	defer kill.Stop()
	select {
	case f := <-ended:
		return f
	case <-kill.C:
		return a.abandon()
	}
}

// wall gives a time as it is stored: UTC, without the monotonic clock.
func wall(t time.Time) time.Time { return t.UTC().Round(0) }
