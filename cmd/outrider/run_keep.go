package main

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/outrider-monitor/outrider/probes"
)

// evidence says where the files of a run lie.
type evidence struct {
	files []string
	// trace is where the run's trace is, or its id; empty if there is none.
	trace string
}

// keep writes what is known of a run: of every run where the user asked for it, else of those that did not pass.
func (k *runCommand) keep(r *probes.Result) (evidence, error) {
	if k.Artifacts == "" && r.Outcome.Good() {
		return evidence{}, nil
	}
	dir, err := k.folder(r)
	if err != nil {
		return evidence{}, err
	}
	var e evidence
	for _, a := range r.Attempts {
		if a.Evidence == nil {
			continue
		}
		for _, artifact := range a.Evidence.Artifacts {
			file := filepath.Join(dir, filepath.Base(artifact.Name))
			if err := os.WriteFile(file, artifact.Data, 0o600); err != nil {
				return evidence{}, fmt.Errorf("keeping the evidence: %w", err)
			}
			e.files = append(e.files, file)
		}
	}
	file := filepath.Join(dir, "result.json")
	text, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.WriteFile(file, append(text, '\n'), 0o600)
	}
	if err != nil {
		return evidence{}, fmt.Errorf("keeping the result: %w", err)
	}
	e.files = append(e.files, file)
	return e, nil
}

// folder makes the folder of a run; where the present one cannot be written to, among the temporary files.
func (k *runCommand) folder(r *probes.Result) (string, error) {
	if k.Artifacts != "" {
		dir := filepath.Join(k.Artifacts, r.RunID)
		return dir, os.MkdirAll(dir, 0o700)
	}
	dir := filepath.Join(".outrider", "runs", r.RunID)
	if os.MkdirAll(dir, 0o700) == nil {
		return dir, nil
	}
	return os.MkdirTemp("", "outrider-run-")
}

// The JUnit format as Jenkins and GitLab read it: a suite for each run, a case for each step.
type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string      `xml:"name,attr"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Errors    int         `xml:"errors,attr"`
	Skipped   int         `xml:"skipped,attr"`
	Time      string      `xml:"time,attr"`
	Timestamp string      `xml:"timestamp,attr"`
	Cases     []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string     `xml:"classname,attr"`
	Name    string     `xml:"name,attr"`
	Time    string     `xml:"time,attr"`
	Failure *junitText `xml:"failure,omitempty"`
	Error   *junitText `xml:"error,omitempty"`
	Skipped *struct{}  `xml:"skipped,omitempty"`
}

type junitText struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func writeJUnit(file string, results []probes.Result) error {
	var all junitSuites
	for i := range results {
		all.Suites = append(all.Suites, junitOf(&results[i]))
	}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err == nil {
		err = os.WriteFile(file, append([]byte(xml.Header), append(text, '\n')...), 0o644)
	}
	if err != nil {
		return fmt.Errorf("writing the JUnit report: %w", err)
	}
	return nil
}

func junitOf(r *probes.Result) junitSuite {
	s := junitSuite{Name: r.Journey, Time: secondsText(r.EndedAt.Sub(r.StartedAt).Seconds()), Timestamp: r.StartedAt.Format("2006-01-02T15:04:05")}
	if last := r.Last(); last != nil {
		for _, step := range last.Steps {
			s.add(junitCase{Class: r.Journey, Name: step.Name, Time: secondsText(step.Duration.Seconds())}, step.Status, step.Failure)
		}
	}
	if r.Failure != nil && s.Failures+s.Errors == 0 && !r.Outcome.Good() {
		// The run ended before a step could say why.
		s.add(junitCase{Class: r.Journey, Name: "run", Time: s.Time}, probes.StepFailed, r.Failure)
	}
	return s
}

func (s *junitSuite) add(c junitCase, status probes.StepStatus, f *probes.Failure) {
	s.Tests++
	switch {
	case status == probes.StepNotRun || status == probes.StepSkipped:
		c.Skipped = &struct{}{}
		s.Skipped++
	case status == probes.StepFailed && f != nil:
		text := &junitText{Type: string(f.Reason), Message: f.Message, Text: strings.TrimSpace("expected " + f.Expected + "\ngot      " + f.Got)}
		if f.Reason.Ours() {
			c.Error = text
			s.Errors++
		} else {
			c.Failure = text
			s.Failures++
		}
	}
	s.Cases = append(s.Cases, c)
}

func secondsText(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }
