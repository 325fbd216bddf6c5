package secret

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// Source says where a value comes from that is not to be shown: an environment variable, a file, or the
// configuration itself. Printed, it names the place and never the value.
type Source struct {
	Env, File string
	Pos       document.Pos
	text      string
}

// Plain is a source that is the text itself, which stands in the configuration.
func Plain(text string, pos document.Pos) Source { return Source{text: text, Pos: pos} }

// IsZero reports whether nothing was configured.
func (s Source) IsZero() bool { return s.Env == "" && s.File == "" && s.text == "" }

// String names the place.
func (s Source) String() string {
	switch {
	case s.Env != "":
		return "the environment variable " + s.Env
	case s.File != "":
		return "the file " + s.File
	}
	return "the configuration"
}

// GoString hides the value from %#v too.
func (s Source) GoString() string { return "secret.Source{" + s.String() + "}" }

// Read gives the value. lookup finds environment variables.
func (s Source) Read(lookup func(string) (string, bool)) (string, error) {
	switch {
	case s.text != "":
		return s.text, nil
	case s.Env != "":
		value, ok := lookup(s.Env)
		if !ok || value == "" {
			return "", fmt.Errorf("%s is not set", s)
		}
		return value, nil
	case s.File != "":
		value, err := os.ReadFile(s.File)
		if err != nil {
			return "", fmt.Errorf("reading a secret: %w", err)
		}
		text := strings.TrimRight(string(value), "\r\n")
		if text == "" {
			return "", fmt.Errorf("%s is empty", s)
		}
		return text, nil
	}
	return "", errors.New("no place is configured")
}
