package monitor

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/outrider-monitor/outrider/incidents/maintenance"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// Config is the monitor's file, outrider.yaml, with the journeys it names. Paths are usable as they are, and
// defaults are applied. It holds no secret, only where each comes from.
type Config struct {
	// File is the path as it was given to Load.
	File       string
	Deployment string
	Location   string
	// Environment is the one whose variables the journeys have; empty: their own.
	Environment string
	// Data is the folder of the database and of the artifacts.
	Data   string
	Listen string
	// ExternalURL is how people reach the web pages, without a slash at its end.
	ExternalURL string
	// WebConfig is the exporter-toolkit file with TLS and basic auth; empty: neither.
	WebConfig string
	// Control targets tell "we are offline" from "they are broken".
	Control  []string
	Defaults Defaults
	Teams    map[string]Team
	Pagers   map[string]Pager
	// MonitorPagers hear of the monitor's own trouble, FallbackPagers of pagers that refuse.
	MonitorPagers, FallbackPagers []string
	// Heartbeat tells others that the monitor is alive; nil: nobody is told.
	Heartbeat *Heartbeat
	// Maintenance are the windows in which journeys are left alone.
	Maintenance []maintenance.Plan
	// Storm is how many incidents within how long are told with one page for each team; a negative For: never.
	Storm      journeys.Threshold
	Browser    BrowserConfig
	CloudWatch CloudWatchConfig
	Alarms     AlarmsConfig
	Traces     TracesConfig
	Journeys   []journeys.Journey
	// Warnings are what is doubtful in the files: nothing that keeps the monitor from running.
	Warnings document.Problems
	// Files are all files that were read; Folders are where new ones would appear.
	Files, Folders []string
}

// Defaults are used where a journey says nothing.
type Defaults struct {
	Every time.Duration
	// Timeout bounds an attempt, StepTimeout a step.
	Timeout, StepTimeout time.Duration
	Alert                journeys.Alert
}

// BrowserConfig is how the browser is found and kept.
type BrowserConfig struct {
	// Path is the executable; empty: chromium-headless-shell or Chromium where the system has it.
	Path string
	// MaxConcurrent is the number of browser journeys at a time. Zero: one for each core.
	MaxConcurrent int
	// RecycleAfter is the number of runs after which the browser is replaced. Zero: the driver's default.
	RecycleAfter int
	// RecycleAbove is the memory, in bytes, above which it is replaced; MinFree what must be free for a run. Zero:
	// the driver's defaults.
	RecycleAbove, MinFree int64
	// User is who the browser runs as when we are root. Empty: outrider if there is such a user, else nobody.
	User string
	// NoSandbox runs Chromium without its sandbox. Only for machines where it cannot work.
	NoSandbox bool
}

// The defaults of the monitor's file.
const (
	DefaultListen      = "127.0.0.1:9480"
	DefaultEvery       = time.Minute
	DefaultTimeout     = time.Minute
	DefaultStepTimeout = 10 * time.Second
)

// Load reads the monitor's file and every journey it names. The error is document.Problems, with every mistake
// of all the files, or says that the file cannot be read. With Problems the Config is given too, as far as it
// could be read: it tells which files were looked into.
func Load(file string) (*Config, error) { return LoadFor(file, "") }

// LoadFor loads the file as Load does, for another environment than the one that stands in it. Empty: that one.
func LoadFor(file, environment string) (*Config, error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	nodes, known := document.Read(file, src)
	r := document.NewReader(known)
	c := &Config{File: file, Environment: environment, Files: []string{file}}
	switch {
	case len(nodes) == 0 && len(known) == 0:
		r.ProblemAt(document.Pos{File: file, Line: 1, Column: 1}, "", "the file is empty", "it needs at least the key journeys")
	case len(nodes) > 1:
		r.Problem(nodes[1], "a second document in the monitor's file", "there is one monitor in each file")
	}
	if len(nodes) > 0 {
		c.read(r, r.Map(nodes[0]))
	}
	c.doubtSeries(r)
	c.Warnings = r.Problems().Warnings()
	return c, r.Problems().Err()
}

// relative gives a path that stands in the file as one that can be opened.
func (c *Config) relative(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(c.File), path)
}

// Timing is when the journey is due, defaults applied.
func (c *Config) Timing(j *journeys.Journey) Timing {
	if j.Schedule.Cron != "" {
		t := Timing{Cron: j.Schedule.Cron}
		if j.Schedule.Timezone != nil {
			t.Zone = j.Schedule.Timezone.String()
		}
		return t
	}
	if j.Schedule.Every > 0 {
		return Timing{Every: j.Schedule.Every}
	}
	return Timing{Every: c.Defaults.Every}
}

// first gives the first value that is set.
func first[T comparable](values ...T) T {
	var zero T
	for _, v := range values {
		if v != zero {
			return v
		}
	}
	return zero
}
