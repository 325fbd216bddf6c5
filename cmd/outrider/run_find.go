package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/monitor"
)

// find reads the files that are named and looks up the names in the configuration. A file that the configuration has
// too is run as the monitor would run it.
func (k *runCommand) find() (*monitor.Config, []journeys.Journey, error) {
	named := 0
	for _, arg := range k.Journeys {
		if !looksLikeFile(arg) {
			named++
		}
	}
	config, err := k.config(named > 0)
	var problems document.Problems
	if err != nil && (named > 0 || !errors.As(err, &problems)) {
		return nil, nil, err
	}
	var wanted []journeys.Journey
	for _, arg := range k.Journeys {
		js, err := k.look(config, arg)
		if more := (document.Problems)(nil); errors.As(err, &more) {
			problems = append(problems, more...)
		} else if err != nil {
			return nil, nil, err
		}
		wanted = append(wanted, js...)
	}
	if len(problems) > 0 {
		return nil, nil, &failure{code: codeUsage, err: problems.Sorted()}
	}
	return config, wanted, nil
}

// look finds what one argument means.
func (k *runCommand) look(config *monitor.Config, arg string) ([]journeys.Journey, error) {
	if !looksLikeFile(arg) {
		j, err := named(config, arg)
		if err != nil {
			return nil, err
		}
		return []journeys.Journey{*j}, nil
	}
	if js := journeysOf(config, arg); len(js) > 0 {
		return js, nil
	}
	src, err := os.ReadFile(arg)
	if err != nil {
		return nil, usage(fmt.Sprintf("reading %q: %s", arg, pathless(err)), "")
	}
	js, err := loaderFor(arg).Parse(arg, src)
	if err != nil {
		return nil, err
	}
	return js, k.choose(js)
}

// choose gives journeys that stand in no configuration the values of the environment.
func (k *runCommand) choose(js []journeys.Journey) error {
	for i := range js {
		if js[i].Choose(k.Environment) {
			continue
		}
		var names []string
		for _, e := range js[i].Environments {
			names = append(names, e.Name)
		}
		return usage(fmt.Sprintf("the journey %q does not know the environment %q", js[i].Name, k.Environment),
			first(document.DidYouMean(k.Environment, names), "add it to its environments"))
	}
	return nil
}

// journeysOf are the journeys that the configuration has from a file.
func journeysOf(config *monitor.Config, file string) []journeys.Journey {
	wanted, err := filepath.Abs(file)
	if err != nil {
		return nil
	}
	var found []journeys.Journey
	for _, j := range config.Journeys {
		if own, err := filepath.Abs(j.File); err == nil && own == wanted {
			found = append(found, j)
		}
	}
	return found
}

// loaderFor reads a file that is named by itself.
func loaderFor(file string) *format.Loader {
	return &format.Loader{Read: monitor.FragmentReader(monitor.RootOf(file))}
}

// looksLikeFile tells a file from the name of a journey.
func looksLikeFile(arg string) bool {
	if strings.ContainsRune(arg, os.PathSeparator) || monitor.IsYAML(arg) {
		return true
	}
	info, err := os.Stat(arg)
	return err == nil && info.Mode().IsRegular()
}

// config is the configuration that is named or lies where it is expected; without one, the defaults.
func (k *runCommand) config(needed bool) (*monitor.Config, error) {
	if k.Config != "" {
		return monitor.LoadFor(k.Config, k.Environment)
	}
	if !needed {
		return &monitor.Config{Location: "here", Deployment: "command", Environment: k.Environment}, nil
	}
	file, err := defaultConfig()
	if err != nil {
		return nil, err
	}
	return monitor.LoadFor(file, k.Environment)
}

// defaultConfig finds the monitor's file where one is expected.
func defaultConfig() (string, error) {
	for _, file := range []string{"outrider.yaml", "outrider.yml", filepath.Join("examples", "outrider.yaml")} {
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	return "", usage("there is no outrider.yaml here", "name one with -c FILE")
}

func named(config *monitor.Config, name string) (*journeys.Journey, error) {
	var names []string
	for i := range config.Journeys {
		if config.Journeys[i].Name == name {
			return &config.Journeys[i], nil
		}
		names = append(names, config.Journeys[i].Name)
	}
	hint := document.DidYouMean(name, names)
	return nil, usage(fmt.Sprintf("there is no journey %q in %s", name, config.File), first(hint, "outrider list shows what there is"))
}
