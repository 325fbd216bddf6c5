package probes

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Bounds of a portrait: lines of each kind for a step, bytes of a line, bytes of all.
const (
	maxLookLines = 80
	maxLookLine  = 160
	maxPortrait  = 64 << 10
	// maxDifferences is how many lines of each kind are told.
	maxDifferences = 10
)

// Portrait is what a good run looked like, for comparing with one that failed. It is small, and what changes from
// run to run (numbers, ids) has been taken out of it.
type Portrait struct {
	RunID string    `json:"run_id"`
	At    time.Time `json:"at"`
	// Steps are those of the browser, in their order.
	Steps []Look `json:"steps"`
}

// Look is what the page showed and did at one step.
type Look struct {
	Step string `json:"step"`
	// Page are the controls, headings and texts that the step could see when it acted, or at its end if it only looks.
	Page []string `json:"page,omitempty"`
	// Console are the warnings and errors, Requests those of documents, scripts and their data with their answers.
	Console  []string `json:"console,omitempty"`
	Requests []string `json:"requests,omitempty"`
}

// Ended stands in a line of [Look.Requests] between a request and how it ended, if it did not end well.
const Ended = " → "

// Looker is a [Session] that can say what its page looks like.
type Looker interface {
	// Look waits, a short time within ctx, for the page to load, and says what is on it and what the latest step's
	// console and requests were, or with whole those of all steps.
	Look(ctx context.Context, whole bool) Look
}

// Filmer is a [Session] that films, if it was opened to.
type Filmer interface {
	// Still adds a picture of the page as it is after a step.
	Still(ctx context.Context)
}

// Difference is what is not as in the last good run. Each list is short.
type Difference struct {
	// RunID and At are the good run's.
	RunID string    `json:"run_id"`
	At    time.Time `json:"at"`
	// Console and Requests are new; Missing are requests that the good run made by the end of this step. Gone and
	// Appeared are on the page.
	Console  []string `json:"console,omitempty"`
	Requests []string `json:"requests,omitempty"`
	Missing  []string `json:"missing,omitempty"`
	Gone     []string `json:"gone,omitempty"`
	Appeared []string `json:"appeared,omitempty"`
}

// Empty reports whether nothing is different.
func (d *Difference) Empty() bool {
	return len(d.Console)+len(d.Requests)+len(d.Missing)+len(d.Gone)+len(d.Appeared) == 0
}

// compare says what is different at a step that failed; nil if the good run has no such step. Console and requests
// are those of the whole attempt: what breaks a step may have come before it.
func compare(then *Portrait, now *Look) *Difference {
	at := slices.IndexFunc(then.Steps, func(l Look) bool { return l.Step == now.Step })
	if at < 0 {
		return nil
	}
	good := &then.Steps[at]
	console := func(l *Look) []string { return l.Console }
	requests := func(l *Look) []string { return l.Requests }
	d := &Difference{
		RunID: then.RunID, At: then.At,
		Console:  lacking(now.Console, all(then.Steps[:at+1], console)),
		Requests: lacking(now.Requests, all(then.Steps[:at+1], requests)),
		Missing:  lacking(good.Requests, now.Requests),
	}
	if len(good.Page) > 0 && len(now.Page) > 0 {
		d.Gone, d.Appeared = lacking(good.Page, now.Page), lacking(now.Page, good.Page)
	}
	return d
}

func all(looks []Look, of func(*Look) []string) []string {
	var lines []string
	for i := range looks {
		lines = append(lines, of(&looks[i])...)
	}
	return lines
}

// lacking are the lines of a that b lacks, as many as are told.
func lacking(a, b []string) []string {
	known := map[string]bool{}
	for _, line := range b {
		known[line] = true
	}
	var out []string
	for _, line := range a {
		if !known[line] && len(out) < maxDifferences {
			known[line] = true
			out = append(out, line)
		}
	}
	return out
}

// settledLook makes lines comparable: without secrets, without what changes from run to run, bounded.
func settledLook(r *Redactor, l Look) Look {
	same := func(line string) string { return line }
	return Look{Step: l.Step, Page: steady(r, l.Page, Steady), Console: steady(r, l.Console, Steady), Requests: steady(r, l.Requests, same)}
}

func steady(r *Redactor, lines []string, of func(string) string) []string {
	var out []string
	for _, line := range lines {
		line = of(r.Excerpt(line, maxLookLine))
		if line = strings.TrimSpace(line); line != "" && len(out) < maxLookLines && !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out
}

// Steady takes out of a text what changes from run to run: ids, hashes, numbers, times.
func Steady(text string) string { return changingParts().ReplaceAllString(text, "#") }

var changingParts = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\b|\b[0-9a-fA-F]*[0-9][0-9a-fA-F]{5,}\b|[0-9]+([.,:][0-9]+)*`)
})

// bounded leaves out the pages that would make the portrait too large, the longest first.
func (p *Portrait) bounded() *Portrait {
	size := func(l *Look) (n int) {
		for _, lines := range [][]string{l.Page, l.Console, l.Requests} {
			for _, line := range lines {
				n += len(line) + 4
			}
		}
		return n
	}
	for {
		total, longest := 0, 0
		for i := range p.Steps {
			total += size(&p.Steps[i])
			if len(p.Steps[i].Page) > len(p.Steps[longest].Page) {
				longest = i
			}
		}
		if total <= maxPortrait || len(p.Steps) == 0 {
			return p
		}
		if len(p.Steps[longest].Page) == 0 {
			p.Steps = p.Steps[:len(p.Steps)-1]
			continue
		}
		p.Steps[longest].Page = nil
	}
}
