package journeys

import (
	"errors"

	"github.com/outrider-monitor/outrider/journeys/extract"
)

// ErrNoAnswer is for functions that look into an answer where there is none.
var ErrNoAnswer = errors.New("there is no answer to look into")

// UnreadableError says that a file which an expression needs cannot be used: a fault of the monitor's surroundings.
type UnreadableError = extract.UnreadableError

// searched is a body with what was made of it.
type searched struct {
	body   string
	markup *extract.Markup
	err    error
}

// Markup gives the body as HTML or XML, parsed once for all expressions of a step.
func (s *Scope) Markup() (*extract.Markup, error) {
	value, found, err := s.Value("body", "")
	if err != nil {
		return nil, err
	}
	body, ok := value.(string)
	if !found || !ok {
		return nil, ErrNoAnswer
	}
	if s.searched == nil || s.searched.body != body {
		m, err := extract.ParseMarkup(body)
		s.searched = &searched{body, m, err}
	}
	return s.searched.markup, s.searched.err
}
