package rules

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// The burn rates, and the windows in which they are measured, of the Google SRE workbook, chapter 5 ("Alerting on
// SLOs", table 5-8). Both windows must burn: the long one says that it matters, the short one that it still goes on.
func workbook() []pair {
	return []pair{
		{rate: 14.4, long: time.Hour, short: 5 * time.Minute, page: true},
		{rate: 6, long: 6 * time.Hour, short: 30 * time.Minute, page: true},
		{rate: 3, long: 24 * time.Hour, short: 2 * time.Hour},
		{rate: 1, long: 72 * time.Hour, short: 6 * time.Hour},
	}
}

const (
	// leastRuns is how many runs a short window must hold: fewer and it is often empty, or judged by one run.
	leastRuns = 5
	// leastLong is how many short windows a long one is at least.
	leastLong = 4
	// rarest is the interval over which burn rates say nothing any more: a window that holds enough runs lasts days.
	rarest = time.Hour
)

// pair is one burn rate with its windows.
type pair struct {
	rate        float64
	long, short time.Duration
	// page says that somebody is woken; otherwise it can wait for the morning.
	page bool
}

// burnPairs are the burn rates that can be told for the journey: windows are stretched until they hold enough runs, and
// left out when they are longer than the SLO's own. None for a journey without an SLO or one that runs too rarely.
func burnPairs(j *Journey) []pair {
	if j.Objective == 0 || j.Every > rarest {
		return nil
	}
	var pairs []pair
	for _, p := range workbook() {
		p.short = roundUp(max(p.short, leastRuns*j.Every))
		p.long = roundUp(max(p.long, leastLong*p.short))
		if p.long > j.Window || p.threshold(j) >= 1 {
			continue // nothing burns faster than all
		}
		if n := len(pairs); n > 0 && pairs[n-1].long == p.long && pairs[n-1].page == p.page {
			pairs = pairs[:n-1] // stretched to the same windows: the lower rate says it all
		}
		pairs = append(pairs, p)
	}
	return pairs
}

// roundUp keeps the number of different windows small: each is a recording rule.
func roundUp(d time.Duration) time.Duration {
	step := 5 * time.Minute
	if d > time.Hour {
		step = 30 * time.Minute
	}
	return (d + step - 1) / step * step
}

// threshold is the part of the runs that may fail before the budget burns at the rate.
func (p pair) threshold(j *Journey) float64 { return p.rate * budget(j) }

// budget is the part of the runs that may fail, without the dust of binary fractions.
func budget(j *Journey) float64 { return math.Round((100-j.Objective)*1e6) / 1e8 }

// leastFailures is how many failed runs wake somebody: where a window holds few runs, a single one is a high burn rate,
// and a single failed run is what no policy calls broken.
func leastFailures(j *Journey) int { return max(2, j.OpenAfter) }

func (p pair) alert(j *Journey, o Options) rule {
	long, short, limit := duration(p.long), duration(p.short), number(p.threshold(j))
	r := rule{
		Alert: "JourneyBurnsErrorBudget",
		Expr: strings.Join([]string{
			fmt.Sprintf("%s > %s", ratioOf(p.long, j), limit),
			fmt.Sprintf("and %s > %s", ratioOf(p.short, j), limit),
			fmt.Sprintf("and %s >= %d", failuresOf(p.long, j), leastFailures(j)),
		}, "\n"),
		Labels: labels(j, "warning"),
		Annotations: annotations(j, o,
			fmt.Sprintf("%s fails so often that its error budget of %s would be gone in %s", name(j), duration(j.Window), duration(spent(j.Window, p.rate))),
			fmt.Sprintf("{{ $value | humanizePercentage }} of the runs of the last %s failed, and as many of the last %s; %s%% are promised to pass.",
				long, short, number(j.Objective))),
		check: check{burn: p},
	}
	if p.page {
		r.Labels["severity"] = j.Severity
	}
	r.Labels["window"] = long.String()
	return r
}

