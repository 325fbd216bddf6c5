package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// shower shows runs while they happen.
type shower interface {
	begin(j *journeys.Journey)
	progress(p probes.Progress)
	end(j *journeys.Journey, r *probes.Result, kept evidence, reproduce string)
}

// jsonLines prints each result as a line of JSON.
type jsonLines struct{ enc *json.Encoder }

func (s jsonLines) begin(*journeys.Journey)  {}
func (s jsonLines) progress(probes.Progress) {}
func (s jsonLines) end(_ *journeys.Journey, r *probes.Result, _ evidence, _ string) {
	s.enc.Encode(r)
}

// live is the step list for people.
type live struct {
	c       *console
	attempt int
	finally bool
	width   int
	// told says that the attempt's failure was shown beside its step; what is evaluated after the steps has no line.
	told bool
}

func newLive(c *console) *live { return &live{c: c} }

// widest is the widest column of step names.
const widest = 60

func (s *live) begin(j *journeys.Journey) {
	s.attempt, s.finally, s.width, s.told = 0, false, 0, false
	s.measure(j.Steps, 0)
	s.measure(j.Finally, 0)
	fmt.Fprintf(s.c.out, "%s  %s\n", s.c.bold(j.Name), j.Title)
}

// measure makes room for the names of steps and of those that they hold.
func (s *live) measure(steps []journeys.Step, depth int) {
	for i := range steps {
		s.width = min(max(s.width, 2*depth+len([]rune(steps[i].Name))), widest)
		s.measure(steps[i].Members(), depth+1)
	}
}

func (s *live) progress(p probes.Progress) {
	if p.Attempt != s.attempt {
		if s.attempt = p.Attempt; p.Attempt > 1 {
			fmt.Fprintf(s.c.out, "  once more, attempt %d\n", p.Attempt)
		}
		s.finally, s.told = false, false
	}
	if p.Finally && !s.finally {
		s.finally = true
		fmt.Fprintf(s.c.out, "  %s\n", s.c.faint("finally"))
	}
	held := len(p.Step.Members()) > 0
	if p.Result == nil && held {
		fmt.Fprintf(s.c.out, "  %s%s %s\n", strings.Repeat("  ", p.Depth), s.c.faint("▸"), p.Step.Name)
		return
	}
	if held && p.Result.Failure == nil && (p.Result.Status == probes.StepPassed || p.Result.Status == probes.StepFailed || p.Result.Status == probes.StepSkipped) {
		return // its members have told it
	}
	if p.Result == nil {
		if s.c.colour { // a terminal: the line is written over when the step ends
			fmt.Fprintf(s.c.out, "  %s %s\r", s.c.faint("…"), p.Step.Name)
		}
		return
	}
	r := p.Result
	if s.c.colour {
		fmt.Fprint(s.c.out, "\x1b[2K")
	}
	fmt.Fprintf(s.c.out, "  %s %s  %s%s\n", s.mark(r.Status), pad(strings.Repeat("  ", r.Depth)+r.Name, s.width), s.took(r), s.remarks(r))
	if r.Failure != nil {
		s.why(r.Failure)
	}
}

func (s *live) mark(status probes.StepStatus) string {
	switch status {
	case probes.StepPassed:
		return s.c.green("✓")
	case probes.StepSlow:
		return s.c.yellow("◷")
	case probes.StepFailed:
		return s.c.red("✗")
	case probes.StepTolerated:
		return s.c.yellow("~")
	}
	return s.c.faint("-")
}

func (s *live) took(r *probes.StepResult) string {
	switch r.Status {
	case probes.StepNotRun:
		return s.c.faint("  not run")
	case probes.StepSkipped:
		return s.c.faint("  skipped")
	}
	return fmt.Sprintf("%7.2f s", r.Duration.Seconds())
}

func (s *live) remarks(r *probes.StepResult) string {
	var remarks []string
	if r.Status == probes.StepSlow && r.Budget > 0 && r.Duration > r.Budget {
		remarks = append(remarks, fmt.Sprintf("over its budget of %s", r.Budget))
	} else if r.Status == probes.StepSlow {
		remarks = append(remarks, "over its budget")
	}
	if r.Status == probes.StepTolerated {
		remarks = append(remarks, "optional")
	}
	if r.Tries > 1 {
		remarks = append(remarks, fmt.Sprintf("%d tries", r.Tries))
	}
	if r.Drift != "" {
		remarks = append(remarks, "drift: "+r.Drift)
	}
	if len(remarks) == 0 {
		return ""
	}
	return "  " + s.c.faint(strings.Join(remarks, ", "))
}

// why says what a step expected and got.
func (s *live) why(f *probes.Failure) {
	s.told = true
	fmt.Fprintf(s.c.out, "      %s: %s\n", s.c.bold(string(f.Reason)), printable(f.Message))
	s.lines("expected", f.Expected)
	s.lines("got", f.Got)
}

func (s *live) lines(label, text string) {
	if text == "" {
		return
	}
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		if i > 0 {
			label = ""
		}
		fmt.Fprintf(s.c.out, "      %s %s\n", s.c.faint(pad(label, 8)), printable(line))
	}
}

func (s *live) end(j *journeys.Journey, r *probes.Result, kept evidence, reproduce string) {
	took := r.EndedAt.Sub(r.StartedAt)
	if took > time.Second {
		took = took.Round(10 * time.Millisecond)
	} else {
		took = took.Round(time.Millisecond)
	}
	word := r.Outcome.String()
	switch r.Outcome {
	case probes.Passed:
		word = s.c.green(word)
	case probes.Degraded:
		word = s.c.yellow(word)
	default:
		word = s.c.red(word)
	}
	fmt.Fprintf(s.c.out, "%s in %s", word, took)
	if f := r.Failure; f != nil {
		if r.Step != "" {
			fmt.Fprintf(s.c.out, " at %q", r.Step)
		}
		fmt.Fprintf(s.c.out, " (%s)", f.Reason)
	}
	fmt.Fprintln(s.c.out)
	if f := r.Failure; f != nil && !s.told {
		s.why(f)
	}
	if last := r.Last(); last != nil {
		s.numbers(last.Steps)
	}
	for _, file := range kept.files {
		fmt.Fprintf(s.c.out, "  %s %s\n", s.c.faint("evidence "), file)
	}
	if kept.trace != "" {
		fmt.Fprintf(s.c.out, "  %s %s\n", s.c.faint("trace    "), kept.trace)
	}
	if !r.Outcome.Good() {
		fmt.Fprintf(s.c.out, "  %s %s\n", s.c.faint("reproduce"), reproduce)
	}
	fmt.Fprintln(s.c.out)
}

func pad(s string, width int) string {
	r := []rune(s)
	if len(r) > width {
		return string(r[:max(0, width-1)]) + "…"
	}
	return s + strings.Repeat(" ", width-len(r))
}

func (c *console) bold(s string) string   { return c.paint("1", s) }
func (c *console) faint(s string) string  { return c.paint("2", s) }
func (c *console) red(s string) string    { return c.paint("31", s) }
func (c *console) green(s string) string  { return c.paint("32", s) }
func (c *console) yellow(s string) string { return c.paint("33", s) }
func (c *console) paint(code, s string) string {
	if !c.colour || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}
