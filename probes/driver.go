package probes

import (
	"context"
	"errors"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// ErrStatic is what Changed returns when what Scope gives cannot change without another Do.
var ErrStatic = errors.New("the session's answers do not change by themselves")

// Driver opens sessions for one family of verbs. It must be safe for use by several runs at once.
type Driver interface {
	// Handles reports whether the driver does this action.
	Handles(journeys.Action) bool
	// Open starts a session for one attempt. It is called at the first step that needs it. ctx bounds
	// the opening only, not the session's life. A *Failure of a monitor's reason makes the run an error.
	Open(ctx context.Context, o SessionOptions) (Session, error)
}

// SessionOptions are the conditions of one attempt.
type SessionOptions struct {
	Journey *journeys.Journey
	RunID   string
	// StartedAt is the start of the attempt: offsets in evidence count from it.
	StartedAt time.Time
	// UserAgent is the product token that says that the traffic is synthetic, such as Outrider/1.0.
	// Browsers append it to their own; HTTP sends it as it is. Every request to the hosts of the
	// journey's own URLs also bears the header X-Outrider-Run: RunID.
	UserAgent string
	// Redactor knows the secrets of the attempt: what it must cover in a picture. Never nil. It may come to
	// know more while the attempt runs (what a sensitive step saves), so ask it when a picture is taken.
	Redactor *Redactor
	// Film asks for a film of the attempt, for its evidence.
	Film bool
	// Trace is the attempt's in OpenTelemetry: what its requests to the journey's own hosts tell them in the header
	// traceparent, as far as Trace.Goes. Nil: nothing is told, and no request recorded.
	Trace *spans.Trace
}

// Session is one attempt's browser context or HTTP client. It is used by one goroutine at a time.
type Session interface {
	// Do performs the step's action once and returns when it is done or ctx ends. Waiting for elements
	// is part of it; expectations are not. Failures are *Failure; a deadline that hits while it waits is
	// reported as the last obstacle in words, not as "deadline exceeded".
	Do(ctx context.Context, call Call) (Done, error)
	// Scope gives what the step's expressions see now: the Step values and, in a browser, Funcs.
	Scope(ctx context.Context) (journeys.Names, journeys.PageFuncs, error)
	// Changed blocks until what Scope gives may have changed, or ctx ends. A session whose answers
	// cannot change without another Do (HTTP) returns ErrStatic at once.
	Changed(ctx context.Context) error
	// Cookies and SetCookies share cookies between the sessions of an attempt. The runner calls them between
	// steps, when the kind of session changes. SetCookies makes the session's cookies exactly these: one
	// that the other session has deleted goes away here too.
	Cookies(ctx context.Context) ([]Cookie, error)
	SetCookies(ctx context.Context, cookies []Cookie) error
	// Diagnose looks at a failure the runner is about to report, with what the session saw during the
	// step, and may return a more exact one (script, blocked, browser...). It returns f otherwise.
	Diagnose(ctx context.Context, f *Failure) *Failure
	// Evidence is called after a step failed, in time reserved for it. It adds what it has. name is the
	// base of artifact names, without an extension, such as attempt-1.
	Evidence(ctx context.Context, name string, e *Evidence)
	// Close ends the session and frees what it holds, within ctx.
	Close(ctx context.Context) error
}

// Traced is a session that records the requests of a traced attempt, in any order. It is asked once, at the end.
type Traced interface {
	Traced() []spans.Request
}

// Call is one step as a driver sees it.
type Call struct {
	Step *journeys.Step
	// Scope evaluates the step's templates.
	Scope *journeys.Scope
	// Pass counts from 0 the times that the action is done for one try of the step ([Done.Again]).
	Pass int
}

// Done is what an action reports beside having succeeded or failed.
type Done struct {
	Drift string
	HTTP  *HTTPInfo
	// Artifact is a picture that the step asked for. The runner makes its name unique and safe.
	Artifact *Artifact
	// Again asks for one more pass once the expectations hold for this one, as where both families of addresses are
	// to be shown to work.
	Again bool
	// RetryAfter is how long the target wants to be left alone; a retry does.
	RetryAfter time.Duration
}
