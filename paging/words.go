package paging

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/probes"
)

// summary is the first line that somebody reads who was woken at three: what is broken, since when, where.
func summary(name string, e incidents.Event) string {
	i := &e.Incident
	where := from(i.Locations)
	is := "broken"
	if i.Degraded {
		is = "too slow"
	}
	switch e.Kind {
	case incidents.Closed:
		if i.Retired {
			return fmt.Sprintf("%s is no longer watched; it was %s since %s%s", name, is, clock(i.Since, e.At), where)
		}
		mended := mendedAt(e)
		return fmt.Sprintf("%s works again since %s%s; it was %s for %s", name, clock(mended, e.At), where, is, span(mended.Sub(i.Since)))
	case incidents.Reminded:
		return fmt.Sprintf("%s is still %s, since %s (%s)%s%s%s", name, is, clock(i.Since, e.At), span(e.At.Sub(i.Since)), where, because(i), also(i))
	case incidents.Escalated:
		if e.Rung > 0 {
			return fmt.Sprintf("%s is still %s, since %s (%s)%s%s%s%s", name, is, clock(i.Since, e.At), span(e.At.Sub(i.Since)), where, climbed(e), because(i), also(i))
		}
		return fmt.Sprintf("%s is %s and now %s, since %s (%s)%s%s", name, is, i.Severity, clock(i.Since, e.At), span(e.At.Sub(i.Since)), where, because(i))
	case incidents.Acknowledged:
		return fmt.Sprintf("%s is looked after%s; it is %s since %s%s", name, by(i.Acknowledged), is, clock(i.Since, e.At), where)
	}
	return fmt.Sprintf("%s is %s since %s%s%s%s%s%s", name, is, clock(i.Since, e.At), where, because(i), after(i), also(i), again(i))
}

// climbed says why somebody hears of what others heard of before.
func climbed(e incidents.Event) string {
	if e.Rung > len(e.Incident.Escalations) {
		return ""
	}
	return "; escalated to you because nobody acknowledged it for " + span(e.Incident.Escalations[e.Rung-1].Waited())
}

// mendedAt is when what is over was over: the first good run, not the one that made it certain.
func mendedAt(e incidents.Event) time.Time {
	if at := e.Incident.MendedAt; !at.IsZero() && !at.After(e.At) {
		return at
	}
	return e.At
}

// after names the deploy that most likely brought it about.
func after(i *incidents.Incident) string {
	if len(i.Deploys) == 0 {
		return ""
	}
	d := i.Deploys[0]
	if gap := i.Since.Sub(d.At); gap > 0 {
		return fmt.Sprintf(" [%s after %s %s was deployed]", span(gap), d.Service, d.Version)
	}
	return fmt.Sprintf(" [while %s %s was deployed]", d.Service, d.Version)
}

// also names the journeys that depend on this one and are broken with it.
func also(i *incidents.Incident) string {
	if len(i.Affected) == 0 {
		return ""
	}
	return " [so " + verb(len(i.Affected), "is ", "are ") + some5(i.Affected) + "]"
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// some5 names five, and says how many more there are.
func some5(names []string) string {
	if n := len(names); n > 5 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:5], ", "), n-5)
	}
	return strings.Join(names, ", ")
}

// stormSummary says that one page stands for those of many journeys.
func stormSummary(e incidents.Event) string {
	i := &e.Incident
	if len(i.Journeys) == 1 && len(i.Affected) <= 1 { // Nobody of the same team has come to it, as far as people know.
		return aloneSummary(e)
	}
	what := fmt.Sprintf("%d %s of %s", len(i.Journeys), verb(len(i.Journeys), "journey", "journeys"), i.Team)
	are := verb(len(i.Journeys), "is", "are")
	switch e.Kind {
	case incidents.Closed:
		if i.Retired {
			return fmt.Sprintf("The journeys of %s that broke at once work again or are no longer watched; the first broke %s ago", i.Team, span(e.At.Sub(i.Since)))
		}
		mended := mendedAt(e)
		return fmt.Sprintf("All journeys of %s that broke at once work again since %s; the first broke %s before", i.Team, clock(mended, e.At), span(mended.Sub(i.Since)))
	case incidents.Reminded:
		return fmt.Sprintf("%s %s still broken, since %s (%s)%s: %s", what, are, clock(i.Since, e.At), span(e.At.Sub(i.Since)), from(i.Locations), some5(i.Journeys))
	case incidents.Escalated:
		if e.Rung > 0 {
			return fmt.Sprintf("%s %s still broken, since %s (%s)%s%s: %s", what, are, clock(i.Since, e.At), span(e.At.Sub(i.Since)), from(i.Locations), climbed(e), some5(i.Journeys))
		}
		return fmt.Sprintf("%s that broke at once %s now %s, since %s (%s)%s: %s", what, are, i.Severity, clock(i.Since, e.At), span(e.At.Sub(i.Since)), from(i.Locations), some5(i.Journeys))
	case incidents.Acknowledged:
		return fmt.Sprintf("%s that broke at once %s looked after%s: %s", what, are, by(i.Acknowledged), some5(i.Journeys))
	}
	return fmt.Sprintf("%s broke at once, since %s%s: %s", what, clock(i.Since, e.At), from(i.Locations), some5(i.Journeys))
}

// aloneSummary says of a storm of one journey what the journey's own page would.
func aloneSummary(e incidents.Event) string {
	e.Incident.Affected = nil
	text := summary(human(e.Incident.Journeys[0]), e)
	if e.Kind == incidents.Opened {
		text += " [one of several that broke at once]"
	}
	return text
}

