package monitor

import (
	"fmt"
	"slices"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/outrider-monitor/outrider/incidents/maintenance"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// longestWindow bounds a window that comes again and again.
const longestWindow = 7 * 24 * time.Hour

// readMaintenance reads `maintenance:`. The journeys were read before.
func (c *Config) readMaintenance(r *document.Reader, m *document.Map) {
	n := m.Get("maintenance")
	if n == nil {
		return
	}
	list, _ := r.List(n)
	for _, item := range list {
		c.Maintenance = append(c.Maintenance, c.readWindow(r, r.Map(item)))
	}
}

func (c *Config) readWindow(r *document.Reader, m *document.Map) maintenance.Plan {
	m.Need("name", "mode")
	p := maintenance.Plan{Name: m.Text("name"), Mode: maintenance.Mode(m.Enum("mode", string(maintenance.Halt), string(maintenance.Mute))), Zone: time.UTC}
	if n := m.Get("timezone"); n != nil {
		zone, err := time.LoadLocation(n.Value)
		if err != nil || n.Value == "" || n.Value == "Local" {
			r.Problem(n, fmt.Sprintf("unknown time zone %q", n.Value), "such as Europe/London")
		} else {
			p.Zone = zone
		}
	}
	p.Journeys, p.Tags = m.Texts("journeys"), m.Texts("tags")
	c.checkScope(r, m)
	switch {
	case m.Has("cron") && (m.Has("from") || m.Has("until")):
		r.Problem(m.Get("cron"), "cron and dates are two windows", "use one, or write two entries")
	case m.Has("cron"):
		m.Need("for")
		c.readRecurring(r, m, &p)
	default:
		m.Need("from", "until")
		p.From, p.Until = readMoment(r, m.Get("from"), p.Zone), readMoment(r, m.Get("until"), p.Zone)
		if !p.From.IsZero() && !p.Until.IsZero() && !p.Until.After(p.From) {
			r.Problem(m.Get("until"), "the window ends before it begins", "")
		}
		if m.Has("for") {
			r.Problem(m.Get("for"), "for goes with cron", "a window with dates ends at until")
		}
	}
	m.Done()
	return p
}

func (c *Config) readRecurring(r *document.Reader, m *document.Map, p *maintenance.Plan) {
	line := m.Get("cron")
	schedule, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(m.Text("cron"))
	if err != nil {
		r.Problem(line, fmt.Sprintf("%q is no cron expression: %v", line.Value, err), `five fields, such as "0 3 * * *"`)
		return
	}
	p.Cron, p.For = schedule, m.Duration("for")
	if m.Has("for") && (p.For < time.Minute || p.For > longestWindow) {
		r.Problem(m.Get("for"), fmt.Sprintf("want a time from 1m to %dd, got %s", longestWindow/(24*time.Hour), m.Get("for").Value), "")
	}
}

// checkScope refuses journeys and tags that there are not: the window would protect nobody.
func (c *Config) checkScope(r *document.Reader, m *document.Map) {
	names, tags := c.namesAndTags()
	for key, known := range map[string][]string{"journeys": names, "tags": tags} {
		for _, n := range items(m.Get(key)) {
			if n.Kind == document.Text && !slices.Contains(known, n.Value) {
				r.Problem(n, fmt.Sprintf("there is no journey %s %q", map[string]string{"journeys": "called", "tags": "with the tag"}[key], n.Value), document.DidYouMean(n.Value, known))
			}
		}
	}
}

// namesAndTags are those of all journeys.
func (c *Config) namesAndTags() (names, tags []string) {
	for i := range c.Journeys {
		names = append(names, c.Journeys[i].Name)
		tags = append(tags, c.Journeys[i].Tags...)
	}
	slices.Sort(tags)
	return names, slices.Compact(tags)
}

// readMoment reads "2026-12-24 22:00" in a zone.
func readMoment(r *document.Reader, n *document.Node, zone *time.Location) time.Time {
	if n == nil {
		return time.Time{}
	}
	text, ok := r.Text(n)
	if !ok {
		return time.Time{}
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t.UTC()
		}
	}
	r.Problem(n, fmt.Sprintf("want a date and a time, got %q", text), `such as "2026-12-24 22:00"`)
	return time.Time{}
}

// window is the maintenance that a journey is in at a time, or nil.
func (p *plan) window(j *journeys.Journey, ordered []maintenance.Window, at time.Time) *maintenance.Window {
	if len(p.config.Maintenance) == 0 && len(ordered) == 0 {
		return nil
	}
	return maintenance.Find(p.config.Maintenance, ordered, j.Name, j.Tags, at)
}
