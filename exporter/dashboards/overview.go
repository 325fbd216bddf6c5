package dashboards

// overview is what a team looks at each week: which journeys keep their promise, and which are broken now.
func overview(externalURL string) Dashboard {
	const some = `team=~"$team",location=~"$location"`
	good := "sum(increase(journey_runs_total{" + some + `,outcome=~"passed|degraded"}[$__range]))`
	judged := "sum(increase(journey_runs_total{" + some + `,outcome!="error"}[$__range]))`
	byJourney := func(outcome string) string {
		return "sum by (journey) (increase(journey_runs_total{" + some + "," + outcome + "}[$__range]))"
	}
	return dashboard("outrider-overview", "Outrider: journeys", "Every customer journey: what it promised, what it kept.", externalURL,
		[]variable{
			labelValues("team", "Team", "label_values(journey_runs_total, team)", true),
			labelValues("location", "Location", "label_values(journey_runs_total, location)", true),
		},
		[]panel{
			number(4, 4, "Broken now", "Journeys with an open incident.", "none", "sum(max by (journey) (journey_incident_open{"+some+"}))", nil, green, 1, red),
			number(4, 4, "Passed", "Part of the judged runs in the chosen time that passed.", "percentunit", good+" / "+judged, nil, red, 0.99, amber, 0.999, green),
			number(4, 4, "Runs", "In the chosen time, whatever came of them.", "short", "sum(increase(journey_runs_total{"+some+"}[$__range]))", nil, grey),
			number(4, 4, "Could not be judged", "Runs that ended in error: the monitor's own trouble. They burn no budget.", "short", "sum(increase(journey_runs_total{"+some+`,outcome="error"}[$__range]))`, nil, green, 1, amber, 10, red),
			number(4, 4, "Pages waiting", "Pages that no pager has accepted yet.", "none", "sum(outrider_pages_pending)", nil, green, 1, amber, 10, red),
			number(4, 4, "First certificate expires in", "Of all certificates that journeys meet.", "s", "min(journey_tls_certificate_expiry_timestamp_seconds{"+some+"}) - time()", nil, red, 14*86400, amber, 30*86400, green),
			table(24, 10, "Journeys", "The error budget needs the rules that `outrider rules` makes.", "journey",
				"/d/outrider-journey?var-journey=${__value.text}&${__url_time_range}",
				column{"Works now", "bool_yes_no", "min by (journey) (journey_success{" + some + "})", 1, 0.5},
				column{"Passed", "percentunit", byJourney(`outcome=~"passed|degraded"`) + " / " + byJourney(`outcome!="error"`), 0.999, 0.99},
				column{"Promised", "percentunit", "max by (journey) (journey_slo_objective_ratio{" + some + "})", 0, 0},
				column{"Budget left", "percentunit", `max by (journey) (journey:error_budget_left:ratio{team=~"$team"})`, 0.5, 0.0001},
				column{"Failed", "short", byJourney(`outcome="failed"`), 0, 0},
				column{"Over budget", "short", byJourney(`outcome="degraded"`), 0, 0},
				column{"Not judged", "short", byJourney(`outcome="error"`), 0, 0},
				column{"Median", "s", quantile("0.5", "increase", "journey_run_duration_seconds", "{"+some+"}", "$__range", "journey"), 0, 0},
				column{"95 %", "s", quantile("0.95", "increase", "journey_run_duration_seconds", "{"+some+"}", "$__range", "journey"), 0, 0},
			),
			timeline(24, 8, "When each was broken", "Open incidents.", map[string][2]string{"0": {"works", green}, "1": {"broken", red}},
				query{"max by (journey) (journey_incident_open{" + some + "})", "{{journey}}"}),
			bars(12, 8, "Runs by outcome", "", outcomeColours(), query{"sum by (outcome) (increase(journey_runs_total{" + some + "}[$__rate_interval]))", "{{outcome}}"}),
			bars(12, 8, "Why runs did not pass", "Reasons of the target, and of the monitor (browser, offline, resources, config, cancelled, internal).", nil,
				query{"sum by (reason) (increase(journey_failures_total{" + some + "}[$__rate_interval])) > 0", "{{reason}}"}),
		})
}
