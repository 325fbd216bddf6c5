package alarms

import (
	"fmt"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch/cwfake"
	"github.com/outrider-monitor/outrider/journeys"
)

// hostile are titles and teams as nobody should call them.
const hostile = `a "b" \ %d %s {{ .x }} ${y} 食べ </b>`

func TestTextsOfAuthorsStandInAlarmsAsTheyAre(t *testing.T) {
	k, _, client := keeper(t, cwfake.Options{})
	js := []Journey{{Name: "checkout", Title: hostile, Team: hostile, Runbook: "https://runbooks.example/?a=%20b", Every: time.Minute, TLS: true,
		Open: journeys.Threshold{Count: 2}, Slow: journeys.Threshold{Count: 2}, Objective: 99.999}}
	wanted := Wanted(js, options())
	apply(t, k, wanted, false)
	if p, err := k.Plan(t.Context(), Set{Alarms: wanted}, true); err != nil || p.Pending() != 0 {
		t.Errorf("once applied, a plan has %v to change: %v", p, err)
	}
	out, err := client.DescribeAlarms(t.Context(), &sdk.DescribeAlarmsInput{AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm}})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, a := range out.MetricAlarms {
		texts = append(texts, *a.AlarmDescription)
		for _, m := range a.Metrics {
			if m.Expression != nil && *m.Expression != "failed / 0.00001" {
				t.Errorf("the budget is written %q", *m.Expression)
			}
		}
	}
	for _, a := range out.CompositeAlarms {
		texts = append(texts, *a.AlarmDescription)
	}
	for _, text := range texts {
		if !strings.Contains(text, hostile) || strings.Contains(text, "%!") || strings.Contains(text, "MISSING") {
			t.Errorf("a description is %q", text)
		}
	}
	if len(texts) < 6 {
		t.Errorf("there are %d alarms", len(texts))
	}
}

func TestATeamOfManyJourneysWithLongNamesHasRulesThatAreTaken(t *testing.T) {
	k, _, _ := keeper(t, cwfake.Options{})
	var js []Journey
	for i := range 250 {
		js = append(js, Journey{Name: fmt.Sprintf("%s-%d", strings.Repeat("n", 60), i), Team: "all", Every: time.Minute, Open: journeys.Threshold{Count: 1}})
	}
	wanted := Wanted(js, options())
	apply(t, k, wanted, false) // the fake refuses what is too long
	named := 0
	for i := range wanted {
		named += strings.Count(wanted[i].Rule, "ALARM(")
	}
	if named != 250 {
		t.Errorf("the rules of the team name %d alarms, want 250", named)
	}
}
