package alarms

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch"
)

// Dashboard is a page of CloudWatch's, as we want it or as it is. Body is JSON in the order that encoding/json gives it.
type Dashboard struct{ Name, Body string }

func (d *Dashboard) fields() []field { return []field{{"body", d.Body}} }

// String says what it shows.
func (d *Dashboard) String() string { return "the journeys' success, duration and trouble, by team" }

// Dashboard is the one dashboard's name: CloudWatch takes letters, digits, dashes and underscores.
func (o Options) dashboard() string {
	name := "Outrider-" + regexp.MustCompile(`[^A-Za-z0-9_-]`).ReplaceAllString(o.Deployment, "-")
	return name[:min(len(name), 255)]
}

// mostLines is how many metrics one widget may have.
const mostLines = 100

// DashboardOf draws the journeys: an overview by search, which knows new journeys by itself, and a row for each team.
func DashboardOf(all []Journey, o Options) *Dashboard {
	b := &board{o: o}
	heading := "# Outrider, " + o.Deployment
	if o.ExternalURL != "" {
		heading += "\n[Evidence, incidents, runs](" + o.ExternalURL + ")"
	}
	b.text(heading)
	b.search("Runs that passed, percent", cloudwatch.SuccessPercent, "Average", 12)
	b.search("Duration, 95th percentile, milliseconds", cloudwatch.Duration, "p95", 12)
	b.next(6)
	b.search("Failed runs", cloudwatch.Failed, "Sum", 8)
	b.search("Runs that could not be judged", cloudwatch.Error, "Sum", 8)
	b.search("Days that certificates have left", cloudwatch.CertificateDays, "Minimum", 8)
	b.next(6)
	teams := map[string][]string{}
	var names []string
	for i := range all {
		if teams[all[i].Team] == nil {
			names = append(names, all[i].Team)
		}
		teams[all[i].Team] = append(teams[all[i].Team], all[i].Name)
	}
	slices.Sort(names)
	for _, team := range names {
		for some := range slices.Chunk(teams[team], mostLines) {
			b.metrics("Team "+team+": runs that passed, percent", cloudwatch.SuccessPercent, "Average", some, 12)
			b.metrics("Team "+team+": duration, 95th percentile, milliseconds", cloudwatch.Duration, "p95", some, 12)
			b.next(6)
		}
	}
	body, err := json.Marshal(map[string]any{"widgets": b.widgets})
	if err != nil {
		return nil // maps of texts and numbers are never refused
	}
	return &Dashboard{o.dashboard(), string(body)}
}

// board places widgets on a grid of 24 columns.
type board struct {
	o       Options
	x, y    int
	widgets []map[string]any
}

func (b *board) add(kind string, width, height int, properties map[string]any) {
	b.widgets = append(b.widgets, map[string]any{"type": kind, "x": b.x, "y": b.y, "width": width, "height": height, "properties": properties})
	b.x += width
}

func (b *board) next(height int) { b.x, b.y = 0, b.y+height }

func (b *board) text(markdown string) {
	b.add("text", 24, 2, map[string]any{"markdown": markdown})
	b.next(2)
}

func (b *board) search(title, metric, statistic string, width int) {
	expression := fmt.Sprintf(`SEARCH('{"%s",Journey} MetricName="%s"', '%s', 300)`, b.o.Namespace, metric, statistic)
	b.add("metric", width, 6, map[string]any{"title": title, "region": b.o.Region, "view": "timeSeries", "period": 300,
		"metrics": [][]any{{map[string]any{"expression": expression, "id": "e1", "label": ""}}}})
}

func (b *board) metrics(title, metric, statistic string, journeys []string, width int) {
	lines := make([][]any, len(journeys))
	for i, name := range journeys {
		lines[i] = []any{b.o.Namespace, metric, "Journey", name}
	}
	b.add("metric", width, 6, map[string]any{"title": title, "region": b.o.Region, "view": "timeSeries", "period": 300, "stat": statistic, "metrics": lines})
}

// sameOrder writes JSON in the order that ours has; what is no JSON stays as it is.
func sameOrder(body string) string {
	var v any
	if json.Unmarshal([]byte(body), &v) != nil {
		return body
	}
	text, err := json.Marshal(v)
	if err != nil {
		return body
	}
	return string(text)
}
