package main

import (
	"cmp"
	"time"

	"github.com/outrider-monitor/outrider/exporter/rules"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/monitor"
)

// rulesCommand is `outrider rules`.
type rulesCommand struct {
	Config string `short:"c" placeholder:"FILE" help:"The monitor's file; outrider.yaml where you are, if there is one."`
	Job    string `default:"outrider" help:"The name of Prometheus' scrape job for Outrider."`
	Tests  string `placeholder:"RULEFILE" help:"Print unit tests for the rules in this file instead, for promtool test rules."`
}

// Run prints Prometheus' rules, or their tests.
func (k *rulesCommand) Run(c *console) error {
	config, err := loadConfig(k.Config)
	if err != nil {
		return err
	}
	all := make([]rules.Journey, len(config.Journeys))
	for i := range config.Journeys {
		all[i] = ruled(config, &config.Journeys[i])
	}
	o := rules.Options{Job: k.Job, ExternalURL: config.ExternalURL}
	text, err := rules.Generate(all, o)
	if k.Tests != "" {
		text, err = rules.GenerateTests(all, o, k.Tests)
	}
	if err != nil {
		return err
	}
	_, err = c.out.Write(text)
	return err
}

// ruled is a journey as its rules see it.
func ruled(config *monitor.Config, j *journeys.Journey) rules.Journey {
	policy := config.Policy(j)
	r := rules.Journey{
		Name: j.Name, Title: j.Title, Team: j.Team, Runbook: j.Runbook, Severity: policy.WorstSeverity(), OpenAfter: policy.OpenAfter,
		Every:   config.Timing(j).Typical(time.Now()),
		Timeout: cmp.Or(j.Timeout, config.Defaults.Timeout) * time.Duration(1+config.Confirm(j)),
	}
	if j.SLO != nil {
		r.Objective, r.Window = j.SLO.Objective, j.SLO.Window
	}
	return r
}
