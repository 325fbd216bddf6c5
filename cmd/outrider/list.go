package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/monitor"
)

// listCommand is `outrider list`.
type listCommand struct {
	Config string `short:"c" placeholder:"FILE" help:"The monitor's file; outrider.yaml where you are, if there is one."`
	JSON   bool   `help:"Print as JSON."`
}

// listed is one journey as --json prints it.
type listed struct {
	Journey string   `json:"journey"`
	Title   string   `json:"title"`
	Team    string   `json:"team"`
	Tags    []string `json:"tags"`
	When    string   `json:"when"`
	Steps   int      `json:"steps"`
	Browser bool     `json:"browser"`
	Pagers  []string `json:"pagers"`
	File    string   `json:"file"`
}

// Run lists the journeys.
func (k *listCommand) Run(c *console) error {
	config, err := loadConfig(k.Config)
	if err != nil {
		return err
	}
	list := make([]listed, len(config.Journeys))
	for i := range config.Journeys {
		j := &config.Journeys[i]
		list[i] = listed{j.Name, j.Title, j.Team, append([]string{}, j.Tags...), when(config.Timing(j)), j.CountSteps(), j.UsesBrowser(), pagersOf(config, j), j.File}
	}
	if k.JSON {
		enc := json.NewEncoder(c.out)
		enc.SetIndent("", "  ")
		return enc.Encode(list)
	}
	w := tabwriter.NewWriter(c.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "JOURNEY\tTEAM\tWHEN\tSTEPS\tBY\tTITLE")
	for _, l := range list {
		by := "http"
		if l.Browser {
			by = "browser"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", l.Journey, l.Team, l.When, l.Steps, by, l.Title)
	}
	return w.Flush()
}

// pagersOf are who hears of a journey in its worst hours.
func pagersOf(config *monitor.Config, j *journeys.Journey) []string {
	policy := config.Policy(j)
	pagers, _ := config.Pages(j, policy.WorstSeverity())
	return pagers
}

// loadConfig loads the file that is named, or the one that lies where it is expected.
func loadConfig(file string) (*monitor.Config, error) {
	if file == "" {
		var err error
		if file, err = defaultConfig(); err != nil {
			return nil, err
		}
	}
	config, err := monitor.Load(file)
	if err != nil {
		return nil, started(err)
	}
	return config, nil
}

func when(t monitor.Timing) string {
	switch {
	case t.Cron != "" && t.Zone != "":
		return t.Cron + " " + t.Zone
	case t.Cron != "":
		return t.Cron + " UTC"
	}
	return "every " + short(t.Every)
}

// short writes a duration as people write it: 1m, not 1m0s.
func short(d time.Duration) string {
	switch {
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}
