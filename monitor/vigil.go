package monitor

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// How often the vigil looks at the clock, and how much later than that it must come for us to have stood still:
// far longer than a busy machine lets anybody wait.
const (
	glance     = 500 * time.Millisecond
	standstill = 3 * time.Second
	// remembered is how many standstills are kept: runs look back no further than their own start.
	remembered = 16
)

// vigil notices that this process stood still: a virtual machine that was moved or paused, a stopped process, no CPU
// at all. Every deadline of a run that was on its way has passed by then, and none of them says anything about the
// target.
type vigil struct {
	mu    sync.Mutex
	last  time.Time
	still []span
}

type span struct{ from, to time.Time }

// Run looks at the clock until ctx ends.
func (v *vigil) Run(ctx context.Context) error {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		v.look(time.Now())
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// look notes that we are here at now.
func (v *vigil) look(now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.last.IsZero() && now.Sub(v.last) >= standstill {
		if len(v.still) == remembered {
			v.still = v.still[1:]
		}
		v.still = append(v.still, span{v.last, now})
	}
	v.last = now
}

// Still is how long we stood still between two moments, the second of which is now: the run that asks may have woken
// before the vigil did.
func (v *vigil) Still(from, now time.Time) time.Duration {
	v.mu.Lock()
	watching := !v.last.IsZero()
	v.mu.Unlock()
	if !watching {
		return 0
	}
	v.look(now)
	v.mu.Lock()
	defer v.mu.Unlock()
	var total time.Duration
	for _, s := range v.still {
		if s.to.After(from) {
			total += s.to.Sub(s.from)
		}
	}
	return total
}

// excuse makes a failure of a run during whose last attempt we stood still what it is: no verdict. ended is when the
// run ended, with its monotonic reading.
func (v *vigil) excuse(r *probes.Result, began, ended time.Time) {
	last := r.Last()
	if r.Outcome != probes.Failed || last == nil {
		return
	}
	// An earlier attempt may have been hit: only the last one's verdict counts, and it began this long ago.
	from := began.Add(last.StartedAt.Sub(r.StartedAt))
	still := v.Still(from, ended)
	if still == 0 {
		return
	}
	said := ""
	if r.Failure != nil {
		said = "; what it saw: " + r.Failure.Message
	}
	r.Outcome = probes.Error
	r.Failure = &probes.Failure{Reason: probes.Resources,
		Message: fmt.Sprintf("the monitor stood still for %s during the run%s", still.Round(100*time.Millisecond), said)}
}
