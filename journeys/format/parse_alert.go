package format

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// alertFields are the keys of a journey's `alert:`.
func alertFields() []field[journeys.Alert] {
	return append(sharedAlertFields(), field[journeys.Alert]{"depends_on", "journeys whose incident explains this one's", textsSchema(), func(p *parser, n *document.Node, a *journeys.Alert) {
		a.DependsOn = p.r.Texts(n)
	}})
}

// sharedAlertFields are those that the monitor's defaults have too.
func sharedAlertFields() []field[journeys.Alert] {
	return []field[journeys.Alert]{
		{"open_after", "what opens an incident: failed runs in a row (2), of the last ones (3 of 5), or a time (10m) without a good run", thresholdSchema(), func(p *parser, n *document.Node, a *journeys.Alert) {
			a.OpenAfter = p.threshold(n)
		}},
		{"close_after", "consecutive passed runs that close it", countSchema(1), func(p *parser, n *document.Node, a *journeys.Alert) {
			a.CloseAfter = p.count(n, 1, 100)
		}},
		{"degraded", "the same for runs over their budget, or never", degradedSchema(), func(p *parser, n *document.Node, a *journeys.Alert) {
			a.Degraded = p.degraded(n)
		}},
		{"confirm", "how often a failed attempt is repeated at once", countSchema(0), func(p *parser, n *document.Node, a *journeys.Alert) {
			c := p.count(n, 0, 5)
			a.Confirm = &c
		}},
		{"recheck", "interval of runs while there is doubt or an incident is open, or never", remindSchema(), func(p *parser, n *document.Node, a *journeys.Alert) {
			if a.Recheck = p.orNever(n); a.Recheck > 0 && a.Recheck < time.Second {
				p.r.Problem(n, fmt.Sprintf("want 1s or more, got %s", n.Value), "")
			}
		}},
		{"severity", "how bad it is; by hours: {critical: \"07:00-23:00\", otherwise: warning}", severitySchema(), func(p *parser, n *document.Node, a *journeys.Alert) {
			a.Severity = p.severity(n)
		}},
		{"flapping", "how many openings within how long make an incident stay open, such as 4 in 1h, or never", flappingSchema(), func(p *parser, n *document.Node, a *journeys.Alert) {
			a.Flapping = p.flapping(n)
		}},
		{"remind", "how often an open incident is paged again, or never", remindSchema(), func(p *parser, n *document.Node, a *journeys.Alert) {
			a.Remind = p.orNever(n)
		}},
	}
}

func degradedFields() []field[journeys.Degraded] {
	return []field[journeys.Degraded]{
		{"open_after", "runs over budget, or failed, that open an incident, as for alert.open_after", thresholdSchema(), func(p *parser, n *document.Node, d *journeys.Degraded) {
			d.OpenAfter = p.threshold(n)
		}},
		{"severity", "how bad it is that the journey is slow", severitySchema(), func(p *parser, n *document.Node, d *journeys.Degraded) {
			d.Severity = p.severity(n)
		}},
	}
}

// ReadAlert reads the `alert:` of the monitor's defaults: what a journey says, but for what names other journeys.
func ReadAlert(r *document.Reader, n *document.Node) journeys.Alert {
	var a journeys.Alert
	if n != nil {
		readFields(&parser{r: r}, n, sharedAlertFields(), &a)
	}
	return a
}

func (p *parser) degraded(n *document.Node) journeys.Degraded {
	if n.Kind == document.Text && n.Value == "never" {
		return journeys.Degraded{OpenAfter: journeys.Threshold{For: -1}}
	}
	var d journeys.Degraded
	readFields(p, n, degradedFields(), &d).Need("open_after")
	return d
}

func (p *parser) orNever(n *document.Node) time.Duration {
	if n.Kind == document.Text && n.Value == "never" {
		return -1
	}
	return p.positive(n)
}

// mostRuns bounds a threshold: the judge remembers so many runs of a journey at most.
const mostRuns = 100

// threshold reads 2, "3 of 5" or 10m.
func (p *parser) threshold(n *document.Node) journeys.Threshold {
	text, ok := p.r.Text(n)
	if !ok {
		return journeys.Threshold{}
	}
	if count, of, two := numbers(text, " of "); two {
		if count < 1 || of < count || of > mostRuns {
			p.r.Problem(n, fmt.Sprintf("%q: want a number of failed runs and not fewer runs that they are among, at most %d", text, mostRuns), "such as 3 of 5")
		}
		return journeys.Threshold{Count: count, Of: of}
	}
	if d, err := document.ParseDuration(text); err == nil && d > 0 {
		return journeys.Threshold{For: d}
	}
	if _, err := strconv.Atoi(text); err != nil {
		p.r.Problem(n, fmt.Sprintf("want a number of runs, or of the last ones, or a time, got %q", text), "such as 2, 3 of 5, 10m")
		return journeys.Threshold{}
	}
	return journeys.Threshold{Count: p.count(n, 1, mostRuns)}
}

// flapping reads "4 in 1h".
func (p *parser) flapping(n *document.Node) journeys.Threshold {
	return ReadTimes(p.r, n, 2, 20)
}

// numbers reads two whole numbers with a word between them.
func numbers(text, between string) (a, b int, ok bool) {
	left, right, found := strings.Cut(text, between)
	a, errA := strconv.Atoi(strings.TrimSpace(left))
	b, errB := strconv.Atoi(strings.TrimSpace(right))
	return a, b, found && errA == nil && errB == nil
}

func thresholdSchema() schema {
	return schema{"oneOf": []schema{countSchema(1), {"type": "string", "pattern": `^([0-9]+ of [0-9]+|([0-9.]+(ms|s|m|h|d|w))+)$`}},
		"examples": []any{2, "3 of 5", "10m"}}
}

func flappingSchema() schema {
	return schema{"type": "string", "pattern": `^([0-9]+ in ([0-9.]+(ms|s|m|h|d|w))+|never)$`, "examples": []string{"4 in 1h", "never"}}
}

func degradedSchema() schema {
	return schema{"oneOf": []schema{refSchema("degraded"), {"const": "never"}}}
}

// dependencies notes where depends_on names its journeys.
func (p *parser) dependencies(alert *document.Node) {
	for _, e := range alert.Entries {
		if e.Key != "depends_on" {
			continue
		}
		items := e.Value.Items
		if e.Value.Kind == document.Text {
			items = []*document.Node{e.Value}
		}
		for _, item := range items {
			p.journey.Depends = append(p.journey.Depends, journeys.Reference{Journey: item.Value, Pos: item.Pos, Path: item.Path()})
		}
	}
}

// ReadTimes reads how often something happens within a time, such as "4 in 1h", from least to most times; or never,
// which is a Threshold with a negative For. Nil: the zero Threshold.
func ReadTimes(r *document.Reader, n *document.Node, least, most int) journeys.Threshold {
	text, ok := r.Text(n)
	if !ok {
		return journeys.Threshold{}
	}
	if text == "never" {
		return journeys.Threshold{For: -1}
	}
	times, within, _ := strings.Cut(text, " in ")
	count, err := strconv.Atoi(strings.TrimSpace(times))
	d, durationErr := document.ParseDuration(strings.TrimSpace(within))
	if err != nil || durationErr != nil || count < least || count > most || d <= 0 {
		r.Problem(n, fmt.Sprintf("want a number from %d to %d, in a time, got %q", least, most, text), "such as 4 in 1h, or never")
		return journeys.Threshold{}
	}
	return journeys.Threshold{Count: count, For: d}
}
