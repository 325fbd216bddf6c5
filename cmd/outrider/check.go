package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// checkCommand is `outrider check`.
type checkCommand struct {
	Paths   []string `arg:"" optional:"" name:"path" help:"Files and folders; without any, the folder you are in."`
	JSON    bool     `help:"Print the problems as JSON." xor:"form"`
	SARIF   bool     `name:"sarif" help:"Print the problems as SARIF 2.1.0, for CI." xor:"form"`
	Strict  bool     `help:"Let warnings fail the check too."`
	Allow   []string `placeholder:"NAME" help:"Leave out the warnings of this name; may be repeated."`
	Verbose bool     `short:"v" help:"Say when each journey runs, and how many Prometheus series there will be." xor:"form"`
}

// Help is shown below the usage.
func (*checkCommand) Help() string {
	return `In a folder, YAML files with a key "journey" or "fragment" and files named outrider.yaml are checked, with all that a
configuration names; other YAML is left alone. A file that is named is always checked.

A mistake keeps a file from being run: the exit code is 2. A warning says what is doubtful, such as a journey whose end
nobody looks at; the exit code stays 0 unless --strict is given.`
}

// Run checks everything and prints every problem at once.
func (k *checkCommand) Run(c *console) error {
	found, err := k.check()
	if err != nil {
		return err
	}
	problems := slices.DeleteFunc(found.problems, func(p document.Problem) bool {
		return p.Warning != "" && slices.Contains(k.Allow, p.Warning)
	})
	if err := k.print(c, problems); err != nil {
		return err
	}
	if k.Verbose {
		if err := found.describe(c.out); err != nil {
			return err
		}
	}
	failing := problems
	if !k.Strict {
		failing = slices.DeleteFunc(slices.Clone(problems), func(p document.Problem) bool { return p.Warning != "" })
	}
	switch {
	case len(failing) == 0:
		return nil
	case k.JSON || k.SARIF:
		return &failure{code: codeUsage}
	}
	return &failure{code: codeUsage, err: errors.New(countProblems(failing))}
}

func (k *checkCommand) print(c *console, problems document.Problems) error {
	switch {
	case k.JSON:
		return printJSON(c, problems)
	case k.SARIF:
		v, _ := buildVersion()
		return writeSARIF(c.out, problems, v)
	}
	c.problems(c.out, problems)
	return nil
}

func (k *checkCommand) check() (*checked, error) {
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
	return found.check()
}

// jsonProblem is a problem as `--json` prints it.
type jsonProblem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	// Severity is error or warning; Warning is the warning's name.
	Severity string        `json:"severity"`
	Warning  string        `json:"warning,omitempty"`
	Related  []jsonRelated `json:"related,omitempty"`
}

// jsonRelated is another place that a problem has to do with.
type jsonRelated struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

func printJSON(c *console, problems document.Problems) error {
	list := make([]jsonProblem, len(problems))
	for i, p := range problems {
		list[i] = jsonProblem{
			File: p.Pos.File, Line: p.Pos.Line, Column: p.Pos.Column, Path: p.Path, Message: p.Message, Hint: p.Hint,
			Severity: "error", Warning: p.Warning,
		}
		if p.Warning != "" {
			list[i].Severity = "warning"
		}
		for _, r := range p.Related {
			list[i].Related = append(list[i].Related, jsonRelated{r.Pos.File, r.Pos.Line, r.Pos.Column, r.Message})
		}
	}
	enc := json.NewEncoder(c.out)
	enc.SetIndent("", "  ")
	return enc.Encode(list)
}
