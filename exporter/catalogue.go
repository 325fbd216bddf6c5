package exporter

import "github.com/prometheus/client_golang/prometheus"

// Kind is the Prometheus type of a metric.
type Kind string

// The kinds in use. Histograms are classic and native at once.
const (
	Counter   Kind = "counter"
	Gauge     Kind = "gauge"
	Histogram Kind = "histogram"
)

// Metric is one entry of the contract: what is exported, and what it means.
type Metric struct {
	Name   string
	Kind   Kind
	Help   string
	Labels []string
	// Buckets are the upper bounds of a histogram's classic buckets, in seconds.
	Buckets []float64
	// Note says when a series is absent and how the number is meant to be used.
	Note string
}

// id indexes the catalogue, so that a metric without an entry does not compile.
type id int

const (
	runsTotal id = iota
	failuresTotal
	runDuration
	stepDuration
	success
	lastRun
	lastSuccess
	nextRun
	incidentOpen
	maintenance
	httpPhase
	certificateExpiry
	webVital
	webVitalScore
	pageRequests
	pageBytes
	pageErrors
	locatorDrift
	sloObjective
	missedRuns
	scheduleLateness
	queueWait
	browserStarts
	browserMemory
	pagesTotal
	pagesPending
	oldestPendingPage
	reloadSuccessful
	reloadTimestamp
	cloudwatchDatapoints
	traceSpans
	buildInfo
	metricCount
)

// Catalogue is every metric of this package, in the order of the documentation.
func Catalogue() []Metric {
	all := catalogue()
	return all[:]
}

func catalogue() [metricCount]Metric {
	var all [metricCount]Metric
	describeJourneys(&all)
	describeMonitor(&all)
	return all
}

func describeJourneys(m *[metricCount]Metric) {
	journey := func(more ...string) []string { return append([]string{"journey", "team", "location"}, more...) }
	m[runsTotal] = Metric{Name: "journey_runs_total", Kind: Counter, Labels: journey("outcome"),
		Help: "Runs of the journey by outcome: passed, degraded, failed or error.",
		Note: "All four outcomes exist from the start. `error` says that the monitor could not judge: leave it out of success ratios."}
	m[failuresTotal] = Metric{Name: "journey_failures_total", Kind: Counter, Labels: journey("reason"),
		Help: "Runs that did not simply pass, by reason.",
		Note: "Counts failed runs, degraded ones (`slow`) and errors of the monitor (`browser offline resources config cancelled internal`). Every reason that the journey can meet exists from the start; a journey without browser steps has no `locator navigation script browser`."}
	m[runDuration] = Metric{Name: "journey_run_duration_seconds", Kind: Histogram, Labels: journey(),
		Buckets: []float64{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120},
		Help:    "Time that a good run (passed or degraded) took, finally steps apart.",
		Note:    "Failed runs are left out: one that is refused in a millisecond would make the journey look fast."}
	m[stepDuration] = Metric{Name: "journey_step_duration_seconds", Kind: Histogram, Labels: journey("step"),
		Buckets: []float64{0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30},
		Help:    "Time that a step took when it did what it should.",
		Note:    "Of the deciding attempt of every judged run, so also the good steps before a failing one."}
	m[success] = Metric{Name: "journey_success", Kind: Gauge, Labels: journey(),
		Help: "1 if the last judged run passed (or was degraded), 0 if it failed.",
		Note: "Absent until the first run is judged. `error` leaves it as it is. Survives a restart of the monitor."}
	m[lastRun] = Metric{Name: "journey_last_run_timestamp_seconds", Kind: Gauge, Labels: journey(),
		Help: "When the last run ended, whatever its outcome.",
		Note: "Absent until the first run."}
	m[lastSuccess] = Metric{Name: "journey_last_success_timestamp_seconds", Kind: Gauge, Labels: journey(),
		Help: "When the journey last passed (or was degraded).",
		Note: "Absent until it passed once. Survives a restart of the monitor."}
	m[nextRun] = Metric{Name: "journey_next_run_timestamp_seconds", Kind: Gauge, Labels: journey(),
		Help: "When the journey is due next.",
		Note: "A value that stays in the past says that the schedule has stopped."}
	m[incidentOpen] = Metric{Name: "journey_incident_open", Kind: Gauge, Labels: journey("severity"),
		Help: "1 while an incident of the journey is open, 0 otherwise.",
		Note: "One series for each journey: with the severity of the open incident, else the one that the journey asks for. Survives a restart of the monitor."}
	m[maintenance] = Metric{Name: "journey_maintenance", Kind: Gauge, Labels: journey(),
		Help: "1 while the journey is in maintenance.",
		Note: "Absent outside. Runs in maintenance count for no counter and no histogram, and one that is skipped did not happen: alerts on stale numbers take `unless on (journey) journey_maintenance`."}
	m[httpPhase] = Metric{Name: "journey_http_phase_seconds", Kind: Gauge, Labels: journey("step", "phase"),
		Help: "Time in each phase of the step's last HTTP exchange: resolve, connect, tls, processing, transfer.",
		Note: "Spelled as blackbox_exporter spells the phases. Absent until the step has had an exchange."}
	m[certificateExpiry] = Metric{Name: "journey_tls_certificate_expiry_timestamp_seconds", Kind: Gauge, Labels: journey("step"),
		Help: "When the first certificate of the chain that the step last met expires.",
		Note: "Absent for steps without TLS."}
	m[webVital] = Metric{Name: "journey_web_vital_seconds", Kind: Gauge, Labels: journey("step", "vital"),
		Help: "Web vitals of the page that the step last loaded: ttfb, fcp, lcp, and inp of the step's input.",
		Note: "As far as the page had reported when the journey left it; a step with a budget for a vital waits for the page to stand still first. Absent for what no run has measured yet."}
	m[webVitalScore] = Metric{Name: "journey_web_vital_score", Kind: Gauge, Labels: journey("step", "vital"),
		Help: "Cumulative layout shift (cls) of the page that the step last loaded.",
		Note: "0.1 and below is good, above 0.25 is poor. Absent until a run has measured it."}
	m[pageRequests] = Metric{Name: "journey_page_requests", Kind: Gauge, Labels: journey("step", "party"),
		Help: "Requests that the page made in the step's last run, to own hosts and to third parties.",
		Note: "`own` are the sites of the journey's URLs, `third` all others."}
	m[pageBytes] = Metric{Name: "journey_page_bytes", Kind: Gauge, Labels: journey("step", "party"),
		Help: "Bytes that came over the network in the step's last run, from own hosts and from third parties."}
	m[pageErrors] = Metric{Name: "journey_page_errors", Kind: Gauge, Labels: journey("step"),
		Help: "Exceptions that the page's scripts did not catch in the step's last run."}
	m[locatorDrift] = Metric{Name: "journey_locator_drift_total", Kind: Counter, Labels: journey(),
		Help: "Steps that found their element only by an alternative locator.",
		Note: "The page has moved away from what the journey expects, but not yet out of its reach."}
	m[sloObjective] = Metric{Name: "journey_slo_objective_ratio", Kind: Gauge, Labels: journey(),
		Help: "Part of the judged runs that is promised to pass, such as 0.999.",
		Note: "Only for journeys with an `slo`."}
}