// again says of an incident that keeps coming back why its end will not be told at once.
func again(i *incidents.Incident) string {
	if i.Flapping == 0 {
		return ""
	}
	return fmt.Sprintf(" [it keeps breaking, the %s time: this incident stays open until it has worked for a while]", ordinal(i.Flapping))
}

func ordinal(n int) string {
	suffix := "th"
	switch {
	case n%100 >= 11 && n%100 <= 13:
	case n%10 == 1:
		suffix = "st"
	case n%10 == 2:
		suffix = "nd"
	case n%10 == 3:
		suffix = "rd"
	}
	return strconv.Itoa(n) + suffix
}

func by(a *incidents.Acknowledgement) string {
	if a == nil || a.By == "" {
		return ""
	}
	return " by " + a.By
}

// monitorSummary says that we, not the shop, are in trouble.
func monitorSummary(deployment string, e incidents.Event) string {
	i := &e.Incident
	who := "Outrider (" + deployment + ")"
	what := some5(i.Journeys)
	switch e.Kind {
	case incidents.Closed:
		return fmt.Sprintf("%s can judge all its journeys again since %s%s", who, clock(e.At, e.At), from(i.Locations))
	case incidents.Acknowledged:
		return fmt.Sprintf("%s is looked after%s; it cannot judge %s since %s%s", who, by(i.Acknowledged), what, clock(i.Since, e.At), from(i.Locations))
	case incidents.Reminded:
		return fmt.Sprintf("%s still cannot judge %s, since %s (%s)%s%s", who, what, clock(i.Since, e.At), span(e.At.Sub(i.Since)), from(i.Locations), because(i))
	default:
		return fmt.Sprintf("%s cannot judge %s since %s%s%s", who, what, clock(i.Since, e.At), from(i.Locations), because(i))
	}
}

// storeSummary says that the monitor runs journeys, but cannot write down what it saw.
func storeSummary(deployment string, e incidents.Event) string {
	i := &e.Incident
	if e.Kind == incidents.Closed {
		return fmt.Sprintf("Outrider (%s) can store its runs again since %s; it could not for %s", deployment, clock(e.At, e.At), span(e.At.Sub(i.Since)))
	}
	return fmt.Sprintf("Outrider (%s) cannot tell what it sees since %s%s", deployment, clock(i.Since, e.At), because(i))
}

// partSummary says which part of the monitor does not work, and what that means.
func partSummary(deployment, part string, e incidents.Event) string {
	i := &e.Incident
	who := "Outrider (" + deployment + ")"
	cannot, can, over := "cannot publish to CloudWatch, whose alarms see no data", "publishes to CloudWatch again",
		"no longer publishes to CloudWatch: its configuration has no cloudwatch any more"
	if part == "alarms" {
		cannot, can, over = "cannot keep its CloudWatch alarms in step with the journeys", "keeps its CloudWatch alarms in step again",
			"no longer keeps CloudWatch alarms in step: its configuration does not ask for it any more"
	}
	if e.Kind == incidents.Closed && i.Retired {
		return fmt.Sprintf("%s %s; it could not since %s", who, over, clock(i.Since, e.At))
	}
	if e.Kind == incidents.Closed {
		return fmt.Sprintf("%s %s since %s; it could not for %s", who, can, clock(e.At, e.At), span(e.At.Sub(i.Since)))
	}
	return fmt.Sprintf("%s %s, since %s%s", who, cannot, clock(i.Since, e.At), because(i))
}

// because names the step and what went wrong there.
func because(i *incidents.Incident) string {
	var parts []string
	if i.Step != "" {
		parts = append(parts, "step "+strconv.Quote(i.Step))
	}
	if i.Failure != nil && i.Failure.Message != "" {
		parts = append(parts, i.Failure.Message)
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ": ")
}

func from(locations []string) string {
	if len(locations) == 0 {
		return ""
	}
	return " from " + strings.Join(locations, ", ")
}

// clock is a time as short as it can be without doubt, seen from now.
func clock(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format("15:04 UTC")
	}
	return t.Format("2006-01-02 15:04 UTC")
}

// span is a duration as a person says it.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(0, int(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%d d %d h", int(d.Hours())/24, int(d.Hours())%24)
	}
}

// human makes the beginning of a sentence of a journey's name.
func human(name string) string {
	words := []rune(strings.NewReplacer("-", " ", "_", " ").Replace(name))
	if len(words) > 0 {
		words[0] = unicode.ToUpper(words[0])
	}
	return string(words)
}

// consoleLines are some of the console's lines, errors first.
func consoleLines(lines []probes.ConsoleLine) []string {
	out := []string{}
	for _, severe := range []bool{true, false} {
		for _, l := range lines {
			if severe != (l.Level == "error" || l.Level == "exception") || len(out) == maxConsole {
				continue
			}
			text := l.Level + ": " + l.Text
			if l.Source != "" {
				text += " (" + l.Source + ")"
			}
			out = append(out, Cut(OneLine(text), maxLine))
		}
	}
	return out
}

// requestLines are requests in one line each; the driver put the failed ones first.
func requestLines(lines []probes.RequestLine) []string {
	out := []string{}
	for _, l := range lines[:min(len(lines), maxRequests)] {
		result := l.Error
		if result == "" {
			result = strconv.Itoa(l.Status)
		}
		// The result goes before the URL: it must survive the cut.
		out = append(out, Cut(OneLine(result+" "+l.Method+" "+l.URL), maxLine))
	}
	return out
}

// quote makes one word of a path for a shell.
func quote(word string) string {
	if plain.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

var plain = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=-]+$`)
