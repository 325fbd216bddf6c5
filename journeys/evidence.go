package journeys

// When says which attempts leave evidence.
type When string

// The choices. Attempts that did not pass is the zero value and the default.
const (
	OnFailure When = "failure"
	Always    When = "always"
	Never     When = "never"
)

// Evidence says what a journey's attempts leave behind for people.
type Evidence struct {
	// When is empty for OnFailure.
	When When
	// NoHAR leaves out the recording of the requests.
	NoHAR bool
	// Film says whether attempts are filmed. Nil: those that confirm a failure are.
	Film *bool
}

// Wanted reports whether an attempt that failed, or did not, is to leave evidence.
func (e Evidence) Wanted(failed bool) bool {
	return e.When == Always || failed && e.When != Never
}