// spent is how long a budget lasts at a burn rate, roughly.
func spent(window time.Duration, rate float64) time.Duration {
	d := time.Duration(float64(window) / rate)
	if d > 24*time.Hour {
		return d.Round(24 * time.Hour)
	}
	return d.Round(time.Hour)
}

// windows are all windows that the journeys' alerts need, the shortest first.
func windows(journeys []Journey) []time.Duration {
	var all []time.Duration
	for i := range journeys {
		for _, p := range burnPairs(&journeys[i]) {
			all = append(all, p.short, p.long)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// slowWindow is the window from which on recording rules are evaluated less often: their ratios move slowly, and each
// evaluation reads the whole window.
const slowWindow = 12 * time.Hour

// slowInterval is how often they are evaluated: well below the five minutes after which a sample is no longer seen.
const slowInterval = 2 * time.Minute

// recording makes the ratios that burn-rate alerts and dashboards share.
func recording(journeys []Journey) []group {
	fast, slow := group{Name: "outrider-ratios"}, group{Name: "outrider-slow-ratios", Interval: duration(slowInterval)}
	for _, w := range windows(journeys) {
		into := &fast
		if w >= slowWindow {
			into = &slow
		}
		failures := sumOf(`outcome="failed"`, w)
		into.Rules = append(into.Rules,
			rule{Record: failuresName(w), Expr: failures},
			rule{Record: ratioName(w), Expr: fmt.Sprintf("%s\n/\n(%s > 0)", failuresName(w), sumOf(`outcome!="error"`, w))},
		)
	}
	groups := []group{fast, slow, budgetLeft(journeys)}
	return slices.DeleteFunc(groups, func(g group) bool { return len(g.Rules) == 0 })
}

// budgetLeft records how much of each error budget is left: 1 all of it, 0 nothing, below that overspent. It adds up
// recorded hours, since weeks of samples are more than a query may load; journeys whose SLOs have the same window share
// a rule.
func budgetLeft(journeys []Journey) group {
	names := map[time.Duration][]string{}
	for i := range journeys {
		if j := &journeys[i]; j.Objective > 0 {
			names[j.Window] = append(names[j.Window], j.Name)
		}
	}
	g := group{Name: "outrider-error-budgets", Interval: duration(slowInterval)}
	if len(names) == 0 {
		return g
	}
	g.Rules = append(g.Rules,
		rule{Record: hourlyFailures, Expr: sumOf(`outcome="failed"`, time.Hour)},
		rule{Record: hourlyJudged, Expr: sumOf(`outcome!="error"`, time.Hour)})
	for _, w := range slices.Sorted(maps.Keys(names)) {
		these := fmt.Sprintf(`{journey=~%q}[%s:1h]`, strings.Join(names[w], "|"), duration(w))
		g.Rules = append(g.Rules, rule{
			Record: "journey:error_budget_left:ratio",
			Expr: fmt.Sprintf("1 - sum_over_time(%s%s) / (sum_over_time(%s%s) > 0)\n/ on (journey, team) (1 - max by (journey, team) (journey_slo_objective_ratio))",
				hourlyFailures, these, hourlyJudged, these),
			Labels: map[string]string{"window": duration(w).String()},
		})
	}
	return g
}

// The runs of each last hour, for sums over weeks.
const (
	hourlyFailures = "journey:run_failures:increase_hour"
	hourlyJudged   = "journey:runs_judged:increase_hour"
)

func failuresName(w time.Duration) string {
	return "journey:run_failures:increase" + duration(w).String()
}
func ratioName(w time.Duration) string {
	return "journey:run_failure_ratio:increase" + duration(w).String()
}

func failuresOf(w time.Duration, j *Journey) string { return failuresName(w) + selector(j) }
func ratioOf(w time.Duration, j *Journey) string    { return ratioName(w) + selector(j) }

// sumOf counts runs of every location together. Runs that could not be judged burn no budget.
func sumOf(outcome string, w time.Duration) string {
	return fmt.Sprintf("sum by (journey, team) (increase(journey_runs_total{%s}[%s]))", outcome, duration(w))
}