func describeMonitor(m *[metricCount]Metric) {
	m[missedRuns] = Metric{Name: "outrider_missed_runs_total", Kind: Counter, Labels: []string{"journey", "cause"},
		Help: "Runs that were due and did not take place.",
		Note: "Causes: `overlap`, the run before was still going; `skipped`, the moment had passed before the monitor got to it; `down`, the monitor was not running."}
	m[scheduleLateness] = Metric{Name: "outrider_schedule_lateness_seconds", Kind: Histogram,
		Buckets: []float64{0.001, 0.003, 0.01, 0.03, 0.1, 0.5, 1, 5, 30},
		Help:    "Time from the moment a run was due to the moment the schedule started it."}
	m[queueWait] = Metric{Name: "outrider_queue_wait_seconds", Kind: Histogram,
		Buckets: []float64{0.001, 0.01, 0.1, 0.5, 1, 5, 15, 30, 60},
		Help:    "Time that a run waited for a free slot after the schedule had started it.",
		Note:    "If it grows, there are more browser journeys than the machine can run at a time."}
	m[browserStarts] = Metric{Name: "outrider_browser_starts_total", Kind: Counter, Labels: []string{"cause"},
		Help: "Starts of the browser by cause: first, recycled, crashed, hung or other.",
		Note: "`first` is the start at first need, `recycled` the planned renewal; the rest is trouble."}
	m[browserMemory] = Metric{Name: "outrider_browser_memory_bytes", Kind: Gauge,
		Help: "Memory of the browser and all its processes; 0 while none runs."}
	m[pagesTotal] = Metric{Name: "outrider_pages_total", Kind: Counter, Labels: []string{"pager", "outcome"},
		Help: "Attempts to deliver a page by outcome: accepted, postponed or refused.",
		Note: "`accepted` and `refused` settle a page; `postponed` will be tried again."}
	m[pagesPending] = Metric{Name: "outrider_pages_pending", Kind: Gauge,
		Help: "Pages that wait for delivery."}
	m[oldestPendingPage] = Metric{Name: "outrider_oldest_pending_page_seconds", Kind: Gauge,
		Help: "Age of the oldest page that waits for delivery; 0 if none does.",
		Note: "The number to alert on: pages may be late, but not for long."}
	m[reloadSuccessful] = Metric{Name: "outrider_config_last_reload_successful", Kind: Gauge,
		Help: "1 if the last attempt to load the configuration succeeded, 0 if the one before is still in use."}
	m[reloadTimestamp] = Metric{Name: "outrider_config_last_reload_success_timestamp_seconds", Kind: Gauge,
		Help: "When the configuration in use was loaded."}
	m[cloudwatchDatapoints] = Metric{Name: "outrider_cloudwatch_datapoints_total", Kind: Counter, Labels: []string{"outcome"},
		Help: "Datapoints for CloudWatch by outcome: accepted, refused, postponed or dropped.",
		Note: "Absent without `cloudwatch` in the configuration. `postponed` wait on disk and are counted again when they are settled; `refused` and `dropped` are lost."}
	m[traceSpans] = Metric{Name: "outrider_trace_spans_total", Kind: Counter, Labels: []string{"outcome"},
		Help: "Spans for OpenTelemetry by outcome: accepted, refused or dropped.",
		Note: "Absent without `traces` in the configuration. `refused` are those that the collector did not want, `dropped` those for which there was no room or no time any more; both are lost."}
	m[buildInfo] = Metric{Name: "outrider_build_info", Kind: Gauge, Labels: []string{"version", "revision", "goversion"},
		Help: "Always 1; its labels say which build this is."}
}

// histogram makes the client library's histogram with a metric's buckets, for the few that the monitor has of itself.
func (m Metric) histogram() prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: m.Name, Help: m.Help, Buckets: m.Buckets,
		NativeHistogramBucketFactor:     nativeFactor,
		NativeHistogramMaxBucketNumber:  nativeMost,
		NativeHistogramMinResetDuration: histogramReset,
	})
}
