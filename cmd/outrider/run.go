package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/outrider-monitor/outrider/exporter/traces"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/probes"
)

// runCommand is `outrider run`.
type runCommand struct {
	Journeys    []string          `arg:"" name:"journey" help:"Journey files, or names of journeys of the configuration."`
	Config      string            `short:"c" placeholder:"FILE" help:"The monitor's file; outrider.yaml where you are, if there is one."`
	Environment string            `name:"env" placeholder:"NAME" help:"The environment whose variables the journeys have."`
	Headed      bool              `help:"Show the browser."`
	JSON        bool              `help:"Print the results as JSON, one a line, instead of the steps."`
	JUnit       string            `name:"junit" placeholder:"FILE" help:"Write a JUnit report."`
	Artifacts   string            `placeholder:"DIR" help:"Keep results and pictures here, of passed runs too (without it, those of runs that did not pass are kept in .outrider/runs)."`
	Var         map[string]string `placeholder:"NAME=VALUE" help:"Set a variable of vars; may be repeated."`
}

// Run runs the journeys one after another.
func (k *runCommand) Run(c *console) error {
	config, wanted, err := k.find()
	if err != nil {
		return err
	}
	if err := k.checkVars(wanted); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait for the finally steps

	var show shower = newLive(c)
	if k.JSON {
		show = jsonLines{json.NewEncoder(c.out)}
	}
	published := map[string]map[string]any{}
	drivers, closeDrivers, err := newDrivers(config, k.Headed, discard())
	if err != nil {
		return err
	}
	defer closeDrivers()
	v, _ := buildVersion()
	tracer, err := config.NewTraces(environment(), v, discard(), nil)
	if err != nil {
		return started(err)
	}
	runner := probes.NewRunner(probes.Options{
		Drivers: drivers, Env: environment(), Secrets: newKeeper(config), Location: config.Location, Deployment: config.Deployment, Environment: config.Environment, Vars: k.Var,
		Timeout: config.Defaults.Timeout, StepTimeout: config.Defaults.StepTimeout, Control: config.Control,
		Saver: func(session string) *journeys.Journey {
			return journeys.Saver(append(slices.Clone(wanted), config.Journeys...), session)
		},
		Published: func() map[string]map[string]any { return published },
		UserAgent: userAgent(), Observe: show.progress, Trace: config.Tracing(environment()),
	})
	var results []probes.Result
	for i := range wanted {
		j := &wanted[i]
		show.begin(j)
		r := runner.Run(ctx, j, probes.Request{Trigger: "command", DueAt: time.Now()})
		published[j.Name] = r.Published
		if tracer != nil {
			tracer.Observe(j, &r)
		}
		kept, err := k.keep(&r)
		if err != nil {
			return err
		}
		kept.trace = first(config.TraceURL(r.TraceID), r.TraceID)
		show.end(j, &r, kept, k.reproduce(j))
		if results = append(results, r); ctx.Err() != nil {
			break
		}
	}
	flushTraces(c, tracer)
	if k.JUnit != "" {
		if err := writeJUnit(k.JUnit, results); err != nil {
			return err
		}
	}
	return verdict(results)
}

// flushTime is for the traces of the runs; a collector that does not answer is no reason to wait for it.
const flushTime = 3 * time.Second

// flushTraces sends what the runs have left, and says what could not be sent. The verdict is what it is.
func flushTraces(c *console, tracer *traces.Exporter) {
	if tracer == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	if err := tracer.Flush(ctx); err != nil {
		fmt.Fprintf(c.err, "outrider: warning: %s\n", err)
	}
}

// verdict gives the exit code: a broken journey weighs more than one that could not be judged.
func verdict(results []probes.Result) error {
	code := codePassed
	for _, r := range results {
		switch {
		case r.Outcome == probes.Failed:
			code = codeFailed
		case r.Outcome == probes.Error && code != codeFailed:
			code = codeUnjudged
		}
	}
	if code == codePassed {
		return nil
	}
	return &failure{code: code}
}

// checkVars refuses a variable that no journey has: a typing mistake would run the journey against the wrong
// place.
func (k *runCommand) checkVars(wanted []journeys.Journey) error {
	known := map[string]bool{}
	var names []string
	for _, j := range wanted {
		for _, v := range j.Vars {
			if !known[v.Name] {
				known[v.Name] = true
				names = append(names, v.Name)
			}
		}
	}
	for name := range k.Var {
		if !known[name] {
			return usage(fmt.Sprintf("no journey has a variable %q", name), document.DidYouMean(name, names))
		}
	}
	return nil
}

// reproduce is the command that does the same again.
func (k *runCommand) reproduce(j *journeys.Journey) string {
	words := []string{program(), "run", quote(j.File)}
	if k.Config != "" {
		words = append(words, "-c", quote(k.Config))
	}
	if k.Environment != "" {
		words = append(words, "--env", quote(k.Environment))
	}
	for _, name := range slices.Sorted(maps.Keys(k.Var)) {
		words = append(words, "--var", quote(name+"="+k.Var[name]))
	}
	return strings.Join(words, " ")
}

// quote makes one word of a text for the shell, where it needs that.
func quote(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return !strings.ContainsRune("-_./:=@%+,", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func userAgent() string {
	v, _ := buildVersion()
	return "Outrider/" + strings.TrimPrefix(strings.NewReplacer("(", "", ")", "").Replace(v), "v")
}

func discard() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }
