package monitor

import (
	"context"
	"log/slog"
	"runtime"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
)

// DriverOptions say how journeys reach their targets.
type DriverOptions struct {
	Browser BrowserConfig
	// Headed shows the browser.
	Headed bool
	Log    *slog.Logger
	// OnBrowserStart hears of every start of the browser and its cause. May be nil.
	OnBrowserStart func(cause string)
}

// Drivers makes the drivers. Nothing is started before a step needs it. close ends the browser.
func Drivers(o DriverOptions) (drivers []probes.Driver, close func(context.Context) error, err error) {
	return []probes.Driver{httpcall.New()}, func(context.Context) error { return nil }, nil
}

// browserPlaces is the number of browser runs at a time: more than there are cores gain nothing and falsify what
// is measured.
func browserPlaces(c BrowserConfig) int {
	return first(c.MaxConcurrent, runtime.GOMAXPROCS(0))
}

// browserStarted counts a start of the browser.
func (m *Monitor) browserStarted(cause string) {
	causes := map[string]exporter.BrowserCause{
		"first": exporter.BrowserFirst, "recycle": exporter.BrowserRecycled, "crash": exporter.BrowserCrashed, "frozen": exporter.BrowserHung,
	}
	m.numbers.BrowserStart(first(causes[cause], exporter.BrowserOther))
}
