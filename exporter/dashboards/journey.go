package dashboards

// journey is what its team looks at when it is slow or fails.
func journey(externalURL string) Dashboard {
	const one = `journey="$journey",location=~"$location"`
	lasted := func(q, metric, by string) string {
		return quantile(q, "rate", metric, "{"+one+"}", "$__rate_interval", by)
	}
	const runs, steps = "journey_run_duration_seconds", "journey_step_duration_seconds"
	panels := []panel{
		number(4, 4, "Works now", "The last judged run.", "bool_yes_no", "min(journey_success{"+one+"})", nil, red, 1, green),
		number(5, 4, "Passed", "Part of the judged runs in the chosen time.", "percentunit",
			"sum(increase(journey_runs_total{"+one+`,outcome=~"passed|degraded"}[$__range])) / sum(increase(journey_runs_total{`+one+`,outcome!="error"}[$__range]))`, nil, red, 0.99, amber, 0.999, green),
		number(5, 4, "Error budget left", "Needs the rules that `outrider rules` makes. Below zero it is overspent.", "percentunit",
			`max(journey:error_budget_left:ratio{journey="$journey"})`, nil, red, 0, amber, 0.5, green),
		number(5, 4, "Last passed", "", "dateTimeFromNow", "max(journey_last_success_timestamp_seconds{"+one+"}) * 1000", nil, grey),
		number(5, 4, "Runs next", "In the past: its schedule has stopped.", "dateTimeFromNow", "min(journey_next_run_timestamp_seconds{"+one+"}) * 1000", nil, grey),
		bars(12, 8, "Runs by outcome", "", outcomeColours(), query{"sum by (outcome) (increase(journey_runs_total{" + one + "}[$__rate_interval]))", "{{outcome}}"}),
		bars(12, 8, "Why runs did not pass", "", nil, query{"sum by (reason) (increase(journey_failures_total{" + one + "}[$__rate_interval])) > 0", "{{reason}}"}),
		lines(12, 8, "How long good runs take", "", "s", query{lasted("0.5", runs, ""), "median"}, query{lasted("0.95", runs, ""), "95 %"}, query{lasted("0.99", runs, ""), "99 %"}),
		lines(12, 8, "Median of each step", "", "s", query{lasted("0.5", steps, "step"), "{{step}}"}),
		lines(12, 8, "Phases of HTTP steps", "Of the last exchange: resolve, connect, tls, processing, transfer.", "s",
			query{"max by (step, phase) (journey_http_phase_seconds{" + one + "})", "{{step}}: {{phase}}"}),
		lines(12, 8, "Steps that found their element only by an alternative", "The page has moved away from what the journey expects.", "short",
			query{"sum by (location) (increase(journey_locator_drift_total{" + one + "}[$__rate_interval]))", "{{location}}"}),
	}
	d := dashboard("outrider-journey", "Outrider: one journey", "Whether a journey works, how long it takes, and where the time goes.", externalURL,
		[]variable{
			labelValues("journey", "Journey", "label_values(journey_runs_total, journey)", false),
			labelValues("location", "Location", `label_values(journey_runs_total{journey="$journey"}, location)`, true),
		}, panels)
	if externalURL != "" {
		d.Links[len(d.Links)-1].URL = externalURL + "/journeys/$journey"
	}
	return d
}
