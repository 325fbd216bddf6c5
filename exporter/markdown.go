package exporter

import (
	"fmt"
	"strings"
)

const introduction = `# Metrics

Everything that ` + "`GET /metrics`" + ` exports, generated from the catalogue in ` + "`exporter/catalogue.go`" + `.

Times are seconds, timestamps are seconds since 1970. Every label is bounded by the configuration: names of
journeys, teams, steps and pagers, and closed sets. The series of a journey disappear with the journey. Histograms
are classic and native at once.

An ` + "`error`" + ` run, in which the monitor could not judge, is counted, but changes neither ` + "`journey_success`" + ` nor a
histogram, and has no place in a success ratio:

` + "```promql" + `
sum by (journey) (rate(journey_runs_total{outcome=~"passed|degraded"}[28d]))
  / sum by (journey) (rate(journey_runs_total{outcome!="error"}[28d]))
` + "```" + `
`

// Markdown is docs/metrics.md.
func Markdown() string {
	var b strings.Builder
	b.WriteString(introduction)
	heading := ""
	for _, m := range Catalogue() {
		section := "Journeys"
		if strings.HasPrefix(m.Name, "outrider_") {
			section = "The monitor itself"
		}
		if section != heading {
			heading = section
			fmt.Fprintf(&b, "\n## %s\n", heading)
		}
		m.markdown(&b)
	}
	return b.String()
}

func (m Metric) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "\n### `%s`\n\n%s", m.Name, m.Kind)
	if len(m.Labels) > 0 {
		fmt.Fprintf(b, ", by `%s`", strings.Join(m.Labels, "` `"))
	}
	fmt.Fprintf(b, "\n\n%s", m.Help)
	if m.Note != "" {
		b.WriteString(" " + m.Note)
	}
	b.WriteString("\n")
	if len(m.Buckets) > 0 {
		fmt.Fprintf(b, "\nClassic buckets: %s.\n", strings.Trim(strings.ReplaceAll(fmt.Sprint(m.Buckets), " ", ", "), "[]"))
	}
}
