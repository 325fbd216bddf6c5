package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// deployCommand is `outrider deploy`: the gate of a release.
type deployCommand struct {
	remote
	Service string        `required:"" help:"What was released: its journeys are those that are tagged so."`
	Version string        `required:"" help:"Which version."`
	By      string        `placeholder:"NAME" help:"Who released it; the user who types."`
	Link    string        `placeholder:"URL" help:"Where to read about it."`
	Record  bool          `help:"Only record it: run nothing, and do not wait."`
	Timeout time.Duration `default:"10m" help:"How long to wait for the journeys."`
	JSON    bool          `help:"Print the answer as JSON."`
}

// deployAnswer is what the API answers.
type deployAnswer struct {
	Verdict string      `json:"verdict"`
	Runs    []deployRun `json:"runs"`
}

type deployRun struct {
	Journey      string     `json:"journey"`
	Outcome      string     `json:"outcome"`
	Step         string     `json:"step"`
	Message      string     `json:"message"`
	Seconds      float64    `json:"duration_seconds"`
	URL          string     `json:"url"`
	FailingSince *time.Time `json:"failing_since"`
}

// Run tells the monitor of the deploy and waits for its verdict.
func (k *deployCommand) Run(c *console) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, k.Timeout+callTime)
	defer cancel()
	ask := map[string]any{"service": k.Service, "version": k.Version, "by": somebody(k.By), "url": k.Link, "record_only": k.Record, "timeout": k.Timeout.String()}
	var raw json.RawMessage
	if err := k.call(ctx, "POST", "api/v1/deploys", ask, &raw); err != nil {
		return err
	}
	var a deployAnswer
	if err := json.Unmarshal(raw, &a); err != nil {
		return &failure{code: codeUnjudged, err: fmt.Errorf("the monitor's answer is not understood: %w", err)}
	}
	if k.JSON {
		fmt.Fprintf(c.out, "%s\n", raw)
	} else {
		for _, r := range a.Runs {
			fmt.Fprintln(c.out, r.line())
		}
	}
	switch {
	case k.Record:
		return nil
	case a.Verdict == "passed":
		return nil
	case a.Verdict == "failed":
		return &failure{code: codeFailed, err: a.failed(k.Service + " " + k.Version)}
	case a.Verdict == "untested":
		return usage(fmt.Sprintf("no journey is tagged %q: nothing was tested", k.Service), fmt.Sprintf("write tags: [%s] into the journeys that use it, or say --record", k.Service))
	}
	return &failure{code: codeUnjudged, err: fmt.Errorf("whether %s %s works could not be judged", k.Service, k.Version)}
}

// failed says which journeys the release broke. What failed before it says nothing of it.
func (a *deployAnswer) failed(release string) error {
	var broken, before []string
	for _, r := range a.Runs {
		switch {
		case r.Outcome != "failed":
		case r.FailingSince != nil:
			before = append(before, r.Journey)
		default:
			broken = append(broken, r.Journey)
		}
	}
	if len(broken) > 0 {
		return fmt.Errorf("%s after %s was deployed", fails(broken), release)
	}
	return fmt.Errorf("%s, as before %s: whether it works cannot be seen", fails(before), release)
}

func fails(names []string) string {
	if len(names) == 1 {
		return names[0] + " fails"
	}
	return strings.Join(names, ", ") + " fail"
}

func (r *deployRun) line() string {
	text := fmt.Sprintf("%-8s %s", r.Outcome, r.Journey)
	if r.Seconds > 0 {
		text += fmt.Sprintf(" in %.2f s", r.Seconds)
	}
	if r.Step != "" {
		text += ": " + r.Step
	}
	if r.Message != "" {
		text += ": " + r.Message
	}
	if r.FailingSince != nil {
		text += " (it has failed since " + r.FailingSince.Format(time.RFC3339) + ", before this deploy)"
	}
	return text
}
