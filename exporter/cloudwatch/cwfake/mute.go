package cwfake

import (
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/robfig/cron/v3"

	"github.com/outrider-monitor/outrider/incidents/maintenance"
)

// mutePrefix is the ARN of every mute rule's beginning.
const mutePrefix = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm-mute-rule:"

// muteRule keeps alarms from acting in a window.
type muteRule struct {
	in   cbor.Map
	tags map[string]string
	plan maintenance.Plan
}

func (s *Server) putMuteRule(in cbor.Map) (cbor.Map, error) {
	name := text(in, "Name")
	rule, _ := in["Rule"].(cbor.Map)
	schedule, _ := rule["Schedule"].(cbor.Map)
	targets, _ := in["MuteTargets"].(cbor.Map)
	names := texts(targets, "AlarmNames")
	switch {
	case name == "":
		return nil, missing("Name")
	case len(names) == 0 || len(names) > 100:
		return nil, invalid("A mute rule has 1 to 100 alarms, got %d.", len(names))
	}
	for _, alarm := range names {
		if s.alarms[alarm] == nil {
			return nil, invalid("The alarm %s does not exist.", alarm)
		}
	}
	plan, err := planOf(text(schedule, "Expression"), text(schedule, "Timezone"), text(schedule, "Duration"))
	if err != nil {
		return nil, err
	}
	m := s.mutes[name]
	if m == nil {
		m = &muteRule{tags: tagsOf(in)}
		s.mutes[name] = m
	}
	m.in, m.plan = in, plan
	return cbor.Map{}, nil
}

// planOf reads a schedule: cron with stars, lists and ranges, or at.
func planOf(expression, timezone, duration string) (p maintenance.Plan, err error) {
	if p.Zone, err = time.LoadLocation(timezone); err != nil {
		return p, invalid("Timezone %q: %v", timezone, err)
	}
	if p.For, err = isoDuration(duration); err != nil || p.For < time.Minute || p.For > 15*24*time.Hour {
		return p, invalid("Duration %q must be from PT1M to P15D.", duration)
	}
	if line, ok := inParentheses(expression, "cron"); ok {
		if p.Cron, err = cron.ParseStandard(line); err != nil || strings.ContainsAny(line, "/?@") {
			return p, invalid("Expression %q: %v", expression, err)
		}
		return p, nil
	}
	line, ok := inParentheses(expression, "at")
	if !ok {
		return p, invalid("Expression %q is neither cron() nor at().", expression)
	}
	if p.From, err = time.ParseInLocation("2006-01-02T15:04", line, p.Zone); err != nil {
		return p, invalid("Expression %q: %v", expression, err)
	}
	p.Until = p.From.Add(p.For)
	return p, nil
}

func inParentheses(expression, word string) (inner string, ok bool) {
	inner, ok = strings.CutPrefix(expression, word+"(")
	if !ok || !strings.HasSuffix(inner, ")") {
		return "", false
	}
	return strings.TrimSuffix(inner, ")"), true
}

// isoDuration reads PnDTnHnM.
func isoDuration(text string) (d time.Duration, err error) {
	rest, ok := strings.CutPrefix(text, "P")
	if !ok {
		return 0, invalid("%q is no duration", text)
	}
	units := map[byte]time.Duration{'D': 24 * time.Hour, 'H': time.Hour, 'M': time.Minute}
	rest = strings.Replace(rest, "T", "", 1)
	for rest != "" {
		at := strings.IndexAny(rest, "DHM")
		if at < 0 {
			return 0, invalid("%q is no duration", text)
		}
		n, err := strconv.Atoi(rest[:at])
		if err != nil {
			return 0, err
		}
		d += time.Duration(n) * units[rest[at]]
		rest = rest[at+1:]
	}
	return d, nil
}

// muted reports whether a rule keeps an alarm from acting now.
func (s *Server) muted(alarm string) bool {
	for _, m := range s.mutes {
		targets, _ := m.in["MuteTargets"].(cbor.Map)
		if _, now := m.plan.At(s.o.Now()); now && slices.Contains(texts(targets, "AlarmNames"), alarm) {
			return true
		}
	}
	return false
}

func (s *Server) listMuteRules(cbor.Map) (cbor.Map, error) {
	all := cbor.List{}
	for _, name := range s.muteNames() {
		all = append(all, cbor.Map{"AlarmMuteRuleArn": cbor.String(mutePrefix + name)})
	}
	return cbor.Map{"AlarmMuteRuleSummaries": all}, nil
}

// MuteRules are the names of all mute rules, sorted.
func (s *Server) MuteRules() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.muteNames()
}

func (s *Server) muteNames() []string {
	names := make([]string, 0, len(s.mutes))
	for name := range s.mutes {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (s *Server) getMuteRule(in cbor.Map) (cbor.Map, error) {
	m := s.mutes[text(in, "AlarmMuteRuleName")]
	if m == nil {
		return nil, &Fault{http.StatusNotFound, "ResourceNotFoundException", "There is no such mute rule."}
	}
	out := cbor.Map{"AlarmMuteRuleArn": cbor.String(mutePrefix + text(in, "AlarmMuteRuleName"))}
	for _, key := range []string{"Name", "Description", "Rule", "MuteTargets"} {
		if v, ok := m.in[key]; ok {
			out[key] = v
		}
	}
	return out, nil
}

func (s *Server) deleteMuteRule(in cbor.Map) (cbor.Map, error) {
	delete(s.mutes, text(in, "AlarmMuteRuleName"))
	return cbor.Map{}, nil
}
