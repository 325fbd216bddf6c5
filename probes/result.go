package probes

import (
	"time"

	"github.com/outrider-monitor/outrider/probes/spans"
)

// Result is everything that is known about one run. It is stored as JSON; times are UTC, durations
// nanoseconds. Secrets have been removed from every string before anyone sees it.
type Result struct {
	// RunID is unique and sorts by time (UUID version 7).
	RunID string `json:"run_id"`
	// TraceID is the run's trace in OpenTelemetry, 32 hexadecimal digits; empty if it leaves none.
	TraceID  string `json:"trace_id,omitempty"`
	Journey  string `json:"journey"`
	Team     string `json:"team,omitempty"`
	Location string `json:"location,omitempty"`
	// Trigger is what asked for the run: schedule, command, probe.
	Trigger string `json:"trigger,omitempty"`
	// DueAt is when the schedule wanted it; StartedAt minus DueAt is lateness and queue wait.
	DueAt     time.Time `json:"due_at"`
	StartedAt time.Time `json:"started_at"`
	EndedAt   time.Time `json:"ended_at"`
	// QueueWait is the part of the wait that was spent at our own gate.
	QueueWait time.Duration `json:"queue_wait,omitempty"`

	Outcome Outcome `json:"outcome"`
	// Muted says that the run fell into a maintenance window: it is recorded, nobody is paged, no budget burns.
	Muted bool `json:"muted,omitempty"`
	// Step is the name of the step that decided the outcome; empty when passed.
	Step string `json:"step,omitempty"`
	// Failure is why the run is not passed; nil when it is.
	Failure *Failure `json:"failure,omitempty"`

	// Attempts are all attempts, in order; the last one decides.
	Attempts []Attempt `json:"attempts"`
	// Published are the values of `publish:`, only of a good run.
	Published map[string]any `json:"published,omitempty"`
	// Portrait is what a good run looked like, if this one was asked. It is kept apart from the result.
	Portrait *Portrait `json:"-"`
}

// Duration is the wall time of the deciding attempt's steps, finally steps apart. Zero if none ran.
func (r *Result) Duration() time.Duration {
	if n := len(r.Attempts); n > 0 {
		return r.Attempts[n-1].Duration
	}
	return 0
}

// Last is the deciding attempt, or nil.
func (r *Result) Last() *Attempt {
	if n := len(r.Attempts); n > 0 {
		return &r.Attempts[n-1]
	}
	return nil
}

// Attempt is one pass through the steps.
type Attempt struct {
	Number    int           `json:"number"`
	StartedAt time.Time     `json:"started_at"`
	Duration  time.Duration `json:"duration"`
	Outcome   Outcome       `json:"outcome"`
	// Step and Failure as in Result.
	Step    string       `json:"step,omitempty"`
	Failure *Failure     `json:"failure,omitempty"`
	Steps   []StepResult `json:"steps"`
	// Evidence is present for attempts that did not pass.
	Evidence *Evidence `json:"evidence,omitempty"`
	// Requests are those of a traced run, secrets removed. They leave with its trace, and are not kept.
	Requests []spans.Request `json:"-"`
}

// StepStatus is what became of one step.
type StepStatus string

// The step statuses. Tolerated is an optional step that failed.
const (
	StepPassed    StepStatus = "passed"
	StepSlow      StepStatus = "slow"
	StepFailed    StepStatus = "failed"
	StepTolerated StepStatus = "tolerated"
	StepSkipped   StepStatus = "skipped"
	StepNotRun    StepStatus = "not_run"
)

// StepResult is what one step did.
type StepResult struct {
	Name string `json:"name"`
	Verb string `json:"verb"`
	// Finally marks the steps of `finally:`.
	Finally bool `json:"finally,omitempty"`
	// Depth is the number of groups that the step stands in. A group's own result comes before those of its steps;
	// where one of these failed it has no Failure of its own.
	Depth  int        `json:"depth,omitempty"`
	Status StepStatus `json:"status"`
	// Offset is from the start of the attempt.
	Offset   time.Duration `json:"offset"`
	Duration time.Duration `json:"duration"`
	// Budget is the step's budget of time.
	Budget time.Duration `json:"budget,omitempty"`
	// Tries is how often a step with `retry` ran; 0 and 1 mean once.
	Tries   int      `json:"tries,omitempty"`
	Failure *Failure `json:"failure,omitempty"`
	// Drift says which alternative locator was used, when it was not the first.
	Drift string    `json:"drift,omitempty"`
	HTTP  *HTTPInfo `json:"http,omitempty"`
	// Page are the numbers of a browser step; nil if it measured none.
	Page *PageNumbers `json:"page,omitempty"`
	// Artifact names what a screenshot step kept.
	Artifact string `json:"artifact,omitempty"`
}

// HTTPInfo are the measures of an HTTP step's last exchange.
type HTTPInfo struct {
	Method     string `json:"method"`
	URL        string `json:"url"`
	Status     int    `json:"status,omitempty"`
	Proto      string `json:"proto,omitempty"`
	RemoteAddr string `json:"remote_addr,omitempty"`
	Redirects  int    `json:"redirects,omitempty"`
	// BodyBytes counts the body as it is read, WireBytes as it came where it was compressed.
	BodyBytes int64 `json:"body_bytes,omitempty"`
	WireBytes int64 `json:"wire_bytes,omitempty"`
	// TLSVersion and Cipher are empty without TLS.
	TLSVersion string `json:"tls_version,omitempty"`
	Cipher     string `json:"cipher,omitempty"`
	// The phases of the last hop, spelled as blackbox_exporter spells them.
	Resolve    time.Duration `json:"resolve,omitempty"`
	Connect    time.Duration `json:"connect,omitempty"`
	TLS        time.Duration `json:"tls,omitempty"`
	Processing time.Duration `json:"processing,omitempty"`
	Transfer   time.Duration `json:"transfer,omitempty"`
	// CertificateExpiry is the earliest NotAfter of the chain; zero without TLS.
	CertificateExpiry time.Time `json:"certificate_expiry,omitzero"`
	// Hops are those before the last, in their order.
	Hops []Hop `json:"hops,omitempty"`
}

// Phases are the parts of one hop's time, spelled as blackbox_exporter spells them.
type Phases struct {
	Resolve    time.Duration `json:"resolve,omitempty"`
	Connect    time.Duration `json:"connect,omitempty"`
	TLS        time.Duration `json:"tls,omitempty"`
	Processing time.Duration `json:"processing,omitempty"`
}

// Hop is a request whose answer led to another: a redirect, or a challenge to say who asks.
type Hop struct {
	Method     string `json:"method"`
	URL        string `json:"url"`
	Status     int    `json:"status,omitempty"`
	Proto      string `json:"proto,omitempty"`
	RemoteAddr string `json:"remote_addr,omitempty"`
	Phases
	CertificateExpiry time.Time `json:"certificate_expiry,omitzero"`
}
