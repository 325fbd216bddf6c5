package format

import (
	"fmt"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// severity reads a word, or {critical: "07:00-23:00", otherwise: warning}.
func (p *parser) severity(n *document.Node) journeys.Severity {
	if n.Kind != document.Mapping {
		word, _ := p.r.Enum(n, journeys.Severities()...)
		return journeys.Severity{Otherwise: word}
	}
	m := p.r.Map(n)
	s := journeys.Severity{Otherwise: m.Enum("otherwise", journeys.Severities()...)}
	before := p.r.Count()
	for _, word := range journeys.Severities() {
		s.Hours = append(s.Hours, p.hoursOf(m, word)...)
	}
	m.Need("otherwise")
	m.Done()
	if p.r.Count() == before && len(s.Hours) == 0 {
		p.r.Problem(n, "no hours are named", `such as {critical: "07:00-23:00", otherwise: warning}`)
	}
	return s
}

// hoursOf reads the hours of one severity: a text or a list.
func (p *parser) hoursOf(m *document.Map, severity string) (hours []journeys.Hours) {
	n := m.Get(severity)
	for _, text := range p.r.Texts(n) {
		from, to, ok := strings.Cut(text, "-")
		a, okA := minutes(from)
		b, okB := minutes(to)
		if !ok || !okA || !okB || a == b {
			p.r.Problem(n, fmt.Sprintf("want hours, got %q", text), `such as "07:00-23:00", or "22:00-06:00" over midnight`)
			continue
		}
		hours = append(hours, journeys.Hours{Severity: severity, From: a, To: b})
	}
	return hours
}

// minutes reads 07:30; 24:00 is the end of the day.
func minutes(text string) (int, bool) {
	text = strings.TrimSpace(text)
	if text == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil
}

func severitySchema() schema {
	hours := schema{"oneOf": []schema{{"type": "string", "pattern": hoursPattern},
		{"type": "array", "minItems": 1, "items": schema{"type": "string", "pattern": hoursPattern}}}}
	properties := map[string]schema{"otherwise": enumSchema(journeys.Severities()...)}
	for _, word := range journeys.Severities() {
		properties[word] = hours
	}
	return schema{"oneOf": []schema{enumSchema(journeys.Severities()...),
		{"type": "object", "additionalProperties": false, "properties": properties, "required": []string{"otherwise"}, "minProperties": 2}}}
}

const hoursPattern = "^[0-9]{1,2}:[0-9]{2} *- *[0-9]{1,2}:[0-9]{2}$"
