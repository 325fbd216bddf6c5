package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"
)

// maintenanceCommand is `outrider maintenance`.
type maintenanceCommand struct {
	Start maintenanceStart `cmd:"" help:"Leave journeys alone from now on, until an end."`
	End   maintenanceEnd   `cmd:"" help:"End a window before its time."`
	List  maintenanceList  `cmd:"" help:"List the windows that are open or planned."`
}

// window is one as the API tells it.
type window struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Reason   string    `json:"reason"`
	By       string    `json:"by"`
	Mode     string    `json:"mode"`
	Journeys []string  `json:"journeys"`
	Tags     []string  `json:"tags"`
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
	Open     bool      `json:"open"`
}

// callTime bounds a short question to the monitor.
const callTime = 30 * time.Second

type maintenanceStart struct {
	remote
	Journey []string `placeholder:"NAME" help:"A journey; may be given several times."`
	Tag     []string `placeholder:"TAG" help:"All journeys with a tag; may be given several times."`
	All     bool     `help:"All journeys."`
	Mode    string   `enum:"mute,skip" default:"mute" help:"mute: run, but page nobody; skip: do not run."`
	For     string   `placeholder:"DURATION" help:"How long, such as 30m."`
	Until   string   `placeholder:"TIME" help:"Or its end, such as 2026-12-24T06:00:00Z."`
	Reason  string   `required:"" help:"Why, for whoever looks at it."`
	By      string   `placeholder:"NAME" help:"Who orders it; the user who types."`
}

// Run orders a window and prints its id.
func (k *maintenanceStart) Run(c *console) error {
	ctx, cancel := context.WithTimeout(context.Background(), callTime)
	defer cancel()
	var w window
	ask := map[string]any{"journeys": k.Journey, "tags": k.Tag, "all": k.All, "mode": k.Mode, "for": k.For, "until": k.Until, "reason": k.Reason, "by": somebody(k.By)}
	if err := k.call(ctx, "POST", "api/v1/maintenance", ask, &w); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: %s %s until %s\n", w.ID, w.Mode, w.what(), w.Until.Format(time.RFC3339))
	return nil
}

type maintenanceEnd struct {
	remote
	ID string `arg:"" help:"The window's id, as start and list print it."`
}

// Run ends a window.
func (k *maintenanceEnd) Run(c *console) error {
	ctx, cancel := context.WithTimeout(context.Background(), callTime)
	defer cancel()
	var w window
	if err := k.call(ctx, "POST", "api/v1/maintenance/"+url.PathEscape(k.ID)+"/end", nil, &w); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s has ended; %s will run at once\n", w.ID, w.what())
	return nil
}

type maintenanceList struct {
	remote
	JSON bool `help:"Print as JSON."`
}

// Run lists the windows.
func (k *maintenanceList) Run(c *console) error {
	ctx, cancel := context.WithTimeout(context.Background(), callTime)
	defer cancel()
	var answer struct {
		Windows []window `json:"windows"`
	}
	if err := k.call(ctx, "GET", "api/v1/maintenance", nil, &answer); err != nil {
		return err
	}
	if k.JSON {
		enc := json.NewEncoder(c.out)
		enc.SetIndent("", "  ")
		return enc.Encode(answer.Windows)
	}
	t := tabwriter.NewWriter(c.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "FROM\tUNTIL\tMODE\tJOURNEYS\tWHY\tBY\tID")
	for _, w := range answer.Windows {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", w.From.Format(time.RFC3339), w.Until.Format(time.RFC3339), w.Mode, w.what(), w.Name+w.Reason, w.By, w.ID)
	}
	return t.Flush()
}

// what says which journeys it is about.
func (w *window) what() string {
	parts := append([]string{}, w.Journeys...)
	for _, tag := range w.Tags {
		parts = append(parts, "all tagged "+tag)
	}
	if len(parts) == 0 {
		return "all journeys"
	}
	return strings.Join(parts, ", ")
}
