package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/outrider-monitor/outrider/exporter/dashboards"
	"github.com/outrider-monitor/outrider/monitor"
)

// dashboardCommand is `outrider dashboard`.
type dashboardCommand struct {
	Name   string `arg:"" optional:"" help:"overview, journey or monitor; all of them with --out."`
	Out    string `placeholder:"DIR" help:"Write outrider-NAME.json into this folder."`
	Config string `short:"c" placeholder:"FILE" help:"Take the address of Outrider's pages from this monitor's file."`
}

// Run prints Grafana dashboards, or writes them.
func (k *dashboardCommand) Run(c *console) error {
	address := ""
	if k.Config != "" {
		config, err := monitor.Load(k.Config)
		if err != nil {
			return started(err)
		}
		address = config.ExternalURL
	}
	names := dashboards.Names()
	if k.Name != "" {
		names = []string{k.Name}
	} else if k.Out == "" {
		return usage("which dashboard?", "one of "+strings.Join(names, ", ")+", or all of them with --out DIR")
	}
	for _, name := range names {
		d, err := dashboards.New(name, address)
		if err != nil {
			return usage(err.Error(), "one of "+strings.Join(dashboards.Names(), ", "))
		}
		text, err := d.JSON()
		if err != nil {
			return err
		}
		if k.Out == "" {
			_, err = c.out.Write(text)
		} else {
			err = k.write(name, text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (k *dashboardCommand) write(name string, text []byte) error {
	if err := os.MkdirAll(k.Out, 0o755); err != nil {
		return usage(err.Error(), "")
	}
	file := filepath.Join(k.Out, "outrider-"+name+".json")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		var path *os.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return usage(fmt.Sprintf("writing %s: %v", file, err), "")
	}
	return nil
}
