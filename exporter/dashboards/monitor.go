package dashboards

// monitor is what whoever runs Outrider looks at: is it late, is it starved, are pages stuck.
func monitor(externalURL string) Dashboard {
	late := func(q, metric string) string { return quantile(q, "rate", metric, "", "$__rate_interval", "") }
	const lateness, wait = "outrider_schedule_lateness_seconds", "outrider_queue_wait_seconds"
	return dashboard("outrider-monitor", "Outrider: the monitor", "Whether Outrider itself is well.", externalURL, nil, []panel{
		number(6, 4, "Oldest waiting page", "Pages may be late, but not for long.", "s", "max(outrider_oldest_pending_page_seconds)", nil, green, 60, amber, 300, red),
		number(6, 4, "Configuration", "1: the last reload was taken over; 0: the one before is still in use.", "bool_yes_no", "min(outrider_config_last_reload_successful)", nil, red, 1, green),
		number(6, 4, "Browser's memory", "All its processes.", "bytes", "sum(outrider_browser_memory_bytes)", nil, grey),
		number(6, 4, "Configuration loaded", "", "dateTimeFromNow", "max(outrider_config_last_reload_success_timestamp_seconds) * 1000", nil, grey),
		lines(12, 8, "How late runs start", "From the moment a run was due to the moment the schedule started it.", "s", query{late("0.5", lateness), "median"}, query{late("0.99", lateness), "99 %"}),
		lines(12, 8, "How long runs wait for a browser", "If it grows, there are more browser journeys than the machine can run at a time.", "s", query{late("0.5", wait), "median"}, query{late("0.99", wait), "99 %"}),
		bars(12, 8, "Runs that did not take place", "overlap: the run before was still going. skipped: the moment had passed. down: the monitor was not running.", nil,
			query{"sum by (cause) (increase(outrider_missed_runs_total[$__rate_interval])) > 0", "{{cause}}"}),
		bars(12, 8, "Runs that could not be judged", "", nil,
			query{`sum by (reason) (increase(journey_failures_total{reason=~"browser|offline|resources|config|cancelled|internal"}[$__rate_interval])) > 0`, "{{reason}}"}),
		bars(12, 8, "Starts of the browser", "first and recycled are planned; the rest is trouble.", nil, query{"sum by (cause) (increase(outrider_browser_starts_total[$__rate_interval])) > 0", "{{cause}}"}),
		lines(12, 8, "Memory", "", "bytes", query{"sum(outrider_browser_memory_bytes)", "browser"}, query{`sum(process_resident_memory_bytes{job=~".*outrider.*"})`, "outrider"}),
		bars(12, 8, "Attempts to deliver pages", "accepted and refused settle a page; postponed will be tried again.", nil,
			query{"sum by (pager, outcome) (increase(outrider_pages_total[$__rate_interval])) > 0", "{{pager}}: {{outcome}}"}),
		lines(12, 8, "Pages waiting", "", "short", query{"sum(outrider_pages_pending)", "pages"}),
	})
}
