package rules

import (
	"fmt"
	"strings"
	"time"
)

// check says by what input an alert fires and stops; one of its fields is set.
type check struct {
	// fires are gauges with their values before, during and after the trouble.
	fires []series
	// counts is a counter that stands still before and after, and counts during it.
	counts string
	// overdue, errors and burn are made for the alert's journey.
	overdue, errors bool
	burn            pair
}

type series struct {
	name                  string
	before, during, after float64
}

// suite is a file of promtool test rules.
type suite struct {
	RuleFiles []string `yaml:"rule_files"`
	Interval  duration `yaml:"evaluation_interval"`
	Tests     []scene  `yaml:"tests"`
}

// scene is one test: time begins at 0, and the trouble begins after before.
type scene struct {
	Name     string        `yaml:"name"`
	Interval duration      `yaml:"interval"`
	Input    []input       `yaml:"input_series"`
	Tests    []expectation `yaml:"promql_expr_test"`
}

type input struct {
	Series string `yaml:"series"`
	Values string `yaml:"values"`
}

type expectation struct {
	Expr     string   `yaml:"expr"`
	EvalTime duration `yaml:"eval_time"`
	Samples  []sample `yaml:"exp_samples"`
}

type sample struct {
	Labels string `yaml:"labels"`
	Value  int    `yaml:"value"`
}

// evaluated is how often the rules are evaluated in the tests: four days of each minute would take minutes.
const evaluated = 5 * time.Minute

// GenerateTests writes the unit tests of the rules that Generate makes of the same journeys, for `promtool test rules`:
// each alert is seen quiet, firing, and quiet again. ruleFile is where the rules lie, as seen from the tests.
func GenerateTests(journeys []Journey, o Options, ruleFile string) ([]byte, error) {
	s := suite{RuleFiles: []string{ruleFile}, Interval: duration(evaluated)}
	of := map[string]*Journey{}
	for i := range journeys {
		of[journeys[i].Name] = &journeys[i]
	}
	for _, g := range build(journeys, o).Groups {
		for i := range g.Rules {
			if r := &g.Rules[i]; r.Alert != "" {
				s.Tests = append(s.Tests, scenes(r, of[r.Labels["journey"]])...)
			}
		}
	}
	return write("Made by outrider rules --tests: each alert is quiet, fires on its trouble, and is quiet again.", s)
}

// scenes makes the tests of one alert. j is nil where it belongs to no journey.
func scenes(r *rule, j *Journey) []scene {
	c := r.check
	switch {
	case c.errors:
		return []scene{errorScene(r, j)}
	case c.overdue:
		return overdueScenes(r, j)
	case c.counts != "":
		t := timeline{step: time.Minute, before: 10 * time.Minute, during: 150 * time.Minute, after: 80 * time.Minute}
		return []scene{t.scene(r, input{c.counts, t.counter(0, 1, 0)})}
	case len(c.fires) > 0:
		t := timeline{step: time.Minute, before: 10 * time.Minute, during: 20 * time.Minute, after: 20 * time.Minute}
		var all []input
		for _, s := range c.fires {
			all = append(all, input{s.name, t.gauge(s.before, s.during, s.after)})
		}
		return []scene{t.scene(r, all...)}
	}
	return []scene{burnScene(r, j)}
}

// burnScene fails every run until the long window burns, and passes until the short one does no more.
func burnScene(r *rule, j *Journey) scene {
	p := r.check.burn
	t := timeline{step: max(30*time.Second, j.Every, p.short/10)}
	runs := max(1, float64(t.step)/float64(j.Every))
	enough := time.Duration(float64(leastFailures(j)+1) / runs * float64(t.step))
	t.before = p.long
	t.during = max(enough, time.Duration(p.threshold(j)*1.2*float64(p.long))) + 2*t.step + 10*time.Minute
	t.after = p.short + 15*time.Minute
	return t.scene(r, input{runsOf(j, "passed"), t.counter(runs, 0, runs)}, input{runsOf(j, "failed"), t.counter(0, runs, 0)})
}

