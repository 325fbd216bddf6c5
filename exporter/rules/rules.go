package rules

import (
	"bytes"
	"fmt"
	"time"

	"gopkg.in/yaml.v3"
)

// Journey is what the rules need to know of one journey, with all defaults applied.
type Journey struct {
	Name, Title, Team, Runbook string
	// Severity is what its incident has: critical, error, warning or info.
	Severity string
	// Every is the usual time between two runs.
	Every time.Duration
	// Timeout bounds a run, repeats included.
	Timeout time.Duration
	// OpenAfter is the number of failed runs that its policy calls broken.
	OpenAfter int
	// Objective is in percent; zero without an SLO. Window is the SLO's.
	Objective float64
	Window    time.Duration
}

// Options are what does not lie in the journeys.
type Options struct {
	// Job is the name of Prometheus' scrape job for Outrider.
	Job string
	// ExternalURL is how people reach Outrider's pages, without a slash at its end. Empty: no links.
	ExternalURL string
}

// file is a Prometheus rule file.
type file struct {
	Groups []group `yaml:"groups"`
}

type group struct {
	Name     string   `yaml:"name"`
	Interval duration `yaml:"interval,omitempty"`
	Rules    []rule   `yaml:"rules"`
}

// rule is a recording rule or an alert.
type rule struct {
	Record      string            `yaml:"record,omitempty"`
	Alert       string            `yaml:"alert,omitempty"`
	Expr        string            `yaml:"expr"`
	For         duration          `yaml:"for,omitempty"`
	Labels      map[string]string `yaml:"labels,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
	// check says how a test makes the alert fire and stop.
	check check
}

// duration is written as Prometheus reads it.
type duration time.Duration

// String writes a duration in the largest unit that fits: 5m, 1h30m, 3d.
func (d duration) String() string {
	left, text := time.Duration(d).Round(time.Second), ""
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if n := left / unit.size; n > 0 {
			text += fmt.Sprintf("%d%s", n, unit.name)
			left -= n * unit.size
		}
	}
	if text == "" {
		return "0s"
	}
	return text
}

// MarshalYAML implements yaml.Marshaler.
func (d duration) MarshalYAML() (any, error) { return d.String(), nil }

// Generate writes the rule file for the journeys, in their order.
func Generate(journeys []Journey, o Options) ([]byte, error) {
	return write("Made by outrider rules: do not edit, make it again.", build(journeys, o))
}

// build makes the groups. A journey's own alerts are in a group of its name, so that Prometheus can evaluate journeys
// side by side.
func build(journeys []Journey, o Options) file {
	var f file
	f.Groups = append(f.Groups, recording(journeys)...)
	for i := range journeys {
		j := &journeys[i]
		g := group{Name: "outrider-journey-" + j.Name}
		if pairs := burnPairs(j); len(pairs) > 0 {
			for _, p := range pairs {
				g.Rules = append(g.Rules, p.alert(j, o))
			}
		} else {
			g.Rules = append(g.Rules, broken(j, o))
		}
		g.Rules = append(g.Rules, notRun(j, o), cannotJudge(j, o))
		f.Groups = append(f.Groups, g)
	}
	f.Groups = append(f.Groups, group{Name: "outrider-every-journey", Rules: everyJourney()},
		group{Name: "outrider-monitor", Rules: monitor(o)})
	return f
}

// write gives YAML with a comment before it.
func write(comment string, v any) ([]byte, error) {
	var text bytes.Buffer
	fmt.Fprintf(&text, "# %s\n", comment)
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("writing the rules: %w", err)
	}
	return text.Bytes(), nil
}
