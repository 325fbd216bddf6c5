package rules

import (
	"fmt"
	"strconv"
	"time"
)

// broken is the alert of a journey without an SLO: Outrider's own verdict, by the journey's policy. The severity is that of
// the open incident, which may depend on the hour.
func broken(j *Journey, o Options) rule {
	l := labels(j, "")
	delete(l, "severity")
	return rule{
		Alert:  "JourneyBroken",
		Expr:   fmt.Sprintf("max by (journey, team, severity) (journey_incident_open%s) == 1", selector(j)),
		Labels: l,
		Annotations: annotations(j, o, name(j)+" is broken",
			"So many runs failed that its policy calls it broken. Outrider has paged the team by itself, with the evidence."),
		check: check{fires: []series{{fmt.Sprintf("journey_incident_open{journey=%q,team=%q,severity=%q}", j.Name, j.Team, j.Severity), 0, 1, 0}}},
	}
}

// grace is how late a journey may be before somebody is told: a long run, a restart, a scrape in between.
func grace(j *Journey) time.Duration { return max(2*time.Minute, j.Timeout+time.Minute) }

// notRun is the alert for a journey whose numbers have stopped to move. Those that are scraped look as they last were,
// so it is the time in them that tells; those that are gone tell nothing, so their absence does.
func notRun(j *Journey, o Options) rule {
	next := "journey_next_run_timestamp_seconds" + selector(j)
	return rule{
		Alert:  "JourneyNotRun",
		Expr:   fmt.Sprintf("time() - max by (journey, team) (%s) > %d\nor absent(%s)", next, int(grace(j).Seconds()), next),
		For:    duration(3 * time.Minute),
		Labels: labels(j, j.Severity),
		Annotations: annotations(j, o, "Nobody knows whether "+name(j)+" works: it is no longer run",
			"Its next run is overdue, or no monitor shows it any more. Its other numbers look as they last were."),
		check: check{overdue: true},
	}
}

// lastErrors is how many errors in a row say that a journey cannot be judged.
const lastErrors = 3

// lookBack is the time that holds that many runs, and one more.
func lookBack(j *Journey) time.Duration {
	return roundUp(max(15*time.Minute, (lastErrors+1)*j.Every))
}

// cannotJudge is the alert for a journey that is run and not judged.
func cannotJudge(j *Journey, o Options) rule {
	over := duration(lookBack(j))
	return rule{
		Alert: "JourneyCannotBeJudged",
		Expr: fmt.Sprintf("sum by (journey, team) (increase(journey_runs_total{journey=%q,outcome=\"error\"}[%s])) >= %d\nunless sum by (journey, team) (increase(journey_runs_total{journey=%q,outcome!=\"error\"}[%s])) > 0",
			j.Name, over, lastErrors, j.Name, over),
		Labels: labels(j, "warning"),
		Annotations: annotations(j, o, "Nobody knows whether "+name(j)+" works: it could not be judged",
			fmt.Sprintf("All runs of the last %s ended in error: the monitor's browser, its network or a secret. journey_failures_total says which.", over)),
		check: check{errors: true},
	}
}

// everyJourney are the alerts that need to know nothing of a journey.
func everyJourney() []rule {
	return []rule{{
		Alert:  "JourneyCertificateExpires",
		Expr:   "min by (journey, team, step) (journey_tls_certificate_expiry_timestamp_seconds) - time() < 14 * 86400",
		Labels: map[string]string{"severity": "warning"},
		Annotations: map[string]string{
			"summary":     "A certificate that {{ $labels.journey }} needs expires in {{ $value | humanizeDuration }}",
			"description": "Seen in the step {{ $labels.step }}.",
		},
		check: check{fires: []series{{`journey_tls_certificate_expiry_timestamp_seconds{journey="a",team="t",step="s"}`, 9e6, 1e5, 9e6}}},
	}, {
		Alert:  "JourneyLocatorDrift",
		Expr:   "sum by (journey, team) (increase(journey_locator_drift_total[1h])) > 0",
		For:    duration(time.Hour),
		Labels: map[string]string{"severity": "info"},
		Annotations: map[string]string{
			"summary":     "The pages of {{ $labels.journey }} have moved away from its first locators",
			"description": "It still passes by an alternative. Renew the locator before that one goes too.",
		},
		check: check{counts: `journey_locator_drift_total{journey="a",team="t"}`},
	}}
}

// selector picks the series of one journey.
func selector(j *Journey) string { return fmt.Sprintf("{journey=%q}", j.Name) }

// name is what people call the journey.
func name(j *Journey) string {
	if j.Title != "" {
		return fmt.Sprintf("%s (%s)", j.Name, j.Title)
	}
	return j.Name
}

func labels(j *Journey, severity string) map[string]string {
	return map[string]string{"journey": j.Name, "team": plain(j.Team), "severity": plain(severity)}
}

func annotations(j *Journey, o Options, summary, description string) map[string]string {
	a := map[string]string{"summary": plain(summary), "description": description}
	if j.Runbook != "" {
		a["runbook_url"] = plain(j.Runbook)
	}
	if o.ExternalURL != "" {
		a["dashboard_url"] = o.ExternalURL + "/journeys/" + j.Name
	}
	return a
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', 12, 64) }
