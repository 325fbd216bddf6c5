package alarms

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Alarm is one alarm as we want it, or as it is. A composite one has a Rule; any other has a Metric, and an Expression where
// its value is calculated from it.
type Alarm struct {
	Name        string
	Description string
	Rule        string

	Metric     string
	Dimensions []Dimension
	Statistic  string
	Expression string
	Period     time.Duration
	// Needed of the last Periods must breach.
	Periods, Needed int
	// Below says that values below Threshold breach; otherwise those at or above it.
	Below     bool
	Threshold float64
	// Missing is breaching or notBreaching: what a period without data counts as.
	Missing string

	Actions, OKActions []string
}

// Dimension is a name and a value of a metric's.
type Dimension struct{ Name, Value string }

// Composite reports whether the alarm is made of others.
func (a *Alarm) Composite() bool { return a.Rule != "" }

// actionsField is the field that says who is told of an alarm.
const actionsField = "actions"

// field is one thing that can differ.
type field struct{ name, value string }

// fields are what is compared and shown, in words.
func (a *Alarm) fields() []field {
	shared := []field{
		{"description", a.Description},
		{actionsField, strings.Join(sorted(a.Actions), " ")},
		{"ok actions", strings.Join(sorted(a.OKActions), " ")},
	}
	if a.Composite() {
		return append([]field{{"rule", a.Rule}}, shared...)
	}
	var dimensions []string
	for _, d := range a.Dimensions {
		dimensions = append(dimensions, d.Name+"="+d.Value)
	}
	return append([]field{
		{"metric", a.Metric}, {"dimensions", strings.Join(sorted(dimensions), " ")}, {"statistic", a.Statistic}, {"expression", a.Expression},
		{"period", short(a.Period)}, {"datapoints", fmt.Sprintf("%d of %d", a.Needed, a.Periods)},
		{"threshold", a.comparison()}, {"missing data", a.Missing},
	}, shared...)
}

func (a *Alarm) comparison() string {
	sign := ">="
	if a.Below {
		sign = "<"
	}
	return sign + " " + strconv.FormatFloat(a.Threshold, 'g', 6, 64)
}

// String says in a line when the alarm is raised.
func (a *Alarm) String() string {
	if a.Composite() {
		return a.Rule
	}
	value := a.Statistic + " of " + a.Metric
	if a.Expression != "" {
		value = strings.Replace(a.Expression, metricID, value, 1)
	}
	return fmt.Sprintf("%s %s in %d of %d periods of %s; missing data: %s", value, a.comparison(), a.Needed, a.Periods, short(a.Period), a.Missing)
}

// short writes a period as people do: 2m, 1h, 1h30m.
func short(d time.Duration) string {
	hours, minutes := d/time.Hour, d%time.Hour/time.Minute
	switch {
	case hours == 0:
		return fmt.Sprintf("%dm", minutes)
	case minutes == 0:
		return fmt.Sprintf("%dh", hours)
	}
	return fmt.Sprintf("%dh%dm", hours, minutes)
}

func sorted(texts []string) []string {
	texts = slices.Clone(texts)
	slices.Sort(texts)
	return texts
}
