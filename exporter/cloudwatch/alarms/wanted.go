package alarms

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch"
	"github.com/outrider-monitor/outrider/journeys"
)

// Journey is what its alarms need to know, with all defaults applied.
type Journey struct {
	Name, Title, Team, Runbook string
	Tags                       []string
	// Every is the usual time between two runs.
	Every time.Duration
	// Open is the policy: so many failed runs in a row, among the last ones, or for a time.
	Open journeys.Threshold
	// Objective is in percent; zero without an SLO.
	Objective float64
	// Slow is the policy for runs over their budget; the zero Threshold: there is none.
	Slow journeys.Threshold
	// TLS says that it may meet certificates.
	TLS bool
}

// Options are what does not lie in the journeys.
type Options struct {
	Region, Namespace, Deployment string
	// ExternalURL is how people reach Outrider's pages. Empty: no links.
	ExternalURL string
	// Actions and OKActions are ARNs, of topics mostly; Teams has those of a team instead of both.
	Actions, OKActions []string
	Teams              map[string][]string
}

// Prefix begins the name of every alarm of ours, and of no other.
func (o Options) Prefix() string { return "Outrider/" + o.Deployment + "/" }

const (
	// shortest is CloudWatch's period for metrics of standard resolution.
	shortest = time.Minute
	// day and week bound how far back an alarm may look, with periods below an hour and from an hour on.
	day, week = 24 * time.Hour, 7 * 24 * time.Hour
	// metricID names the one metric of an expression.
	metricID = "failed"
	// burnRate is what wakes people: at this rate a budget of four weeks is gone in two days (Google's SRE workbook).
	burnRate = 14.4
)

// Wanted are the alarms of the journeys: the metric alarms first, then the composite ones, each in the order of the
// journeys, the teams' at the end.
func Wanted(all []Journey, o Options) []Alarm {
	var metrics, composites []Alarm
	teams := map[string][]string{}
	for i := range all {
		j := &all[i]
		broken := j.broken(o)
		metrics = append(metrics, broken)
		teams[j.Team] = append(teams[j.Team], broken.Name)
		if j.Slow != (journeys.Threshold{}) {
			metrics = append(metrics, j.slow(o))
		}
		if j.TLS {
			metrics = append(metrics, j.certificate(o))
		}
		if parts, whole, ok := j.burning(o); ok {
			metrics = append(metrics, parts...)
			composites = append(composites, whole)
			teams[j.Team] = append(teams[j.Team], whole.Name)
		}
	}
	names := make([]string, 0, len(teams))
	for name := range teams {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		composites = append(composites, ofTeam(name, teams[name], o)...)
	}
	return append(metrics, composites...)
}

// broken is raised when runs fail, and when nobody has looked: a monitor that is gone leaves no data.
func (j *Journey) broken(o Options) Alarm {
	// Two intervals hold a run whatever its phase.
	period := roundUp(2 * j.Every)
	periods, needed := datapoints(j.Open, period)
	a := Alarm{
		Name: o.Prefix() + j.Name + "/broken", Metric: cloudwatch.SuccessPercent, Statistic: "Minimum", Dimensions: j.dimensions(),
		Period: period, Periods: periods, Needed: needed, Below: true, Threshold: 100, Missing: "breaching",
		Description: j.describe(o, "", " fails, or nobody has looked: a monitor that is gone, or cannot judge, leaves no data."),
	}
	a.Actions, a.OKActions = o.actions(j.Team)
	return a
}

// datapoints are how many periods are looked at, and how many of them must breach.
func datapoints(t journeys.Threshold, period time.Duration) (periods, needed int) {
	periods, needed = t.Of, t.Count
	switch {
	case t.For > 0:
		periods = int(math.Ceil(float64(t.For) / float64(period)))
		needed = periods
	case periods == 0:
		periods = needed
	}
	periods, needed = max(1, periods), max(1, needed)
	if most := int(longest(period) / period); periods > most {
		periods, needed = most, min(needed, most)
	}
	return periods, needed
}

// slow is raised when runs are over their budget, by the policy for that. Missing data are the matter of broken.
func (j *Journey) slow(o Options) Alarm {
	period := roundUp(2 * j.Every)
	periods, needed := datapoints(j.Slow, period)
	a := Alarm{
		Name: o.Prefix() + j.Name + "/slow", Metric: cloudwatch.Degraded, Statistic: "Maximum", Dimensions: j.dimensions(),
		Period: period, Periods: periods, Needed: needed, Threshold: 1, Missing: "notBreaching",
		Description: j.describe(o, "", " takes longer than its budget."),
	}
	a.Actions, a.OKActions = o.actions(j.Team)
	return a
}

