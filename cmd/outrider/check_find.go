package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/monitor"
)

// findings are the files that are to be checked.
type findings struct{ configs, journeys []string }

func (f *findings) count() int { return len(f.configs) + len(f.journeys) }

// look sorts a file, or those below a folder, by what they are.
func (f *findings) look(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return f.add(path, true)
	}
	return filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != path && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !monitor.IsYAML(d.Name()):
			return nil
		}
		if info, err := os.Stat(p); err == nil && !info.Mode().IsRegular() {
			return nil // a pipe would be waited for
		}
		return f.add(p, false)
	})
}

func (f *findings) add(file string, named bool) error {
	src, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	switch {
	case isConfig(file, src):
		f.configs = append(f.configs, filepath.Clean(file))
	case named || hasKey(src, "journey") || hasKey(src, "fragment"):
		f.journeys = append(f.journeys, filepath.Clean(file))
	}
	return nil
}

// isConfig reports whether the file is a monitor's file.
func isConfig(file string, src []byte) bool {
	base := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	return base == "outrider" || hasKey(src, "journeys") && !hasKey(src, "journey")
}

// hasKey looks for a top-level key without reading the YAML: a file that cannot be read must still be known for
// what it is.
func hasKey(src []byte, key string) bool {
	for line := range bytes.Lines(src) {
		line = bytes.TrimLeft(line, `"'`)
		if rest, ok := bytes.CutPrefix(line, []byte(key)); ok {
			if rest = bytes.TrimLeft(bytes.TrimLeft(rest, `"'`), " \t"); bytes.HasPrefix(rest, []byte(":")) {
				return true
			}
		}
	}
	return false
}

// checked is what was found to be there, and what is wrong with it.
type checked struct {
	problems document.Problems
	configs  []*monitor.Config
	// alone are the journeys of no configuration.
	alone []journeys.Journey
}

// check checks configurations first; the journeys that they name are not checked again.
func (f *findings) check() (*checked, error) {
	c := &checked{}
	seen := map[string]bool{}
	add := func(err error) error {
		var problems document.Problems
		if err != nil && !errors.As(err, &problems) {
			return usage(pathless(err), "")
		}
		c.problems = append(c.problems, problems...)
		return nil
	}
	for _, file := range f.configs {
		config, err := monitor.Load(file)
		if err := add(err); err != nil {
			return nil, err
		}
		c.configs = append(c.configs, config)
		c.problems = append(c.problems, config.Warnings...)
		for _, file := range config.Files {
			seen[file] = true
		}
	}
	loaders := loaders{}
	for _, file := range f.journeys {
		if seen[file] {
			continue
		}
		src, err := os.ReadFile(file)
		if err == nil {
			var js []journeys.Journey
			js, err = loaders.of(file).Parse(file, src)
			c.alone = append(c.alone, js...)
		}
		if err := add(err); err != nil {
			return nil, err
		}
	}
	for _, loader := range loaders {
		c.problems = append(c.problems, loader.Warnings()...)
	}
	c.problems = c.problems.Sorted()
	return c, nil
}

// loaders are one for each folder with fragments: files that say the same share what was made of it.
type loaders map[string]*format.Loader

func (all loaders) of(file string) *format.Loader {
	root := monitor.RootOf(file)
	if all[root] == nil {
		all[root] = &format.Loader{Read: monitor.FragmentReader(root)}
	}
	return all[root]
}

// fileOf is the file that an error is about, of those below path.
func fileOf(err error, path string) string {
	var wrong *fs.PathError
	if errors.As(err, &wrong) {
		return wrong.Path
	}
	return path
}

// pathless says an error of the file system without the name of the system call and the path that the message
// names anyway.
func pathless(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
