package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// pageDrillCommand is `outrider page drill`.
type pageDrillCommand struct {
	remote
	Journey  string        `arg:"" help:"The journey that is to seem broken."`
	Severity string        `placeholder:"SEVERITY" help:"critical, error, warning or info: whose route it takes; the one that the journey has at this hour."`
	Escalate bool          `help:"Page those of the escalation ladder too, without the waits."`
	By       string        `placeholder:"NAME" help:"Who asks for it; the user who types."`
	Timeout  time.Duration `default:"1m" help:"How long to wait for the pagers."`
	JSON     bool          `help:"Print the answer as JSON."`
}

// drillAnswer is what the API answers.
type drillAnswer struct {
	ID       string    `json:"id"`
	Journey  string    `json:"journey"`
	Severity string    `json:"severity"`
	OpenedAt time.Time `json:"opened_at"`
	Heard    bool      `json:"heard"`
	Legs     []struct {
		Event    string     `json:"event"`
		Pager    string     `json:"pager"`
		Instead  string     `json:"instead_of"`
		Outcome  string     `json:"outcome"`
		At       *time.Time `json:"at"`
		Seconds  float64    `json:"seconds"`
		Attempts int        `json:"attempts"`
		Error    string     `json:"error"`
	} `json:"legs"`
	Ladder []struct {
		After  float64  `json:"after_seconds"`
		Pagers []string `json:"pagers"`
	} `json:"ladder"`
}

// Run asks the monitor for the drill and tells who heard of it and when.
func (k *pageDrillCommand) Run(c *console) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, k.Timeout+callTime)
	defer cancel()
	ask := map[string]any{"severity": k.Severity, "escalate": k.Escalate, "by": somebody(k.By), "timeout": k.Timeout.String()}
	var raw json.RawMessage
	if err := k.call(ctx, "POST", "api/v1/journeys/"+url.PathEscape(k.Journey)+"/drill", ask, &raw); err != nil {
		return err
	}
	var a drillAnswer
	if err := json.Unmarshal(raw, &a); err != nil {
		return &failure{code: codeUnjudged, err: fmt.Errorf("the monitor's answer is not understood: %w", err)}
	}
	if k.JSON {
		fmt.Fprintf(c.out, "%s\n", raw)
	} else {
		a.show(c)
	}
	if !a.Heard {
		return &failure{code: codeFailed, err: fmt.Errorf("not everybody heard of the drill of %s", k.Journey), hint: "what is still on its way is sent until it is accepted; its end follows it"}
	}
	return nil
}

// show prints the legs.
func (a *drillAnswer) show(c *console) {
	fmt.Fprintf(c.out, "drill of %s (%s), %s\n", a.Journey, a.Severity, a.OpenedAt.Format(time.RFC3339))
	for _, l := range a.Legs {
		outcome := l.Outcome
		if outcome == "" {
			outcome = "on its way"
		}
		text := fmt.Sprintf("%-9s to %s: %s", l.Event, l.Pager, outcome)
		if l.At != nil {
			text += fmt.Sprintf(" in %d ms, at %s", int(l.Seconds*1000), l.At.Format("15:04:05.000"))
		}
		if l.Attempts > 1 {
			text += fmt.Sprintf(", %d tries", l.Attempts)
		}
		if l.Instead != "" {
			text += " (instead of " + l.Instead + ")"
		}
		if l.Error != "" && l.Outcome != "accepted" {
			text += ": " + l.Error
		}
		fmt.Fprintln(c.out, text)
	}
	for _, rung := range a.Ladder {
		fmt.Fprintf(c.out, "if nobody acknowledges a real one for %s: %s\n", time.Duration(rung.After*float64(time.Second)), strings.Join(rung.Pagers, ", "))
	}
}
