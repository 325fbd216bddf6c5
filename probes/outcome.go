package probes

import "fmt"

// Outcome is the verdict on a run. Error is the zero value, so that a forgotten field never reports green.
type Outcome int

// The outcomes.
const (
	// Error: the monitor could not judge.
	Error Outcome = iota
	// Passed: every expectation held.
	Passed
	// Degraded: passed, but over a budget; or stopped by a third party whose failures are not the journey's.
	Degraded
	// Failed: the target broke its promise.
	Failed
)

var outcomeNames = [...]string{"error", "passed", "degraded", "failed"}

func (o Outcome) String() string {
	if o < 0 || int(o) >= len(outcomeNames) {
		return outcomeNames[Error]
	}
	return outcomeNames[o]
}

// Outcomes are all outcomes, in a fixed order.
func Outcomes() []Outcome { return []Outcome{Passed, Degraded, Failed, Error} }

// Good reports whether the target kept its promise.
func (o Outcome) Good() bool { return o == Passed || o == Degraded }

// MarshalText gives the name.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText accepts the names that MarshalText gives.
func (o *Outcome) UnmarshalText(text []byte) error {
	for i, name := range outcomeNames {
		if name == string(text) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("unknown outcome %q, want one of %q", text, outcomeNames)
}

// Reason says why a run is not passed. The set is closed.
type Reason string

// Reasons that lie with the target.
const (
	DNS         Reason = "dns"
	Connect     Reason = "connect"
	TLS         Reason = "tls"
	Timeout     Reason = "timeout"
	Status      Reason = "status"
	Assertion   Reason = "assertion"
	Locator     Reason = "locator"
	Navigation  Reason = "navigation"
	Script      Reason = "script"
	Blocked     Reason = "blocked"
	RateLimited Reason = "rate_limited"
	Slow        Reason = "slow"
)

// Reasons that lie with the monitor: the outcome is Error.
const (
	BrowserFault Reason = "browser"
	Offline      Reason = "offline"
	Resources    Reason = "resources"
	Config       Reason = "config"
	Cancelled    Reason = "cancelled"
	Internal     Reason = "internal"
)

// Reasons are all reasons, the target's first.
func Reasons() []Reason {
	return []Reason{DNS, Connect, TLS, Timeout, Status, Assertion, Locator, Navigation, Script, Blocked,
		RateLimited, Slow, BrowserFault, Offline, Resources, Config, Cancelled, Internal}
}

// Ours reports whether the reason lies with the monitor, not with the target.
func (r Reason) Ours() bool {
	switch r {
	case BrowserFault, Offline, Resources, Config, Cancelled, Internal:
		return true
	}
	return false
}

// Failure is why a step did not do what it should. Drivers return it; any other error of a driver is
// taken as Internal.
type Failure struct {
	Reason Reason `json:"reason"`
	// Message is one sentence for a person.
	Message string `json:"message"`
	// Expected and Got are short, and may be empty.
	Expected string `json:"expected,omitempty"`
	Got      string `json:"got,omitempty"`
	// ThirdParty are the hosts that the failure is put down to, because nothing of the journey's own failed.
	ThirdParty []string `json:"third_party,omitempty"`
	// Err is the cause, if there is one.
	Err error `json:"-"`
}

func (f *Failure) Error() string { return string(f.Reason) + ": " + f.Message }

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }
