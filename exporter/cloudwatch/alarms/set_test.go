package alarms

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/robfig/cron/v3"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch/cwfake"
	"github.com/outrider-monitor/outrider/incidents/maintenance"
)

func nightly(t *testing.T, line string, mode maintenance.Mode) maintenance.Plan {
	t.Helper()
	schedule, err := cron.ParseStandard(line)
	if err != nil {
		t.Fatal(err)
	}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return maintenance.Plan{Name: "night work", Mode: mode, Cron: schedule, For: 30 * time.Minute, Zone: london}
}

func whole(t *testing.T, now time.Time) Set {
	t.Helper()
	all := twoJourneys()
	return Set{Alarms: Wanted(all, options()), Mutes: Mutes([]maintenance.Plan{nightly(t, "0 3 * * *", maintenance.Mute)}, all, options(), now), Dashboard: DashboardOf(all, options())}
}

// plan plans, applies and gives the plan in words.
func bring(t *testing.T, k *Keeper, s Set, prune bool) string {
	t.Helper()
	p, err := k.Plan(t.Context(), s, prune)
	if err != nil {
		t.Fatal(err)
	}
	var words strings.Builder
	p.Write(&words)
	if err := k.Apply(t.Context(), p, func(Change) {}); err != nil {
		t.Fatalf("%v, of the plan\n%s", err, words.String())
	}
	return words.String()
}

func TestMuteRulesAndTheDashboardAreKeptAsAlarmsAre(t *testing.T) {
	k, fake, client := keeper(t, cwfake.Options{})
	s := whole(t, time.Now())
	first := bring(t, k, s, false)
	for _, line := range []string{
		"+ create  Outrider/test/maintenance/night-work\n    cron(0 3 * * *) Europe/London for PT30M mutes 3 alarms\n",
		"+ create  Outrider-test\n    the journeys' success, duration and trouble, by team\n", "9 to change, 0 unchanged.",
	} {
		if !strings.Contains(first, line) {
			t.Errorf("the plan lacks %q:\n%s", line, first)
		}
	}
	if second := bring(t, k, s, true); second != "0 to change, 9 unchanged.\n" {
		t.Errorf("the second plan is\n%s", second)
	}
	s.Mutes[0].Duration = "PT1H"
	s.Dashboard.Body = strings.Replace(s.Dashboard.Body, "Failed runs", "Failed", 1)
	if words := bring(t, k, s, false); !strings.Contains(words, "    duration     PT30M -> PT1H\n") || !strings.Contains(words, "~ update  Outrider-test\n") || !strings.Contains(words, "2 to change") {
		t.Errorf("the change is\n%s", words)
	}
	if _, err := client.PutDashboard(t.Context(), &sdk.PutDashboardInput{DashboardName: aws.String("Somebody"), DashboardBody: aws.String("{}")}); err != nil {
		t.Fatal(err)
	}
	bring(t, k, Set{}, true)
	if len(fake.Alarms()) > 0 || len(fake.MuteRules()) > 0 || fake.Dashboard("Outrider-test") != "" || fake.Dashboard("Somebody") == "" {
		t.Errorf("left are %v, %v and %q", fake.Alarms(), fake.MuteRules(), fake.Dashboard("Outrider-test"))
	}
	// One of our name that somebody else has made is never touched.
	if _, err := client.PutDashboard(t.Context(), &sdk.PutDashboardInput{DashboardName: aws.String("Outrider-test"), DashboardBody: aws.String("{}")}); err != nil {
		t.Fatal(err)
	}
	if words := bring(t, k, s, true); !strings.Contains(words, "! foreign  Outrider-test\n") || fake.Dashboard("Outrider-test") != "{}" {
		t.Errorf("somebody's dashboard became %q by\n%s", fake.Dashboard("Outrider-test"), words)
	}
}

// In the window nobody is told, and after it everybody is again. A window in which nothing runs stays muted until its alarms
// have seen data once more.
func TestMaintenanceIsQuietInCloudWatchToo(t *testing.T) {
	for _, mode := range []maintenance.Mode{maintenance.Mute, maintenance.Halt} {
		now := time.Date(2026, 7, 1, 1, 30, 0, 0, time.UTC) // 02:30 in London
		k, fake, client := keeper(t, cwfake.Options{Now: func() time.Time { return now }})
		all := twoJourneys()[:1]
		s := Set{Alarms: Wanted(all, options()), Mutes: Mutes([]maintenance.Plan{nightly(t, "0 3 * * *", mode)}, all, options(), now)}
		bring(t, k, s, false)
		minutes := func(n int, percent float64) {
			t.Helper()
			for range n {
				if percent >= 0 {
					d := types.MetricDatum{MetricName: aws.String("SuccessPercent"), Value: &percent, Timestamp: aws.Time(now),
						Dimensions: []types.Dimension{{Name: aws.String("Journey"), Value: aws.String("checkout")}}}
					if _, err := client.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: aws.String("Outrider"), MetricData: []types.MetricDatum{d}}); err != nil {
						t.Fatal(err)
					}
				}
				now = now.Add(time.Minute)
				if err := fake.Evaluate(); err != nil {
					t.Fatal(err)
				}
			}
		}
		minutes(31, 100)
		before := len(fake.Notifications())
		during := -1.0
		if mode == maintenance.Mute {
			during = 0
		}
		minutes(25, during)
		if mode == maintenance.Mute {
			minutes(4, 100)
		} else {
			minutes(4, during) // until the window's end, and data come after it
		}
		minutes(20, 100)
		if got := fake.Notifications()[before:]; len(got) > 0 {
			t.Errorf("mode %s: told were %+v", mode, got)
		}
		minutes(10, 0)
		if got := fake.Notifications()[before:]; len(got) != 1 || got[0].Message.NewStateValue != cwfake.InAlarm {
			t.Errorf("mode %s: after the window told were %+v", mode, got)
		}
	}
}

func TestEveryScheduleIsWrittenAsCloudWatchTakesIt(t *testing.T) {
	all := twoJourneys()[:1]
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for line, want := range map[string]string{
		"*/20 7-9 * * 1-5": "cron(0,20,40 7,8,9 * * MON,TUE,WED,THU,FRI)",
		"30 2 1 1,7 *":     "cron(30 2 1 1,7 *)",
		"0 0 * * sun":      "cron(0 0 * * SUN)",
	} {
		if got := Mutes([]maintenance.Plan{nightly(t, line, maintenance.Mute)}, all, options(), now); len(got) != 1 || got[0].Expression != want {
			t.Errorf("%s is written as %+v, want %s", line, got, want)
		}
	}
	once := maintenance.Plan{Name: "move", Mode: maintenance.Mute, From: now.Add(time.Hour), Until: now.Add(20*24*time.Hour + 90*time.Minute)}
	got := Mutes([]maintenance.Plan{once, {Name: "over", From: now.Add(-2 * time.Hour), Until: now.Add(-time.Hour)}}, all, options(), now)
	if len(got) != 2 || got[0].Expression != "at(2026-12-01T01:00)" || got[0].Duration != "PT360H" || got[1].Expression != "at(2026-12-16T01:00)" || got[1].Duration != "PT120H30M" || got[0].Name == got[1].Name {
		t.Errorf("twenty days are written as %+v", got)
	}
}

func TestTheTemplateHasTheMuteRulesAndTheDashboard(t *testing.T) {
	text, err := CloudFormation(whole(t, time.Now()), options())
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]struct {
			Type       string
			DependsOn  []string
			Properties map[string]any
		}
	}
	if err := json.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for id, r := range template.Resources {
		kinds[r.Type]++
		for _, need := range r.DependsOn {
			if _, ok := template.Resources[need]; !ok {
				t.Errorf("%s depends on %q, which there is not", id, need)
			}
		}
		if r.Type == "AWS::CloudWatch::AlarmMuteRule" && len(r.DependsOn) != 3 {
			t.Errorf("the mute rule depends on %v", r.DependsOn)
		}
	}
	if kinds["AWS::CloudWatch::AlarmMuteRule"] != 1 || kinds["AWS::CloudWatch::Dashboard"] != 1 || len(template.Resources) != 9 {
		t.Errorf("the template has %v", kinds)
	}
	if c := CostOf(2, 0, whole(t, time.Now())); c.Dashboards != 1 || !strings.Contains(c.String(), "and a dashboard") {
		t.Errorf("the cost is %s", c)
	}
}
