package alarms

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/outrider-monitor/outrider/incidents/maintenance"
)

// Mute is a rule that keeps alarms quiet in a window of maintenance, as we want it or as it is.
type Mute struct {
	Name, Description string
	// Expression is cron(...) or at(...), read in Timezone; Duration is ISO 8601's, such as PT30M.
	Expression, Timezone, Duration string
	Alarms                         []string
}

// plainName leaves what names of rules may have for sure.
var plainName = regexp.MustCompile(`[^A-Za-z0-9_.-]+`)

// mostMuted is how many alarms one rule may have, longestMute how long it may last.
const (
	mostMuted   = 100
	longestMute = 15 * 24 * time.Hour
)

func (m *Mute) fields() []field {
	return []field{{"schedule", m.Expression + " " + m.Timezone}, {"duration", m.Duration}, {"alarms", strings.Join(sorted(m.Alarms), " ")}, {"description", m.Description}}
}

// String says in a line when it mutes what.
func (m *Mute) String() string {
	return fmt.Sprintf("%s %s for %s mutes %d alarms", m.Expression, m.Timezone, m.Duration, len(m.Alarms))
}

// Mutes are the rules of the windows that are not over. A window in which nothing runs leaves no data, so it is muted as long
// as its alarms look back over it, too: else they would tell at its end. Certificates are told of in any case.
func Mutes(plans []maintenance.Plan, all []Journey, o Options, now time.Time) []Mute {
	var rules []Mute
	for i := range plans {
		p := &plans[i]
		names, after := muted(p, all, o)
		for len(names) > 0 {
			some := names[:min(len(names), mostMuted)]
			names = names[len(some):]
			rules = append(rules, ofWindow(p, some, after, o, now)...)
		}
	}
	used := map[string]bool{}
	for i := range rules { // two windows may have one name, or names that differ in what is not allowed
		name := rules[i].Name
		for n := 2; used[rules[i].Name]; n++ {
			rules[i].Name = fmt.Sprintf("%s-%d", name, n)
		}
		used[rules[i].Name] = true
	}
	return rules
}

// muted are the alarms that a window keeps quiet, and how long they look back beyond it.
func muted(p *maintenance.Plan, all []Journey, o Options) (names []string, after time.Duration) {
	for i := range all {
		j := &all[i]
		if !p.Means(j.Name, j.Tags) {
			continue
		}
		broken := j.broken(o)
		names = append(names, broken.Name)
		if j.Slow.Count > 0 || j.Slow.For > 0 {
			names = append(names, j.slow(o).Name)
		}
		if _, whole, ok := j.burning(o); ok {
			names = append(names, whole.Name)
		}
		if p.Mode == maintenance.Halt {
			after = max(after, time.Duration(broken.Periods)*broken.Period)
		}
	}
	return names, after
}

// ofWindow gives the rules of a window for some alarms: one, or for a very long one, several in a row.
func ofWindow(p *maintenance.Plan, names []string, after time.Duration, o Options, now time.Time) []Mute {
	name := o.Prefix() + "maintenance/" + plainName.ReplaceAllString(p.Name, "-")
	rule := func(expression, zone string, length time.Duration) Mute {
		return Mute{Name: name, Description: "Maintenance " + p.Name + " of Outrider's deployment " + o.Deployment + ".", Expression: expression, Timezone: zone,
			Duration: iso(length), Alarms: names}
	}
	if p.Cron != nil {
		spec, ok := p.Cron.(*cron.SpecSchedule)
		if !ok {
			return nil
		}
		return []Mute{rule("cron("+cronFields(spec)+")", p.Zone.String(), min(longestMute, p.For+after))}
	}
	end := p.Until.Add(after)
	if !end.After(now) {
		return nil
	}
	var rules []Mute
	for from := p.From; from.Before(end); from = from.Add(longestMute) {
		rules = append(rules, rule("at("+from.UTC().Format("2006-01-02T15:04")+")", "UTC", min(longestMute, end.Sub(from))))
	}
	return rules
}

// iso writes a time as ISO 8601 does, in whole minutes.
func iso(d time.Duration) string {
	minutes := max(1, int64((d+time.Minute-1)/time.Minute))
	hours := minutes / 60
	switch minutes %= 60; {
	case hours == 0:
		return fmt.Sprintf("PT%dM", minutes)
	case minutes == 0:
		return fmt.Sprintf("PT%dH", hours)
	}
	return fmt.Sprintf("PT%dH%dM", hours, minutes)
}

// cronFields writes a schedule with what CloudWatch takes: stars and lists, no steps.
func cronFields(s *cron.SpecSchedule) string {
	const star = 1 << 63
	write := func(bits uint64, least, most int) string {
		if bits&star != 0 {
			return "*"
		}
		var all []string
		for n := least; n <= most; n++ {
			if bits&(1<<n) != 0 {
				all = append(all, fmt.Sprint(n))
			}
		}
		return strings.Join(all, ",")
	}
	// By their names: from 0 or from 1, days of the week are counted in two ways.
	days := write(s.Dow, 0, 6)
	if days != "*" {
		days = strings.NewReplacer("0", "SUN", "1", "MON", "2", "TUE", "3", "WED", "4", "THU", "5", "FRI", "6", "SAT").Replace(days)
	}
	return strings.Join([]string{write(s.Minute, 0, 59), write(s.Hour, 0, 23), write(s.Dom, 1, 31), write(s.Month, 1, 12), days}, " ")
}
