package exporter

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// PageOutcome is what came of an attempt to deliver a page.
type PageOutcome string

// The outcomes of a delivery.
const (
	Accepted  PageOutcome = "accepted"
	Postponed PageOutcome = "postponed"
	Refused   PageOutcome = "refused"
)

func pageOutcomes() [3]PageOutcome { return [3]PageOutcome{Accepted, Postponed, Refused} }

// BrowserCause says why a browser was started.
type BrowserCause string

// The causes of browser starts. Other stands for any cause that is none of these.
const (
	BrowserFirst    BrowserCause = "first"
	BrowserRecycled BrowserCause = "recycled"
	BrowserCrashed  BrowserCause = "crashed"
	BrowserHung     BrowserCause = "hung"
	BrowserOther    BrowserCause = "other"
)

func browserCauses() [5]BrowserCause {
	return [5]BrowserCause{BrowserFirst, BrowserRecycled, BrowserCrashed, BrowserHung, BrowserOther}
}

// monitorSeries is everything that is counted of the monitor itself.
type monitorSeries struct {
	created  timestamp
	build    []*dto.LabelPair
	lateness prometheus.Histogram
	wait     prometheus.Histogram

	mu       sync.Mutex
	browsers [5]float64
	pagers   map[string]*pagerSeries
	// cloud are datapoints by outcome; nil without CloudWatch.
	cloud map[string]float64
	// spans are those of traces by outcome; nil without traces.
	spans    map[string]float64
	reloadOK value
	reloaded value
}

type pagerSeries struct {
	label    *dto.LabelPair
	outcomes [3]float64
}

func newMonitorSeries(table [metricCount]Metric, now time.Time, build []*dto.LabelPair) *monitorSeries {
	return &monitorSeries{
		created:  timestamppb.New(now),
		build:    build,
		lateness: table[scheduleLateness].histogram(),
		wait:     table[queueWait].histogram(),
		pagers:   map[string]*pagerSeries{},
	}
}

// ConfigurePagers makes the series of the configured pagers exist and those of all others disappear.
func (e *Exporter) ConfigurePagers(names []string) {
	m := e.monitor
	m.mu.Lock()
	defer m.mu.Unlock()
	next := make(map[string]*pagerSeries, len(names))
	for _, name := range names {
		next[name] = m.pagers[name]
		if next[name] == nil {
			next[name] = &pagerSeries{label: pair("pager", name)}
		}
	}
	m.pagers = next
}

// PageSettled counts an attempt to deliver a page. A pager that is not configured is ignored.
func (e *Exporter) PageSettled(pager string, outcome PageOutcome) {
	m := e.monitor
	m.mu.Lock()
	defer m.mu.Unlock()
	series := m.pagers[pager]
	if series == nil {
		return
	}
	for i, o := range pageOutcomes() {
		if o == outcome {
			series.outcomes[i]++
		}
	}
}

// ScheduleLateness says how long after its time the schedule has started a run.
func (e *Exporter) ScheduleLateness(d time.Duration) { e.monitor.lateness.Observe(d.Seconds()) }

// QueueWait says how long a run has waited for a free slot.
func (e *Exporter) QueueWait(d time.Duration) { e.monitor.wait.Observe(d.Seconds()) }

// BrowserStart counts a start of the browser.
func (e *Exporter) BrowserStart(cause BrowserCause) {
	m := e.monitor
	m.mu.Lock()
	defer m.mu.Unlock()
	causes := browserCauses()
	for i, c := range causes {
		if c == cause || i == len(causes)-1 {
			m.browsers[i]++
			return
		}
	}
}

// CloudWatchDatapoints counts datapoints by what became of them: accepted, refused, postponed or dropped. The first call,
// with any number, makes all four exist.
func (e *Exporter) CloudWatchDatapoints(outcome string, n int) {
	m := e.monitor
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cloud == nil {
		m.cloud = map[string]float64{"accepted": 0, "refused": 0, "postponed": 0, "dropped": 0}
	}
	if _, known := m.cloud[outcome]; known {
		m.cloud[outcome] += float64(n)
	}
}

// TraceSpans counts spans by what became of them: accepted, refused or dropped. The first call, with any number, makes all
// three exist.
func (e *Exporter) TraceSpans(outcome string, n int) {
	m := e.monitor
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.spans == nil {
		m.spans = map[string]float64{"accepted": 0, "refused": 0, "dropped": 0}
	}
	if _, known := m.spans[outcome]; known {
		m.spans[outcome] += float64(n)
	}
}

// ConfigReload says whether an attempt to load the configuration, the first one included, succeeded.
func (e *Exporter) ConfigReload(ok bool, at time.Time) {
	m := e.monitor
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reloadOK = known(truth(ok))
	if ok {
		m.reloaded = known(seconds(at))
	}
}

func (m *monitorSeries) collect(o *Options, b *batch) {
	b.gauge(buildInfo, 1, m.build)
	b.histogram(scheduleLateness, m.lateness)
	b.histogram(queueWait, m.wait)
	if o.PagesPending != nil {
		b.gauge(pagesPending, float64(o.PagesPending()), nil)
	}
	if o.OldestPendingPage != nil {
		b.gauge(oldestPendingPage, o.OldestPendingPage().Seconds(), nil)
	}
	if o.BrowserMemory != nil {
		b.gauge(browserMemory, float64(o.BrowserMemory()), nil)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b.known(reloadSuccessful, m.reloadOK, nil)
	b.known(reloadTimestamp, m.reloaded, nil)
	// In order, so that two scrapes differ in what has changed alone.
	for _, outcome := range slices.Sorted(maps.Keys(m.cloud)) {
		b.counter(cloudwatchDatapoints, m.cloud[outcome], m.created, nil, nil, pair("outcome", outcome))
	}
	for _, outcome := range slices.Sorted(maps.Keys(m.spans)) {
		b.counter(traceSpans, m.spans[outcome], m.created, nil, nil, pair("outcome", outcome))
	}
	for i, cause := range browserCauses() {
		b.counter(browserStarts, m.browsers[i], m.created, nil, nil, pair("cause", string(cause)))
	}
	for _, name := range slices.Sorted(maps.Keys(m.pagers)) {
		pager := m.pagers[name]
		for i, outcome := range pageOutcomes() {
			b.counter(pagesTotal, pager.outcomes[i], m.created, nil, nil, pager.label, pair("outcome", string(outcome)))
		}
	}
}
