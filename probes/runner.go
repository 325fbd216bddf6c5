package probes

import (
	"context"
	"log/slog"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
)

// Options configure a Runner.
type Options struct {
	Drivers  []Driver
	Location string
	// Deployment is visible as run.deployment.
	Deployment string
	// Env looks up environment variables for env.X and for secrets. Nil: os.LookupEnv.
	Env func(string) (string, bool)
	// Vars override `vars:` (outrider run --var k=v).
	Vars map[string]string
	// StepTimeout and Timeout are used where the journey says nothing. Zero: 10s, 60s.
	StepTimeout, Timeout time.Duration
	// EvidenceTime and FinallyTime are reserved beyond the journey's timeout. Zero: 5s, 15s.
	EvidenceTime, FinallyTime time.Duration
	// Control targets decide between failed and offline. Empty: no check.
	Control []string
	// Published gives what other journeys published; may be nil.
	Published func() map[string]map[string]any
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
	Result  *StepResult
}

// Request says which run is wanted.
type Request struct {
	Trigger   string
	DueAt     time.Time
	QueueWait time.Duration
	// Confirm is how often a failed attempt is repeated at once.
	Confirm int
}

// Runner runs journeys.
type Runner struct{ o Options }

// NewRunner makes a Runner.
func NewRunner(o Options) *Runner { return &Runner{o: o} }

// Run runs the journey: attempts until one does not fail or Confirm is used up. An attempt that ended in
// Error for a fault of the browser is repeated once too. Cancelling ctx ends the steps (outcome Error,
// reason Cancelled) but finally steps still run, in bounded time.
func (r *Runner) Run(ctx context.Context, j *journeys.Journey, req Request) Result { panic("contract") }
