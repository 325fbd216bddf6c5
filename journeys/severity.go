package journeys

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// Severity is how bad an incident is: always the same, or by the hour of the day. The zero value says nothing.
type Severity struct {
	// Otherwise is the severity outside all Hours.
	Otherwise string
	Hours     []Hours
}

// Hours are a time of day with a severity: from From until To, in minutes after midnight. To below From reaches into
// the next day.
type Hours struct {
	Severity string
	From, To int
}

// IsZero reports whether nothing was said.
func (s Severity) IsZero() bool { return s.Otherwise == "" && len(s.Hours) == 0 }

// At is the severity at a time, whose location tells the hour. Where hours overlap, the worst counts.
func (s Severity) At(t time.Time) string {
	now := t.Hour()*60 + t.Minute()
	found := ""
	for _, h := range s.Hours {
		inside := h.From <= now && now < h.To
		if h.To <= h.From {
			inside = now >= h.From || now < h.To
		}
		if inside && (found == "" || Worse(h.Severity, found)) {
			found = h.Severity
		}
	}
	if found == "" {
		found = s.Otherwise
	}
	return found
}

// Worst is the worst severity that At can give.
func (s Severity) Worst() string {
	worst := s.Otherwise
	for _, h := range s.Hours {
		if worst == "" || Worse(h.Severity, worst) {
			worst = h.Severity
		}
	}
	return worst
}

// Severities are all severities, the worst first, as PagerDuty knows them.
func Severities() []string { return []string{"critical", "error", "warning", "info"} }

// Worse reports whether severity a is worse than b. What is no severity is worse than nothing.
func Worse(a, b string) bool {
	at, than := slices.Index(Severities(), a), slices.Index(Severities(), b)
	return at >= 0 && (than < 0 || at < than)
}

// severity reads a word, or {critical: "07:00-23:00", otherwise: warning}.
func (p *parser) severity(n *document.Node) Severity {
	if n.Kind != document.Mapping {
		word, _ := p.r.Enum(n, Severities()...)
		return Severity{Otherwise: word}
	}
	m := p.r.Map(n)
	s := Severity{Otherwise: m.Enum("otherwise", Severities()...)}
	before := p.r.Count()
	for _, word := range Severities() {
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
func (p *parser) hoursOf(m *document.Map, severity string) (hours []Hours) {
	n := m.Get(severity)
	for _, text := range p.r.Texts(n) {
		from, to, ok := strings.Cut(text, "-")
		a, okA := minutes(from)
		b, okB := minutes(to)
		if !ok || !okA || !okB || a == b {
			p.r.Problem(n, fmt.Sprintf("want hours, got %q", text), `such as "07:00-23:00", or "22:00-06:00" over midnight`)
			continue
		}
		hours = append(hours, Hours{Severity: severity, From: a, To: b})
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
	properties := map[string]schema{"otherwise": enumSchema(Severities()...)}
	for _, word := range Severities() {
		properties[word] = hours
	}
	return schema{"oneOf": []schema{enumSchema(Severities()...),
		{"type": "object", "additionalProperties": false, "properties": properties, "required": []string{"otherwise"}, "minProperties": 2}}}
}

const hoursPattern = "^[0-9]{1,2}:[0-9]{2} *- *[0-9]{1,2}:[0-9]{2}$"
