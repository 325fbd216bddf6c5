package imports

import (
	"bytes"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/outrider-monitor/outrider/journeys/format"
)

// Result is what came of an import.
type Result struct {
	// YAML is one journey, or several as documents.
	YAML []byte
	// Notes say what was not carried over, or needs a person. Each is a comment in the YAML too.
	Notes []Note
}

// Note is something that a person should know, and where in the source it comes from.
type Note struct {
	Place string
	Text  string
}

// String is the line for a person.
func (n Note) String() string {
	if n.Place == "" {
		return n.Text
	}
	return n.Place + ": " + n.Text
}

// Options say what the source does not know.
type Options struct {
	// Name is the journey's name. Empty: made of what the source calls itself.
	Name string
	// Team owns the journey. Empty: a comment asks for it.
	Team string
	// Prometheus is the configuration of a Prometheus that drives blackbox_exporter: it knows the targets.
	Prometheus []byte
}

// MaxSize is the size of a source in bytes.
const MaxSize = 64 << 20

func tooBig(src []byte) error {
	if len(src) > MaxSize {
		return fmt.Errorf("the file has %d bytes, at most %d are read", len(src), MaxSize)
	}
	return nil
}

// finish writes the journeys and reads them again: what does not pass is not given out.
func finish(drafts []*draft) (Result, error) {
	var out bytes.Buffer
	var res Result
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	names := map[string]bool{}
	for _, d := range drafts {
		d.name = unused(names, d.name)
		if err := enc.Encode(d.node()); err != nil {
			return Result{}, fmt.Errorf("writing the journey %q: %w", d.name, err)
		}
		res.Notes = append(res.Notes, d.notes...)
	}
	if err := enc.Close(); err != nil {
		return Result{}, err
	}
	res.YAML = out.Bytes()
	if _, err := format.Parse("imported.yaml", res.YAML); err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return Result{}, fmt.Errorf("what it says cannot be made a journey: %s", first)
	}
	return res, nil
}

// unused makes a name that no other has.
func unused(taken map[string]bool, name string) string {
	free := name
	for i := 2; taken[free]; i++ {
		suffix := fmt.Sprintf("-%d", i)
		free = name[:min(len(name), 64-len(suffix))] + suffix
	}
	taken[free] = true
	return free
}
