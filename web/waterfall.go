package web

import (
	"fmt"
	"math"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// waterfall is the steps of an attempt on one axis of time.
type waterfall struct {
	Ticks []tick
	Lines []line
	// Phases are those that occur, for the legend; Budgets tells whether any budget is drawn.
	Phases  []string
	Budgets bool
}

// tick is a mark on the axis; At is a share of the width, as SVG wants it.
type tick struct{ At, Label string }

// line is one step.
type line struct {
	probes.StepResult
	look
	// Segments are drawn over each other, in this order.
	Segments []segment
	// Budget is where the step's time budget ends; empty if it has none or it lies outside.
	Budget string
	// Why is the step's failure, unless it is told elsewhere on the page.
	Why *probes.Failure
	// First is true for the first of the finally steps.
	First bool
	// Run tells whether the step ran at all.
	Run bool
	// Picture is the address of what a screenshot step kept; empty if it is none.
	Picture string
}

// segment is a part of a bar. X and Width are shares of the whole width.
type segment struct{ Class, X, Width, Label string }

// waterfallOf lays out the steps.
func (s *site) waterfallOf(runID string, steps []probes.StepResult) waterfall {
	var end time.Duration
	for _, st := range steps {
		end = max(end, st.Offset+st.Duration)
	}
	end = max(end, time.Millisecond)
	w := waterfall{Ticks: ticks(end)}
	share := func(d time.Duration) string {
		return fmt.Sprintf("%.3f%%", 100*min(1, max(0, float64(d)/float64(end))))
	}
	seen, finally := map[string]bool{}, false
	for _, st := range steps {
		l := line{StepResult: st, look: ofStep(&st), Run: st.Status != probes.StepSkipped && st.Status != probes.StepNotRun}
		l.Why = st.Failure
		l.First, finally = st.Finally && !finally, finally || st.Finally
		if l.Run {
			l.Segments = segments(&st, share, seen)
		}
		if st.Budget > 0 && l.Run && st.Offset+st.Budget < end {
			l.Budget, w.Budgets = share(st.Offset+st.Budget), true
		}
		if st.Artifact != "" {
			l.Picture = s.link("runs", runID, "artifacts", st.Artifact)
		}
		w.Lines = append(w.Lines, l)
	}
	for _, p := range phaseNames() {
		if seen[p] {
			w.Phases = append(w.Phases, p)
		}
	}
	return w
}

// Noted tells whether there is more to say about the step than its bar shows.
func (l line) Noted() bool {
	return l.Why != nil || l.Drift != "" || l.Picture != "" || l.OverBudget()
}

// quieten leaves out why a step failed.
func (w *waterfall) quieten(step string) {
	for n := range w.Lines {
		if w.Lines[n].Name == step {
			w.Lines[n].Why = nil
		}
	}
}

// OverBudget tells whether the step passed, but took longer than its author allowed.
func (l line) OverBudget() bool {
	return l.Status == probes.StepSlow && l.StepResult.Budget > 0 && l.Duration > l.StepResult.Budget
}

// phaseNames are the phases of an exchange, in their order, spelled as in the metrics.
func phaseNames() []string { return []string{"resolve", "connect", "tls", "processing", "transfer"} }

// segments is the bar of a step; over it lie the phases of its last exchange, which ended when the step did.
func segments(st *probes.StepResult, share func(time.Duration) string, seen map[string]bool) []segment {
	bars := []segment{{Class: "whole", X: share(st.Offset), Width: share(st.Duration), Label: took(st.Duration)}}
	if st.HTTP == nil {
		return bars
	}
	h := st.HTTP
	phases := []time.Duration{h.Resolve, h.Connect, h.TLS, h.Processing, h.Transfer}
	var sum time.Duration
	for _, p := range phases {
		sum += p
	}
	at := st.Offset + max(0, st.Duration-sum)
	for n, name := range phaseNames() {
		if phases[n] <= 0 {
			continue
		}
		seen[name] = true
		bars = append(bars, segment{Class: "phase " + name, X: share(at), Width: share(phases[n]), Label: name + " " + took(phases[n])})
		at += phases[n]
	}
	return bars
}

// ticks are three to six round times.
func ticks(end time.Duration) []tick {
	raw := float64(end) / 4
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5, 10} {
		if unit*m >= raw {
			unit *= m
			break
		}
	}
	var all []tick
	// The last mark must leave room for its own label.
	for at := time.Duration(0); float64(at) < 0.94*float64(end); at += time.Duration(unit) {
		label := "0"
		if at > 0 {
			label = round(at)
		}
		all = append(all, tick{At: fmt.Sprintf("%.3f%%", 100*float64(at)/float64(end)), Label: label})
	}
	return all
}

// round writes a round time without needless zeros.
func round(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%g µs", float64(d)/1e3)
	case d < time.Second:
		return fmt.Sprintf("%g ms", float64(d)/1e6)
	}
	return fmt.Sprintf("%g s", d.Seconds())
}
