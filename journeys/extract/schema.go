package extract

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// maxSchema bounds a schema's file.
const maxSchema = 4 << 20

// Schema is a JSON Schema in a file. It is read when it is first needed, and again when the file has changed.
type Schema struct {
	name string

	mu       sync.Mutex
	path     string
	changed  time.Time
	compiled *jsonschema.Schema
}

// NewSchema names a schema; its file is not looked at yet.
func NewSchema(name string) *Schema { return &Schema{name: name} }

func (s *Schema) String() string { return s.name }

// UnreadableError says that a schema cannot be used: a fault of who wrote it, not of who is held to it.
type UnreadableError struct{ Err error }

func (e *UnreadableError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *UnreadableError) Unwrap() error { return e.Err }

// Validate holds a value to the schema, whose relative name starts at dir. The error says the first three places where
// the value is not as the schema wants it.
func (s *Schema) Validate(dir string, value any) error {
	compiled, err := s.load(dir)
	if err != nil {
		return &UnreadableError{fmt.Errorf("the schema %s: %w", s.name, err)}
	}
	err = compiled.Validate(value)
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return err
	}
	return errors.New(describe(invalid))
}

func (s *Schema) load(dir string) (*jsonschema.Schema, error) {
	path := s.name
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.compiled != nil && s.path == path && s.changed.Equal(info.ModTime()) {
		return s.compiled, nil
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(files{})
	compiler.AssertFormat()
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	compiled, err := compiler.Compile("file://" + absolute)
	if err != nil {
		return nil, err
	}
	s.path, s.changed, s.compiled = path, info.ModTime(), compiled
	return compiled, nil
}

// files reads schemas from files alone: a $ref does not make the monitor ask the network.
type files struct{}

// Load reads one schema.
func (files) Load(url string) (any, error) {
	path, ok := strings.CutPrefix(url, "file://")
	if !ok {
		return nil, fmt.Errorf("%s is not a file, and nothing else is loaded", url)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxSchema {
		return nil, fmt.Errorf("%s is not a file of at most %d bytes", path, maxSchema)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxSchema))
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(text))
}

// describe names the innermost causes: /items/0/price: got string, want number.
func describe(e *jsonschema.ValidationError) string {
	const most = 3
	var parts []string
	more := 0
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		if len(e.Causes) > 0 {
			for _, cause := range e.Causes {
				walk(cause)
			}
			return
		}
		if len(parts) == most {
			more++
			return
		}
		parts = append(parts, leaf(e))
	}
	walk(e)
	text := strings.Join(parts, "; ")
	if more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

func leaf(e *jsonschema.ValidationError) string {
	at := "json"
	for _, part := range e.InstanceLocation {
		at += "/" + part
	}
	text := e.Error()
	if i := strings.LastIndex(text, "': "); i >= 0 {
		text = text[i+3:]
	}
	return at + ": " + text
}
