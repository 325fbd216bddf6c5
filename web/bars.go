package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/probes"
)

// strip is a row of runs as bars, the newest at the right. A failed run is as high as can be, others are as high as
// they took long, a run that was not judged is hollow: the shape says what the colour says.
type strip struct {
	Width, Height int
	// Label says in words what the bars show.
	Label string
	Bars  []bar
	// Empty are the places of runs that are not there yet.
	Empty []int
}

type bar struct {
	X, Y, H int
	look
	Href string
	// Label says everything about the run.
	Label string
	// Quiet bars are left out when a person goes from link to link by keyboard: forty good runs are no stations.
	Quiet bool
}

// The measures of a strip, in units of its own.
const (
	barPitch  = 10
	barWidth  = 7
	barRoom   = 40
	barLeast  = 10
	barMost   = 28
	barUnsure = 20
)

// stripOf draws the runs, which are given the newest first, in a row with room for so many.
func (s *site) stripOf(runs []history.RunSummary, room int) strip {
	runs = runs[:min(len(runs), room)]
	out := strip{Width: room*barPitch - (barPitch - barWidth), Height: barRoom, Label: tally(runs)}
	for n := range room - len(runs) {
		out.Empty = append(out.Empty, n*barPitch)
	}
	usual := typical(runs)
	for n := len(runs) - 1; n >= 0; n-- {
		r := &runs[n]
		b := bar{X: (room - 1 - n) * barPitch, look: ofOutcome(r.Outcome), Href: s.link("runs", r.ID), Label: s.runLabel(r), Quiet: r.Outcome.Good() && n > 0}
		switch {
		case r.Outcome == probes.Failed:
			b.H = barRoom
		case r.Outcome.Good():
			b.H = barLeast + int(float64(barMost-barLeast)*min(1, float64(r.Duration)/float64(2*usual)))
		default:
			b.H = barUnsure
		}
		b.Y = barRoom - b.H
		out.Bars = append(out.Bars, b)
	}
	return out
}

// typical is the median time of the good runs: half of the height that there is. One slow run flattens no others.
func typical(runs []history.RunSummary) time.Duration {
	var took []time.Duration
	for _, r := range runs {
		if r.Outcome.Good() {
			took = append(took, r.Duration)
		}
	}
	if len(took) == 0 {
		return 1
	}
	slices.Sort(took)
	return max(1, took[len(took)/2])
}

// runLabel is a run in one line.
func (s *site) runLabel(r *history.RunSummary) string {
	text := s.when(r.StartedAt).Clock() + ": " + strings.ToLower(ofOutcome(r.Outcome).Word)
	if r.Outcome.Good() {
		return text + " in " + took(r.Duration)
	}
	if r.Step != "" {
		text += " at “" + r.Step + "”"
	}
	if r.Message != "" {
		text += ", " + r.Message
	}
	return text
}

// tally counts runs by outcome.
func tally(runs []history.RunSummary) string {
	if len(runs) == 0 {
		return "No runs yet"
	}
	n := map[probes.Outcome]int{}
	for _, r := range runs {
		n[r.Outcome]++
	}
	var parts []string
	for _, o := range probes.Outcomes() {
		if n[o] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[o], strings.ToLower(ofOutcome(o).Word)))
		}
	}
	return "The last " + count(len(runs), "run") + ": " + strings.Join(parts, ", ")
}
