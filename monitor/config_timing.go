package monitor

import (
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// doubtTiming warns of a journey whose runs may take longer than the time to the next one, which would then be skipped.
// Where the journey says both times itself that is a mistake, and told before.
func (c *Config) doubtTiming(r *document.Reader, j *journeys.Journey) {
	if j.Timeout > 0 && j.Schedule.Every > 0 {
		return
	}
	timeout := first(j.Timeout, c.Defaults.Timeout)
	pause := c.Timing(j).shortest(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if pause <= 0 || timeout <= pause {
		return
	}
	source := "the configuration's timeout"
	if j.Timeout > 0 {
		source = "its timeout"
	}
	r.WarnAt("timeout-over-interval", j.Pos, "", fmt.Sprintf("%s is due again after %s, but %s is %s", j.Name, pause, source, timeout),
		"runs of one journey never overlap: the next one would be skipped; give it a timeout")
}

// shortest is the interval, or the shortest pause among a cron expression's next slots.
func (t Timing) shortest(now time.Time) time.Duration {
	if t.Cron == "" {
		return t.Every
	}
	var least time.Duration
	times := t.Next(now, 101)
	for i := 1; i < len(times); i++ {
		if pause := times[i].Sub(times[i-1]); least == 0 || pause < least {
			least = pause
		}
	}
	return least
}
