package cwfake

import (
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/smithy-go/encoding/cbor"
)

// The states of an alarm.
const (
	OK               = "OK"
	InAlarm          = "ALARM"
	InsufficientData = "INSUFFICIENT_DATA"
)

// arnPrefix is that of every alarm: a made-up account.
const arnPrefix = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:"

// alarm is one alarm: in holds what was put, as it was put.
type alarm struct {
	name      string
	composite bool
	in        cbor.Map
	tags      map[string]string
	state     string
	reason    string
	since     time.Time
	updated   time.Time
}

// Alarm is what is known of one alarm.
type Alarm struct {
	Name, State, Reason string
	Composite           bool
	Tags                map[string]string
	// Updated is when it was put last.
	Updated time.Time
}

// Alarms gives every alarm, sorted by name.
func (s *Server) Alarms() []Alarm {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Alarm
	for _, name := range s.alarmNames() {
		a := s.alarms[name]
		all = append(all, Alarm{a.name, a.state, a.reason, a.composite, a.tags, a.updated})
	}
	return all
}

func (s *Server) alarmNames() []string {
	names := make([]string, 0, len(s.alarms))
	for name := range s.alarms {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (s *Server) putMetricAlarm(in cbor.Map) (cbor.Map, error) {
	if err := checkAlarm(in); err != nil {
		return nil, err
	}
	return s.put(in, false)
}

// What a composite alarm may consist of at most.
const (
	mostRule     = 10240
	mostChildren = 100
)

func (s *Server) putCompositeAlarm(in cbor.Map) (cbor.Map, error) {
	rule, err := parseRule(text(in, "AlarmRule"))
	if err != nil {
		return nil, invalid("AlarmRule: %v", err)
	}
	if n := utf8.RuneCountInString(text(in, "AlarmRule")); n > mostRule || len(rule.names()) > mostChildren {
		return nil, invalid("AlarmRule has %d characters and %d alarms; at most %d and %d are allowed", n, len(rule.names()), mostRule, mostChildren)
	}
	for _, name := range rule.names() {
		if s.alarms[name] == nil {
			return nil, invalid("The following metrics or alarms do not exist: [%s]", name)
		}
	}
	return s.put(in, true)
}

// put makes an alarm or replaces its whole configuration. Its state stays, and its tags are those it was made with.
func (s *Server) put(in cbor.Map, composite bool) (cbor.Map, error) {
	name := text(in, "AlarmName")
	if name == "" || len(name) > 255 {
		return nil, invalid("The value %q for parameter AlarmName is invalid.", name)
	}
	now := s.o.Now().UTC()
	a := s.alarms[name]
	if a == nil {
		a = &alarm{name: name, composite: composite, state: InsufficientData, reason: "Unchecked: Initial alarm creation", since: now, tags: tagsOf(in)}
		s.alarms[name] = a
	}
	if a.composite != composite {
		return nil, invalid("An alarm of another kind has the name %s.", name)
	}
	a.in, a.updated = in, now
	return cbor.Map{}, nil
}

func tagsOf(in cbor.Map) map[string]string {
	tags := map[string]string{}
	for _, t := range list(in, "Tags") {
		tags[text(t, "Key")] = text(t, "Value")
	}
	return tags
}

// checkAlarm refuses what CloudWatch refuses of a metric alarm.
func checkAlarm(in cbor.Map) error {
	periods := integer(in, "EvaluationPeriods", 0)
	needed := integer(in, "DatapointsToAlarm", periods)
	if periods < 1 || needed < 1 || needed > periods {
		return invalid("DatapointsToAlarm (%d) must be between 1 and EvaluationPeriods (%d).", needed, periods)
	}
	period := integer(in, "Period", 0)
	queries := list(in, "Metrics")
	switch {
	case len(queries) == 0 && text(in, "MetricName") == "":
		return missing("MetricName")
	case len(queries) > 0 && text(in, "MetricName") != "":
		return &Fault{http.StatusBadRequest, "InvalidParameterCombination", "Metrics and MetricName are mutually exclusive."}
	case len(queries) > 0:
		var err error
		if period, err = periodOf(queries); err != nil {
			return err
		}
	}
	if period != 10 && period != 20 && period != 30 && (period < 60 || period%60 != 0) {
		return invalid("Period must be 10, 20, 30 or a multiple of 60, got %d.", period)
	}
	longest := 24 * time.Hour
	if period >= 3600 {
		longest = 7 * 24 * time.Hour
	}
	if time.Duration(period*periods)*time.Second > longest {
		return invalid("Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).")
	}
	if !slices.Contains([]string{"breaching", "notBreaching", "ignore", "missing", ""}, text(in, "TreatMissingData")) {
		return invalid("The value %q for parameter TreatMissingData is invalid.", text(in, "TreatMissingData"))
	}
	if len(texts(in, "AlarmActions")) > 5 || len(texts(in, "OKActions")) > 5 {
		return invalid("An alarm has five actions at most.")
	}
	if len(text(in, "AlarmDescription")) > 1024 {
		return invalid("AlarmDescription is longer than 1024.")
	}
	if _, err := comparison(text(in, "ComparisonOperator")); err != nil {
		return err
	}
	return nil
}

// periodOf is the one period of an alarm's metrics. Exactly one query gives the alarm's value.
func periodOf(queries []cbor.Map) (period int, err error) {
	values := 0
	for _, q := range queries {
		if truth(q, "ReturnData", true) {
			values++
		}
		stat, ok := q["MetricStat"].(cbor.Map)
		if !ok {
			continue
		}
		p := integer(stat, "Period", 0)
		if period != 0 && p != period {
			return 0, invalid("All metrics of an alarm must have the same period.")
		}
		period = p
	}
	if values != 1 {
		return 0, invalid("Exactly one element of the metrics list should return data.")
	}
	return period, nil
}

func (s *Server) describeAlarms(in cbor.Map) (cbor.Map, error) {
	types, prefix, names := texts(in, "AlarmTypes"), text(in, "AlarmNamePrefix"), texts(in, "AlarmNames")
	most := integer(in, "MaxRecords", 100)
	if most < 1 || most > 100 {
		return nil, invalid("MaxRecords must be between 1 and 100.")
	}
	after := text(in, "NextToken")
	var metrics, composites cbor.List
	last, more := "", false
	for _, name := range s.alarmNames() {
		a := s.alarms[name]
		kind := "MetricAlarm"
		if a.composite {
			kind = "CompositeAlarm"
		}
		wanted := len(types) == 0 && !a.composite || slices.Contains(types, kind) // only metric alarms unless told otherwise
		if !wanted || !strings.HasPrefix(name, prefix) || len(names) > 0 && !slices.Contains(names, name) || name <= after {
			continue
		}
		if len(metrics)+len(composites) == most {
			more = true
			break
		}
		last = name
		if a.composite {
			composites = append(composites, a.described())
		} else {
			metrics = append(metrics, a.described())
		}
	}
	out := cbor.Map{"MetricAlarms": metrics, "CompositeAlarms": composites}
	if metrics == nil {
		out["MetricAlarms"] = cbor.List{}
	}
	if composites == nil {
		out["CompositeAlarms"] = cbor.List{}
	}
	if more {
		out["NextToken"] = cbor.String(last)
	}
	return out, nil
}

func (a *alarm) described() cbor.Map {
	m := cbor.Map{}
	for k, v := range a.in {
		if k != "Tags" {
			m[k] = v
		}
	}
	m["AlarmArn"] = cbor.String(arnPrefix + a.name)
	m["StateValue"], m["StateReason"] = cbor.String(a.state), cbor.String(a.reason)
	m["StateUpdatedTimestamp"], m["AlarmConfigurationUpdatedTimestamp"] = seconds(a.since), seconds(a.updated)
	return m
}

func (s *Server) deleteAlarms(in cbor.Map) (cbor.Map, error) {
	names := texts(in, "AlarmNames")
	if len(names) > 100 {
		return nil, invalid("At most 100 alarms can be deleted at a time.")
	}
	composites := 0
	for _, name := range names {
		a := s.alarms[name]
		if a == nil {
			return nil, &Fault{http.StatusNotFound, "ResourceNotFound", "There is no alarm " + name}
		}
		if a.composite {
			composites++
		}
		for _, user := range s.alarms {
			if user.composite && !slices.Contains(names, user.name) && ruleNames(user, name) {
				return nil, invalid("Cannot delete %s as there are composite alarms depending on it.", name)
			}
		}
	}
	if composites > 1 {
		return nil, invalid("Only one composite alarm can be deleted at a time.")
	}
	for _, name := range names {
		delete(s.alarms, name)
	}
	return cbor.Map{}, nil
}

func ruleNames(a *alarm, name string) bool {
	rule, err := parseRule(text(a.in, "AlarmRule"))
	return err == nil && slices.Contains(rule.names(), name)
}

func (s *Server) tagResource(in cbor.Map) (cbor.Map, error) {
	own, err := s.tagsByARN(text(in, "ResourceARN"))
	if err != nil {
		return nil, err
	}
	for k, v := range tagsOf(in) {
		own[k] = v
	}
	return cbor.Map{}, nil
}

func (s *Server) listTags(in cbor.Map) (cbor.Map, error) {
	own, err := s.tagsByARN(text(in, "ResourceARN"))
	if err != nil {
		return nil, err
	}
	tags := cbor.List{}
	for k, v := range own {
		tags = append(tags, cbor.Map{"Key": cbor.String(k), "Value": cbor.String(v)})
	}
	return cbor.Map{"Tags": tags}, nil
}

// tagsByARN are the tags of an alarm, a mute rule or a dashboard.
func (s *Server) tagsByARN(arn string) (map[string]string, error) {
	a, m := s.alarms[strings.TrimPrefix(arn, arnPrefix)], s.mutes[strings.TrimPrefix(arn, mutePrefix)]
	d, known := s.dashboards[strings.TrimPrefix(arn, boardPrefix)]
	switch {
	case known:
		return d.tags, nil
	case m != nil:
		return m.tags, nil
	case a == nil:
		return nil, &Fault{http.StatusNotFound, "ResourceNotFoundException", fmt.Sprintf("There is nothing called %q.", arn)}
	}
	return a.tags, nil
}