// errorScene ends every run in error for longer than the alert looks back.
func errorScene(r *rule, j *Journey) scene {
	t := timeline{step: max(30*time.Second, j.Every)}
	t.before = 2*j.Every + 10*time.Minute
	t.during, t.after = lookBack(j)+t.before, t.before
	return t.scene(r, input{runsOf(j, "passed"), t.counter(1, 0, 1)}, input{runsOf(j, "error"), t.counter(0, 1, 0)})
}

// overdueScenes let the next run stay in the past, and the monitor vanish.
func overdueScenes(r *rule, j *Journey) []scene {
	t := timeline{step: time.Minute, before: 10 * time.Minute, during: grace(j) + 15*time.Minute, after: 20 * time.Minute}
	minute, n := t.step.Seconds(), t.samples()
	name := "journey_next_run_timestamp_seconds" + t.labels(j)
	stuck := fmt.Sprintf("%s %s %s", line(minute, minute, n[0]), line(minute*float64(n[0]), 0, n[1]), line(minute*float64(n[0]+n[1]+1), minute, n[2]))
	gone := fmt.Sprintf("%s _x%d %s", line(minute, minute, n[0]), n[1], line(minute*float64(n[0]+n[1]+1), minute, n[2]))
	late, vanished := t.scene(r, input{name, stuck}), t.scene(r, input{name, gone})
	late.Name += ", overdue"
	vanished.Name += ", gone"
	return []scene{late, vanished}
}

// timeline is when the trouble begins and ends, and how often there is a sample.
type timeline struct{ step, before, during, after time.Duration }

func (t timeline) labels(j *Journey) string {
	return fmt.Sprintf(`{journey=%q,team=%q,location="here"}`, j.Name, j.Team)
}

func runsOf(j *Journey, outcome string) string {
	return fmt.Sprintf(`journey_runs_total{journey=%q,team=%q,location="here",outcome=%q}`, j.Name, j.Team, outcome)
}

// samples is how many samples there are before, during and after.
func (t timeline) samples() [3]int {
	var n [3]int
	for i, d := range []time.Duration{t.before, t.during, t.after} {
		n[i] = int((d + t.step - 1) / t.step)
	}
	n[2]++ // the one at the end
	return n
}

// gauge has one value before, during and after each.
func (t timeline) gauge(values ...float64) string {
	var parts []string
	for i, n := range t.samples() {
		parts = append(parts, line(values[i], 0, n))
	}
	return strings.Join(parts, " ")
}

// counter grows by one rate before, during and after each.
func (t timeline) counter(rates ...float64) string {
	var parts []string
	at := 0.0
	for i, n := range t.samples() {
		parts = append(parts, line(at, rates[i], n))
		at += rates[i] * float64(n)
	}
	return strings.Join(parts, " ")
}

// line writes n samples that begin with a value and grow by a rate, as promtool reads them.
func line(from, by float64, n int) string {
	return fmt.Sprintf("%s+%sx%d", number(from), number(by), n-1)
}

// scene asks whether the alert fires at the end of each part.
func (t timeline) scene(r *rule, in ...input) scene {
	n := t.samples()
	end := func(parts int) duration {
		all := -1
		for _, k := range n[:parts] {
			all += k
		}
		return duration(time.Duration(all) * t.step)
	}
	firing := fmt.Sprintf("count(ALERTS{alertname=%q,alertstate=\"firing\"", r.Alert)
	name := r.Alert
	for _, label := range []string{"journey", "window"} {
		if v := r.Labels[label]; v != "" {
			firing += fmt.Sprintf(",%s=%q", label, v)
			name += " " + v
		}
	}
	firing += "}) > bool 0 or vector(0)"
	s := scene{Name: name, Interval: duration(t.step), Input: in}
	for i, value := range []int{0, 1, 0} {
		s.Tests = append(s.Tests, expectation{firing, end(i + 1), []sample{{"{}", value}}})
	}
	return s
}
