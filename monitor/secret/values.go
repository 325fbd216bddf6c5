package secret

import "github.com/outrider-monitor/outrider/journeys/document"

// Values reads the secrets of one part of the configuration, and remembers what is wrong with them. Path is where that part
// stands, Lookup finds environment variables.
type Values struct {
	Path     string
	Lookup   func(string) (string, bool)
	problems document.Problems
}

// Get gives the value; of the zero Source, nothing.
func (v *Values) Get(s Source) string {
	if s.IsZero() {
		return ""
	}
	text, err := s.Read(v.Lookup)
	if err != nil {
		v.Wrong(s, err)
	}
	return text
}

// Wrong says that what was read from a source cannot be used.
func (v *Values) Wrong(s Source, err error) {
	p := document.Problem{Pos: s.Pos, Path: v.Path, Message: err.Error()}
	if s.Env != "" {
		p.Hint = "export " + s.Env + "=... before the monitor is started"
	}
	v.problems = append(v.problems, p)
}

// Err is all that is wrong, as document.Problems; nil: nothing.
func (v *Values) Err() error { return v.problems.Err() }
