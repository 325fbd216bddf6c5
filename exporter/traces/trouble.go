package traces

import (
	"errors"
	"time"
)

// refusal is the collector's word that it does not want spans as they are: trying again is of no use.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }

// final reports whether sending the same again is of no use.
func final(err error) bool {
	var r *refusal
	return errors.As(err, &r)
}

// patient is an error that says how long to wait.
type patient struct {
	err   error
	after time.Duration
}

func (p *patient) Error() string { return p.err.Error() }

// works notes that spans were taken; some may have been refused all the same.
func (e *Exporter) works(r partly) {
	if !e.failing.IsZero() {
		e.o.Log.Info("the collector takes spans again", "after", time.Since(e.failing).Round(time.Second))
	}
	e.failing, e.retryAt, e.pause = time.Time{}, time.Time{}, 0
	if r.count == 0 {
		e.refused = false
		return
	}
	if !e.refused {
		e.refused = true
		e.o.Log.Error("the collector refuses spans", "spans", r.count, "message", r.message)
	}
}

// refuse says that spans are lost, once until some are taken.
func (e *Exporter) refuse(err error) {
	e.last = err
	e.failing, e.retryAt, e.pause = time.Time{}, time.Time{}, 0
	if !e.refused {
		e.refused = true
		e.o.Log.Error("the collector refuses spans", "error", err)
	}
}

func (e *Exporter) fails(err error) {
	e.last = err
	now := time.Now()
	if e.failing.IsZero() {
		e.failing = now
		e.o.Log.Warn("the collector takes no spans; the newest wait in memory", "error", err)
	}
	e.pause = min(max(2*e.pause, leastPause), mostPause)
	wait := e.pause
	var p *patient
	if errors.As(err, &p) && p.after > wait {
		wait = min(p.after, 10*time.Minute)
	}
	e.retryAt = now.Add(wait)
}
