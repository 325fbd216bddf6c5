package monitor

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser"
	"github.com/outrider-monitor/outrider/probes/httpcall"
	"github.com/outrider-monitor/outrider/probes/netcall"
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

// DriverSet holds the drivers of all verbs, and the one browser behind them.
type DriverSet struct {
	All     []probes.Driver
	browser *browser.Driver
}

// Drivers makes the drivers. Nothing is started before a step needs it.
func Drivers(o DriverOptions) (*DriverSet, error) {
	b, err := browser.New(browser.Options{
		ExecPath: o.Browser.Path, User: o.Browser.User, NoSandbox: o.Browser.NoSandbox,
		Headed: o.Headed, RecycleAfter: o.Browser.RecycleAfter,
		MaxMemory: o.Browser.RecycleAbove, MinFree: o.Browser.MinFree, OnStart: o.OnBrowserStart, Logger: o.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("the browser: %w", err)
	}
	return &DriverSet{All: []probes.Driver{httpcall.New(), netcall.New(), b}, browser: b}, nil
}

// Close ends the browser and waits, within ctx, until it is gone.
func (s *DriverSet) Close(ctx context.Context) error { return s.browser.Close(ctx) }

// Memory is the browser's, in bytes; 0 while none runs.
func (s *DriverSet) Memory() int64 { return s.browser.Memory() }

// browserPlaces is the number of browser runs at a time: more than there are cores gain nothing and falsify what
// is measured.
func browserPlaces(c BrowserConfig) int {
	return first(c.MaxConcurrent, min(runtime.NumCPU(), runtime.GOMAXPROCS(0)))
}

// browserStarted counts a start of the browser.
func (m *Monitor) browserStarted(cause string) {
	causes := map[string]exporter.BrowserCause{
		"first": exporter.BrowserFirst, "recycle": exporter.BrowserRecycled, "memory": exporter.BrowserRecycled,
		"crash": exporter.BrowserCrashed, "frozen": exporter.BrowserHung,
	}
	m.numbers.BrowserStart(first(causes[cause], exporter.BrowserOther))
}