// leastDays is how many days before its end a certificate is told of: as in the rules for Prometheus.
const leastDays = 14

// certificate is raised when a certificate that the journey meets ends soon. Its periods are an hour at least: it does not
// change by the minute.
func (j *Journey) certificate(o Options) Alarm {
	a := Alarm{
		Name: o.Prefix() + j.Name + "/certificate", Metric: cloudwatch.CertificateDays, Statistic: "Minimum", Dimensions: j.dimensions(),
		Period: min(day, max(time.Hour, roundUp(2*j.Every))), Periods: 1, Needed: 1, Below: true, Threshold: leastDays, Missing: "notBreaching",
		Description: j.describe(o, "A certificate that ", " meets ends in less than two weeks."),
	}
	a.Actions, a.OKActions = o.actions(j.Team)
	return a
}

// burning is raised when the error budget burns in a long window and a short one. The period of a metric is that of the
// whole alarm, so each window is an alarm of its own, without actions.
func (j *Journey) burning(o Options) (parts []Alarm, whole Alarm, ok bool) {
	recent := roundUp(max(5*time.Minute, 5*j.Every))
	long := 12 * recent
	budget := math.Round((100-j.Objective)*1e6) / 1e8
	if j.Objective == 0 || burnRate*budget >= 1 || long > day {
		return nil, Alarm{}, false
	}
	var conditions []string
	for _, window := range []time.Duration{long, recent} {
		a := Alarm{
			Name: o.Prefix() + j.Name + "/burn-" + short(window), Metric: cloudwatch.Failed, Statistic: "Average", Dimensions: j.dimensions(),
			Expression: metricID + " / " + strconv.FormatFloat(budget, 'f', -1, 64), Period: window, Periods: 1, Needed: 1, Threshold: burnRate, Missing: "notBreaching",
			Description: j.describe(o, "", fmt.Sprintf(" burns its error budget: %g%% are promised to pass. The value is the burn rate of %s.", j.Objective, short(window))),
		}
		parts = append(parts, a)
		conditions = append(conditions, fmt.Sprintf("ALARM(%q)", a.Name))
	}
	whole = Alarm{
		Name: o.Prefix() + j.Name + "/burning", Rule: strings.Join(conditions, " AND "),
		Description: j.describe(o, "", " fails so often that its error budget of four weeks would be gone in two days."),
	}
	whole.Actions, whole.OKActions = o.actions(j.Team)
	return parts, whole, true
}

// mostNames is how many alarms a composite one may be made of, mostRule how long its rule may be.
const (
	mostNames = 100
	mostRule  = 10240
)

// ofTeam is raised while any alarm of the team is. It has no actions: those of the journeys have told already.
func ofTeam(team string, names []string, o Options) []Alarm {
	var all []Alarm
	room := 0
	for _, name := range names {
		condition := fmt.Sprintf("ALARM(%q)", name)
		if n := len(all); room > 0 && len(all[n-1].Rule)+len(" OR ")+len(condition) <= mostRule {
			all[n-1].Rule += " OR " + condition
			room--
			continue
		}
		a := Alarm{Name: o.Prefix() + "team/" + team, Rule: condition, Description: "A journey of team " + team + " is broken or burns its error budget."}
		if len(all) > 0 {
			a.Name += fmt.Sprintf("-%d", len(all)+1)
		}
		all, room = append(all, a), mostNames-1
	}
	return all
}

func (j *Journey) dimensions() []Dimension { return []Dimension{{"Journey", j.Name}} }

// describe writes what a person reads first, within the 1,024 characters that an alarm has: a sentence around the journey's
// name.
func (j *Journey) describe(o Options, before, after string) string {
	name := j.Name
	if j.Title != "" {
		name += " (" + j.Title + ")"
	}
	text := before + name + after + " Team: " + j.Team + "."
	if j.Runbook != "" {
		text += " Runbook: " + j.Runbook
	}
	if o.ExternalURL != "" {
		text += " Evidence: " + o.ExternalURL + "/journeys/" + j.Name
	}
	if runes := []rune(text); len(runes) > 1000 {
		text = string(runes[:1000]) + "…"
	}
	return text
}

func (o Options) actions(team string) (actions, ok []string) {
	if own := o.Teams[team]; len(own) > 0 {
		return own, own
	}
	return o.Actions, o.OKActions
}

// roundUp makes a period that CloudWatch takes: whole minutes.
func roundUp(d time.Duration) time.Duration {
	return max(shortest, (d+time.Minute-1)/time.Minute*time.Minute)
}

func longest(period time.Duration) time.Duration {
	if period >= time.Hour {
		return week
	}
	return day
}
