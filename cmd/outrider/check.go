package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor"
)

// checkCommand is `outrider check`.
type checkCommand struct {
	Paths []string `arg:"" optional:"" name:"path" help:"Files and folders; without any, the folder you are in."`
	JSON  bool     `help:"Print the problems as JSON."`
}

// Help is shown below the usage.
func (*checkCommand) Help() string {
	return `In a folder, YAML files with a key "journey" and files named outrider.yaml are checked, with all that a
configuration names; other YAML is left alone. A file that is named is always checked.`
}

// Run checks everything and prints every problem at once.
func (k *checkCommand) Run(c *console) error {
	problems, err := k.check()
	if err != nil {
		return err
	}
	if k.JSON {
		if err := printJSON(c, problems); err != nil {
			return err
		}
	} else {
		c.problems(c.out, problems)
	}
	if len(problems) == 0 {
		return nil
	}
	if k.JSON {
		return &failure{code: codeUsage}
	}
	return &failure{code: codeUsage, err: errors.New(countProblems(problems))}
}

func (k *checkCommand) check() (document.Problems, error) {
	paths := k.Paths
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var found findings
	for _, path := range paths {
		before := found.count()
		if err := found.look(path); err != nil {
			return nil, usage(fmt.Sprintf("checking %q: %s", fileOf(err, path), pathless(err)), "")
		}
		if found.count() == before {
			return nil, usage(fmt.Sprintf("there is nothing to check in %q", path), `want YAML files with a key "journey", or an outrider.yaml`)
		}
	}
	return found.problems()
}

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
	return regexp.MustCompile(`(?m)^["']?` + key + `["']?[ \t]*:`).Match(src)
}

// problems checks configurations first; the journeys that they name are not checked again.
func (f *findings) problems() (document.Problems, error) {
	var all document.Problems
	checked := map[string]bool{}
	add := func(err error) error {
		var problems document.Problems
		if err != nil && !errors.As(err, &problems) {
			return usage(pathless(err), "")
		}
		all = append(all, problems...)
		return nil
	}
	for _, file := range f.configs {
		config, err := monitor.Load(file)
		if err := add(err); err != nil {
			return nil, err
		}
		for _, file := range config.Files {
			checked[file] = true
		}
	}
	for _, file := range f.journeys {
		if checked[file] {
			continue
		}
		src, err := os.ReadFile(file)
		if err == nil {
			_, err = loaderFor(file).Parse(file, src)
		}
		if err := add(err); err != nil {
			return nil, err
		}
	}
	return all.Sorted(), nil
}

// jsonProblem is a problem as `--json` prints it.
type jsonProblem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func printJSON(c *console, problems document.Problems) error {
	list := make([]jsonProblem, len(problems))
	for i, p := range problems {
		list[i] = jsonProblem{p.Pos.File, p.Pos.Line, p.Pos.Column, p.Path, p.Message, p.Hint}
	}
	enc := json.NewEncoder(c.out)
	enc.SetIndent("", "  ")
	return enc.Encode(list)
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
