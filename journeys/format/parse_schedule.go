package format

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// cron reads a cron expression with the parser that the schedule uses.
func (p *parser) cron(n *document.Node) string {
	text, ok := p.r.Text(n)
	if !ok {
		return ""
	}
	if strings.Contains(text, "TZ=") {
		p.r.Problem(n, "a time zone cannot stand in the cron expression", "write timezone: Europe/London beside it")
		return text
	}
	fields := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	schedule, err := fields.Parse(text)
	if err != nil {
		p.r.Problem(n, fmt.Sprintf("%q is no cron expression: %v", text, err),
			`five fields: minute, hour, day of month, month, day of week, such as "*/5 7-23 * * *"`)
		return text
	}
	if schedule.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		p.r.Problem(n, fmt.Sprintf("%q is never due", text), "")
	}
	return text
}

func (p *parser) timezone(n *document.Node) *time.Location {
	text, ok := p.r.Text(n)
	if !ok {
		return nil
	}
	zone, err := time.LoadLocation(text)
	if err != nil || text == "" || text == "Local" {
		p.r.Problem(n, fmt.Sprintf("unknown time zone %q", text), "such as Europe/London")
		return nil
	}
	return zone
}
