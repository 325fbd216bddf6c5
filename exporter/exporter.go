package exporter

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// histogramReset is the age at which a native histogram that has run out of buckets starts anew instead of
// growing coarse.
const histogramReset = time.Hour

// Options say where the exporter runs and where it asks for what it is not told.
type Options struct {
	// Location is the label of every journey's series.
	Location string
	// Version and Revision are what outrider_build_info says.
	Version, Revision string
	// Severity is that of journeys which name none. Empty: critical.
	Severity string

	// PagesPending, OldestPendingPage and BrowserMemory are asked at each scrape and must answer at once,
	// from any goroutine. Nil leaves the metric out.
	PagesPending      func() int
	OldestPendingPage func() time.Duration
	BrowserMemory     func() int64

	// Now is the time at which series are created. Nil: time.Now.
	Now func() time.Time
}

// Exporter holds every series. All methods may be called from any goroutine.
type Exporter struct {
	o     Options
	desc  [metricCount]*prometheus.Desc
	parts *labelParts

	mu       sync.RWMutex
	journeys map[string]*journeySeries
	// sorted are the journeys in the order of their names.
	sorted []*journeySeries
	// sets are those that scrapes have used, for the next ones.
	sets *sync.Pool

	monitor *monitorSeries
}

// New makes an Exporter. It knows no journeys until Configure. A registry, if there is one, checks at each scrape whatever
// the Exporter shows, which for a thousand journeys costs more than all the rest: [Exporter.Handler] does without.
func New(reg prometheus.Registerer, o Options) (*Exporter, error) {
	if o.Severity == "" {
		o.Severity = "critical"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	e := &Exporter{o: o, journeys: map[string]*journeySeries{}, sets: newSets()}
	table := catalogue()
	for i, m := range table {
		e.desc[i] = prometheus.NewDesc(m.Name, m.Help, m.Labels, nil)
	}
	e.parts = newLabelParts(o.Location)
	e.monitor = newMonitorSeries(table, o.Now(), []*dto.LabelPair{
		pair("goversion", runtime.Version()), pair("revision", o.Revision), pair("version", o.Version)})
	if reg == nil {
		return e, nil
	}
	if err := reg.Register(e); err != nil {
		return nil, fmt.Errorf("registering the metrics: %w", err)
	}
	return e, nil
}

// Configure makes the series of the configured journeys exist and those of all others disappear. What a
// journey has counted is kept as long as its name and team stay the same.
func (e *Exporter) Configure(configured []journeys.Journey) {
	created := timestamppb.New(e.o.Now())
	next := make(map[string]*journeySeries, len(configured))
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range configured {
		j := &configured[i]
		s := e.journeys[j.Name]
		if s == nil || s.team != j.Team {
			s = newJourneySeries(e.parts, j, created, s)
		}
		s.configure(e.parts, j, e.o.Severity, created)
		next[j.Name] = s
	}
	e.journeys = next
	e.sorted = slices.SortedFunc(maps.Values(next), func(a, b *journeySeries) int { return strings.Compare(a.journey(), b.journey()) })
	e.sets = newSets() // those in use have room for journeys that are gone
}

// Restore says what was known of a journey before the monitor was restarted. It is to be called after
// Configure and before the journey's first run.
func (e *Exporter) Restore(journey string, state incidents.State) {
	if s := e.find(journey); s != nil {
		s.restore(state)
	}
}

// Observe counts a run and shows the incident state that it led to. A journey that is no longer
// configured is ignored.
func (e *Exporter) Observe(j *journeys.Journey, r *probes.Result, state incidents.State) {
	if s := e.find(j.Name); s != nil {
		s.observe(e.parts, r, state)
	}
}

// NextRun says when a journey is due next; the zero time says that it is not.
func (e *Exporter) NextRun(journey string, at time.Time) {
	if s := e.find(journey); s != nil {
		s.setNext(at)
	}
}

// Maintenance says whether a journey is in maintenance.
func (e *Exporter) Maintenance(journey string, yes bool) {
	if s := e.find(journey); s != nil {
		s.maintained(yes)
	}
}

// MissedRun counts a run that was due and did not take place.
func (e *Exporter) MissedRun(journey string, cause MissedCause) {
	if s := e.find(journey); s != nil {
		s.miss(e.parts, cause)
	}
}

func (e *Exporter) find(journey string) *journeySeries {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.journeys[journey]
}
