package rules

import (
	"fmt"
	"strings"
	"time"
)

// monitor are the alerts about Outrider itself: what it cannot tell because it may be the one that is broken.
func monitor(o Options) []rule {
	up := fmt.Sprintf("up{job=%q}", o.Job)
	critical, warning := map[string]string{"severity": "critical"}, map[string]string{"severity": "warning"}
	said := func(summary, description string) map[string]string {
		return map[string]string{"summary": summary, "description": description}
	}
	return []rule{{
		Alert: "OutriderDown", Expr: fmt.Sprintf("%s == 0\nor absent(%s)", up, up), For: duration(2 * time.Minute), Labels: critical,
		Annotations: said("Nobody is riding ahead of the customers",
			"Prometheus has not reached Outrider for two minutes. No journey is watched and no page is sent."),
		check: check{fires: []series{{strings.TrimSuffix(up, "}") + `,instance="o"}`, 1, 0, 1}}},
	}, {
		Alert: "OutriderPagesStuck", Expr: "outrider_oldest_pending_page_seconds > 300", Labels: critical,
		Annotations: said("A page has been waiting for {{ $value | humanizeDuration }}",
			"A pager refuses or does not answer. The page is safe, and nobody has been told. outrider_pages_total says which pager."),
		check: check{fires: []series{{"outrider_oldest_pending_page_seconds", 0, 900, 0}}},
	}, {
		Alert: "OutriderConfigurationRejected", Expr: "outrider_config_last_reload_successful == 0", For: duration(5 * time.Minute), Labels: warning,
		Annotations: said("Outrider runs with an old configuration",
			"The last reload was refused; the log has every mistake with its line, and so has outrider check."),
		check: check{fires: []series{{"outrider_config_last_reload_successful", 1, 0, 1}}},
	}, {
		Alert: "OutriderMissesRuns", Expr: `sum by (instance, cause) (increase(outrider_missed_runs_total{cause!="down"}[15m])) >= 3`, Labels: warning,
		Annotations: said("Outrider misses runs: {{ $labels.cause }}",
			"Journeys take longer than their interval, or there are more of them than this machine can run."),
		check: check{counts: `outrider_missed_runs_total{journey="a",cause="overlap"}`},
	}, {
		Alert: "OutriderBrowserKeepsDying", Expr: `sum by (instance) (increase(outrider_browser_starts_total{cause=~"crashed|hung|other"}[1h])) >= 5`, Labels: warning,
		Annotations: said("Outrider's browser died {{ $value | printf \"%.0f\" }} times in an hour",
			"Runs are repeated in a fresh one, so no verdict is lost yet. The log has its last words; memory is the usual cause."),
		check: check{counts: `outrider_browser_starts_total{cause="crashed"}`},
	}}
}

// plain keeps what an author wrote from being taken for a template, in which it stands as it is.
func plain(text string) string { return strings.ReplaceAll(text, "{{", `{{"{{"}}`) }
