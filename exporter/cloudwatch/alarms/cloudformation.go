package alarms

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// CloudFormation writes all that is wanted as a template, for those who deploy so.
func CloudFormation(set Set, o Options) ([]byte, error) {
	wanted := set.Alarms
	resources := map[string]any{}
	ids := map[string]string{}
	for i := range wanted {
		ids[wanted[i].Name] = logicalID(wanted[i].Name, o, ids)
	}
	for i := range wanted {
		a := &wanted[i]
		kind := "AWS::CloudWatch::Alarm"
		if a.Composite() {
			kind = "AWS::CloudWatch::CompositeAlarm"
		}
		r := map[string]any{"Type": kind, "Properties": a.properties(o)}
		if a.Composite() {
			var needs []string
			for name, id := range ids {
				if strings.Contains(a.Rule, fmt.Sprintf("%q", name)) {
					needs = append(needs, id)
				}
			}
			r["DependsOn"] = sorted(needs)
		}
		resources[ids[a.Name]] = r
	}
	set.resources(resources, ids, o)
	text, err := json.MarshalIndent(map[string]any{
		"AWSTemplateFormatVersion": "2010-09-09",
		"Description":              "Alarms of Outrider's deployment " + o.Deployment + ". Made by outrider alarms plan --format cloudformation.",
		"Resources":                resources,
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the template: %w", err)
	}
	return append(text, '\n'), nil
}

// resources adds the mute rules, which name alarms and so come after them, and the dashboard.
func (s *Set) resources(resources map[string]any, ids map[string]string, o Options) {
	for i := range s.Mutes {
		m := &s.Mutes[i]
		var needs []string
		for _, name := range m.Alarms {
			needs = append(needs, ids[name])
		}
		ids[m.Name] = logicalID(m.Name, o, ids)
		resources[ids[m.Name]] = map[string]any{"Type": "AWS::CloudWatch::AlarmMuteRule", "DependsOn": sorted(needs), "Properties": map[string]any{
			"Name": m.Name, "Description": m.Description, "MuteTargets": map[string]any{"AlarmNames": texts(m.Alarms)},
			"Rule": map[string]any{"Schedule": map[string]any{"Expression": m.Expression, "Duration": m.Duration, "Timezone": m.Timezone}},
			"Tags": []map[string]string{{"Key": tagKey, "Value": o.Deployment}},
		}}
	}
	if d := s.Dashboard; d != nil {
		resources["Dashboard"] = map[string]any{"Type": "AWS::CloudWatch::Dashboard", "Properties": map[string]any{"DashboardName": d.Name, "DashboardBody": d.Body}}
	}
}

// logicalID makes letters and digits of a name, and another one where two names would have the same.
func logicalID(name string, o Options, taken map[string]string) string {
	words := strings.FieldsFunc(strings.TrimPrefix(name, o.Prefix()), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) || r > unicode.MaxASCII })
	id := "Alarm"
	for _, w := range words {
		id += strings.ToUpper(w[:1]) + w[1:]
	}
	used := map[string]bool{}
	for _, other := range taken {
		used[other] = true
	}
	for n, base := 2, id; used[id]; n++ {
		id = fmt.Sprintf("%s%d", base, n)
	}
	return id
}

// properties are spelled as the API spells them.
func (a *Alarm) properties(o Options) map[string]any {
	p := map[string]any{
		"AlarmName": a.Name, "AlarmDescription": a.Description, "ActionsEnabled": true,
		"AlarmActions": texts(a.Actions), "OKActions": texts(a.OKActions),
		"Tags": []map[string]string{{"Key": tagKey, "Value": o.Deployment}},
	}
	if a.Composite() {
		p["AlarmRule"] = a.Rule
		return p
	}
	p["ComparisonOperator"] = "GreaterThanOrEqualToThreshold"
	if a.Below {
		p["ComparisonOperator"] = "LessThanThreshold"
	}
	p["Threshold"], p["EvaluationPeriods"], p["DatapointsToAlarm"], p["TreatMissingData"] = a.Threshold, a.Periods, a.Needed, a.Missing
	var dimensions []map[string]string
	for _, d := range a.Dimensions {
		dimensions = append(dimensions, map[string]string{"Name": d.Name, "Value": d.Value})
	}
	period := int(a.Period / time.Second)
	if a.Expression == "" {
		p["Namespace"], p["MetricName"], p["Dimensions"], p["Statistic"], p["Period"] = o.Namespace, a.Metric, dimensions, a.Statistic, period
		return p
	}
	p["Metrics"] = []map[string]any{
		{"Id": metricID, "ReturnData": false, "MetricStat": map[string]any{"Period": period, "Stat": a.Statistic,
			"Metric": map[string]any{"Namespace": o.Namespace, "MetricName": a.Metric, "Dimensions": dimensions}}},
		{"Id": "burn", "Expression": a.Expression, "Label": "burn rate", "ReturnData": true},
	}
	return p
}

// texts is a list that is never null.
func texts(all []string) []string { return append([]string{}, all...) }
