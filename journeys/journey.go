package journeys

import (
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// Journey is one customer journey, as its file says it. Name is its identity everywhere: in metrics, in
// dedup keys, in the database.
type Journey struct {
	Name     string
	Title    string
	Team     string
	Tags     []string
	Runbook  string
	Schedule Schedule
	// Timeout bounds the whole run of one attempt, finally steps apart. Zero: the monitor's default.
	Timeout time.Duration
	Vars    []Var
	// Environments are those in which variables have other values; see Choose.
	Environments []Environment
	Secrets      []Secret
	Browser      Browser
	// Evidence is what attempts leave behind; Mask is what is covered in it, in the page and all of its frames.
	Evidence Evidence
	Mask     Locators
	// ThirdParty says whose failures are not the journey's.
	ThirdParty ThirdParty
	Steps      []Step
	// Finally steps run after a pass, a failure, a timeout and SIGTERM alike.
	Finally []Step
	Publish []Binding
	Alert   Alert
	SLO     *SLO
	Session *Session

	// File is the path as it was given to Parse; Dir is the folder that relative paths start from.
	File string
	Dir  string
	Pos  document.Pos

	// references are the uses of other journeys' values, for CheckSet.
	References []Reference
	// depends are the places of Alert.DependsOn.
	Depends []Reference
}

// Reference is a place that names another journey, and a value that it publishes if name is not empty.
type Reference struct {
	Journey, Name string
	Pos           document.Pos
	Path          string
}

// Schedule says when a journey is due: Every or Cron, never both. Both empty: the monitor's default.
type Schedule struct {
	Every time.Duration
	// Cron is a five-field cron expression, read in Timezone.
	Cron string
	// Timezone is where the journey's hours are read: those of Cron and of its severity. Nil: UTC.
	Timezone *time.Location
}

// Var is one entry of `vars:`, evaluated once at the start of each attempt, in the order of the file.
type Var struct {
	Name  string
	Value Template
	Pos   document.Pos
}

// SLO is the objective of a journey: Objective percent of judged runs pass within Window.
type SLO struct {
	Objective float64
	Window    time.Duration
}

// Binding gives the value of an expression a name: an entry of `save:` or `publish:`.
type Binding struct {
	Name string
	Expr Expr
	Pos  document.Pos
}

// Retry repeats a step until its expectations hold: every Every, for at most For.
type Retry struct {
	Every, For time.Duration
}

// Step is one verb with its expectations.
type Step struct {
	// Name is what the author wrote, or a sentence made of the verb and its target. Never empty, and
	// unique within the journey (a second "Click Buy" is called "Click Buy (2)").
	Name   string
	Action Action
	// If, when present, decides whether the step runs.
	If *Expr
	// Timeout bounds the step, retries included. Zero: the default.
	Timeout time.Duration
	// Budget is what a passing step may cost before its run is degraded.
	Budget Budget
	Retry  *Retry
	// Expect holds what must be true. An HTTP step none of whose expectations uses status is held to a status
	// below 400 by the runner.
	Expect []Expr
	Save   []Binding
	// Dialog is one that the step must bring about.
	Dialog *Dialog
	// Download is a file that the step must bring about.
	Download *Download
	// Optional steps may fail without failing the run.
	Optional bool
	// Sensitive steps leave no values and no pictures in the evidence.
	Sensitive bool
	Pos       document.Pos
}
