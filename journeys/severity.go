package journeys

import (
	"slices"
	"time"
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
