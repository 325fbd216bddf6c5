package cloudwatch

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// series is what the datapoints of one metric have in common. JSON, because it waits on disk.
type series struct {
	Metric   string `json:"m"`
	Journey  string `json:"j"`
	Location string `json:"l,omitempty"`
	Step     string `json:"s,omitempty"`
	// At is in seconds since 1970: the beginning of the minute, or of the second where Fine.
	At   int64 `json:"t"`
	Fine bool  `json:"f,omitempty"`
}

// datapoint is a series with its values and how often each was seen. CloudWatch keeps percentiles of values, and none of
// the statistics that one could send instead.
type datapoint struct {
	series
	Values []float64 `json:"v"`
	Counts []float64 `json:"c"`
}

// mostValues is how many different values one datapoint may have.
const mostValues = 150

// gatherer adds observations up until they are sent. Adding costs some map look-ups, whatever the network does.
type gatherer struct {
	mu  sync.Mutex
	all map[series]map[float64]float64
}

// add takes a run into the datapoints of its minute.
func (g *gatherer) add(o observation) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all == nil {
		g.all = map[series]map[float64]float64{}
	}
	g.both(o, Error, truth(o.outcome == probes.Error))
	if !o.certificate.IsZero() { // what a certificate says is true whatever came of the run
		g.one(series{Metric: CertificateDays, Journey: o.journey}, o, math.Floor(o.certificate.Sub(o.at).Hours()/24*10)/10)
	}
	if o.outcome == probes.Error {
		return // nothing that was measured is a statement about the target
	}
	good := o.outcome.Good()
	g.both(o, SuccessPercent, 100*truth(good))
	g.both(o, Failed, truth(!good))
	if o.degraded != nil {
		g.one(series{Metric: Degraded, Journey: o.journey}, o, truth(*o.degraded))
	}
	if good {
		g.both(o, Duration, milliseconds(o.took))
	}
	for _, s := range o.steps {
		g.one(series{Metric: StepDuration, Journey: o.journey, Location: o.location, Step: s.name}, o, milliseconds(s.took))
	}
}

// both adds a value for the location and for all locations together.
func (g *gatherer) both(o observation, metric string, value float64) {
	g.one(series{Metric: metric, Journey: o.journey, Location: o.location}, o, value)
	g.one(series{Metric: metric, Journey: o.journey}, o, value)
}

func (g *gatherer) one(s series, o observation, value float64) {
	unit := time.Minute
	if o.fine {
		unit = time.Second
	}
	s.At, s.Fine = o.at.Truncate(unit).Unix(), o.fine
	counts := g.all[s]
	if counts == nil {
		counts = map[float64]float64{}
		g.all[s] = counts
	}
	counts[value]++
}

// take gives what was gathered and begins anew. A datapoint with too many values becomes several.
func (g *gatherer) take() []datapoint {
	g.mu.Lock()
	all := g.all
	g.all = nil
	g.mu.Unlock()
	points := make([]datapoint, 0, len(all))
	for s, counts := range all {
		p := datapoint{series: s}
		for _, value := range sortedKeys(counts) {
			if len(p.Values) == mostValues {
				points = append(points, p)
				p = datapoint{series: s}
			}
			p.Values, p.Counts = append(p.Values, value), append(p.Counts, counts[value])
		}
		points = append(points, p)
	}
	slices.SortFunc(points, func(a, b datapoint) int { return int(a.At - b.At) })
	return points
}

func sortedKeys(counts map[float64]float64) []float64 {
	keys := make([]float64, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
