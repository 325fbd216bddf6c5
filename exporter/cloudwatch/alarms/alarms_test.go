package alarms

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"golang.org/x/time/rate"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch"
	"github.com/outrider-monitor/outrider/exporter/cloudwatch/cwfake"
	"github.com/outrider-monitor/outrider/journeys"
)

func twoJourneys() []Journey {
	return []Journey{
		{Name: "checkout", Title: "A customer buys dinner", Team: "payments", Runbook: "https://runbooks.example/checkout", Every: time.Minute,
			Open: journeys.Threshold{Count: 2}, Objective: 99.9},
		{Name: "browse", Team: "storefront", Every: 5 * time.Minute, Open: journeys.Threshold{Count: 3, Of: 5}},
	}
}

func options() Options {
	return Options{Namespace: "Outrider", Deployment: "test", ExternalURL: "https://outrider.example",
		Actions: []string{"arn:aws:sns:eu-west-1:1:ops"}, OKActions: []string{"arn:aws:sns:eu-west-1:1:ops"},
		Teams: map[string][]string{"payments": {"arn:aws:sns:eu-west-1:1:payments"}}}
}

// keeper is one that talks to a fake through the real SDK.
func keeper(t *testing.T, o cwfake.Options) (*Keeper, *cwfake.Server, *sdk.Client) {
	t.Helper()
	fake := cwfake.New(o)
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_CLOUDWATCH": server.URL, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
		"AWS_SECRET_ACCESS_KEY": "example", "AWS_CONFIG_FILE": filepath.Join(t.TempDir(), "none")} {
		t.Setenv(name, value)
	}
	client, err := cloudwatch.NewClient(t.Context(), "eu-west-1")
	if err != nil {
		t.Fatal(err)
	}
	k := NewKeeper(client, options())
	k.limit = rate.NewLimiter(rate.Inf, 1)
	return k, fake, client
}

// apply plans and applies, and gives the plan in words.
func apply(t *testing.T, k *Keeper, wanted []Alarm, prune bool) string {
	t.Helper()
	p, err := k.Plan(t.Context(), Set{Alarms: wanted}, prune)
	if err != nil {
		t.Fatal(err)
	}
	var words strings.Builder
	p.Write(&words)
	if err := k.Apply(t.Context(), p, func(Change) {}); err != nil {
		t.Fatal(err)
	}
	return words.String()
}

func names(fake *cwfake.Server) string {
	var all []string
	for _, a := range fake.Alarms() {
		all = append(all, strings.TrimPrefix(a.Name, "Outrider/test/"))
	}
	return strings.Join(all, " ")
}

func TestAPlanIsAppliedOnceAndThenHasNothingToDo(t *testing.T) {
	k, fake, _ := keeper(t, cwfake.Options{})
	wanted := Wanted(twoJourneys(), options())
	first := apply(t, k, wanted, false)
	for _, line := range []string{
		"+ create  Outrider/test/checkout/broken\n    Minimum of SuccessPercent < 100 in 2 of 2 periods of 2m; missing data: breaching",
		"+ create  Outrider/test/browse/broken\n    Minimum of SuccessPercent < 100 in 3 of 5 periods of 10m; missing data: breaching",
		"    Average of Failed / 0.001 >= 14.4 in 1 of 1 periods of 1h; missing data: notBreaching",
		`    ALARM("Outrider/test/checkout/burn-1h") AND ALARM("Outrider/test/checkout/burn-5m")`,
		"7 to change, 0 unchanged.",
	} {
		if !strings.Contains(first, line) {
			t.Errorf("the plan lacks %q:\n%s", line, first)
		}
	}
	if got, want := names(fake), "browse/broken checkout/broken checkout/burn-1h checkout/burn-5m checkout/burning team/payments team/storefront"; got != want {
		t.Errorf("there are %s, want %s", got, want)
	}
	before := fake.Calls("PutMetricAlarm") + fake.Calls("PutCompositeAlarm")
	if second := apply(t, k, wanted, true); second != "0 to change, 7 unchanged.\n" {
		t.Errorf("the second plan is\n%s", second)
	}
	if after := fake.Calls("PutMetricAlarm") + fake.Calls("PutCompositeAlarm"); after != before {
		t.Errorf("%d alarms were put again", after-before)
	}
}

func TestAPlanShowsWhatDiffersAndApplyMendsIt(t *testing.T) {
	k, _, client := keeper(t, cwfake.Options{})
	all := twoJourneys()
	apply(t, k, Wanted(all, options()), false)
	// Somebody switched an alarm off by hand, and a policy changed.
	in := k.input(&Wanted(all, options())[0])
	in.ActionsEnabled, in.TreatMissingData = aws.Bool(false), aws.String("ignore")
	if _, err := client.PutMetricAlarm(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	all[1].Open = journeys.Threshold{For: 30 * time.Minute}
	words := apply(t, k, Wanted(all, options()), false)
	for _, line := range []string{
		"~ update  Outrider/test/checkout/broken\n    missing data ignore (actions are switched off) -> breaching\n",
		"~ update  Outrider/test/browse/broken\n    datapoints   3 of 5 -> 3 of 3\n",
		"2 to change, 5 unchanged.",
	} {
		if !strings.Contains(words, line) {
			t.Errorf("the plan lacks %q:\n%s", line, words)
		}
	}
	if words := apply(t, k, Wanted(all, options()), false); words != "0 to change, 7 unchanged.\n" {
		t.Errorf("after the mend the plan is\n%s", words)
	}
}

func TestOnlyOursAreTouched(t *testing.T) {
	k, fake, client := keeper(t, cwfake.Options{})
	all := twoJourneys()
	apply(t, k, Wanted(all, options()), false)
	foreign := k.input(&Alarm{Name: "Outrider/test/somebody-elses", Metric: "M", Statistic: "Sum", Period: time.Minute, Periods: 1, Needed: 1, Missing: "ignore"})
	other := k.input(&Alarm{Name: "Outrider/test2/checkout/broken", Metric: "M", Statistic: "Sum", Period: time.Minute, Periods: 1, Needed: 1, Missing: "ignore"})
	for _, in := range []*sdk.PutMetricAlarmInput{foreign, other} {
		if _, err := client.PutMetricAlarm(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	words := apply(t, k, Wanted(all[1:], options()), false)
	if !strings.Contains(words, "? orphan  Outrider/test/checkout/burning\n    no journey wants it; --prune deletes it\n") || !strings.Contains(words, "0 to change") {
		t.Errorf("without --prune the plan is\n%s", words)
	}
	words = apply(t, k, Wanted(all[1:], options()), true)
	if !strings.Contains(words, "! foreign  Outrider/test/somebody-elses") || !strings.Contains(words, "5 to change") {
		t.Errorf("with --prune the plan is\n%s", words)
	}
	apply(t, k, nil, true) // destroy
	if got := names(fake); got != "somebody-elses Outrider/test2/checkout/broken" {
		t.Errorf("left are %s", got)
	}
}

func TestAnInterruptedApplyGoesOnWhereItStopped(t *testing.T) {
	var puts atomic.Int32
	k, fake, _ := keeper(t, cwfake.Options{Trouble: func(operation string) *cwfake.Fault {
		if operation == "PutMetricAlarm" && puts.Add(1) == 3 {
			return &cwfake.Fault{Status: 400, Code: "LimitExceeded", Message: "too many alarms"}
		}
		return nil
	}})
	wanted := Wanted(twoJourneys(), options())
	p, err := k.Plan(t.Context(), Set{Alarms: wanted}, false)
	if err != nil {
		t.Fatal(err)
	}
	done := 0
	if err := k.Apply(t.Context(), p, func(Change) { done++ }); err == nil || !strings.Contains(err.Error(), "create Outrider/test/") || done != 2 {
		t.Fatalf("%d were done, and then %v", done, err)
	}
	if words := apply(t, k, wanted, false); !strings.Contains(words, "5 to change, 2 unchanged.") || len(fake.Alarms()) != 7 {
		t.Errorf("the second plan is\n%s", words)
	}
}

func TestManyAlarmsAreReadPageByPage(t *testing.T) {
	k, fake, _ := keeper(t, cwfake.Options{})
	var all []Journey
	for n := range 250 {
		all = append(all, Journey{Name: fmt.Sprintf("j%03d", n), Team: "t", Every: time.Minute, Open: journeys.Threshold{Count: 1}})
	}
	wanted := Wanted(all, options())
	apply(t, k, wanted, false)
	if n := len(fake.Alarms()); n != 253 {
		t.Fatalf("there are %d alarms, want 250 and three of a team", n)
	}
	if words := apply(t, k, wanted, true); words != "0 to change, 253 unchanged.\n" {
		t.Errorf("the second plan is\n%s", words)
	}
}

// The way that matters: a failing journey raises its alarm, a monitor that is gone raises it too, and the mend closes it.
func TestTheAlarmRisesOnFailuresAndOnSilence(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	k, fake, client := keeper(t, cwfake.Options{Now: func() time.Time { return now }})
	one := twoJourneys()[:1]
	apply(t, k, Wanted(one, options()), false)
	minute := func(n int, percent float64) {
		t.Helper()
		for range n {
			if percent >= 0 {
				data := func(name string, v float64) types.MetricDatum {
					return types.MetricDatum{MetricName: &name, Value: &v, Timestamp: aws.Time(now),
						Dimensions: []types.Dimension{{Name: aws.String("Journey"), Value: aws.String("checkout")}}}
				}
				if _, err := client.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: aws.String("Outrider"),
					MetricData: []types.MetricDatum{data("SuccessPercent", percent), data("Failed", 1-percent/100)}}); err != nil {
					t.Fatal(err)
				}
			}
			now = now.Add(time.Minute)
			if err := fake.Evaluate(); err != nil {
				t.Fatal(err)
			}
		}
	}
	state := func() (states []string) {
		for _, a := range fake.Alarms() {
			if a.State == cwfake.InAlarm {
				states = append(states, strings.TrimPrefix(a.Name, "Outrider/test/checkout/"))
			}
		}
		return states
	}
	minute(120, 100)
	if got := state(); len(got) > 0 {
		t.Fatalf("in two good hours %q are raised", got)
	}
	minute(1, 0)
	minute(4, 100)
	if got := state(); slices.Contains(got, "broken") {
		t.Errorf("after one failed run %q are raised", got)
	}
	minute(70, 100)
	minute(6, 0)
	if got := state(); !slices.Contains(got, "broken") || !slices.Contains(got, "burn-5m") {
		t.Errorf("after six failed runs %q are raised", got)
	}
	minute(60, 0)
	if got := state(); !slices.Contains(got, "burning") || !slices.Contains(got, "Outrider/test/team/payments") {
		t.Errorf("after an hour %q are raised", got)
	}
	minute(180, 100)
	if got := state(); len(got) > 0 {
		t.Errorf("long after the mend %q are raised", got)
	}
	minute(10, -1) // the monitor is gone
	if got := state(); !slices.Contains(got, "broken") {
		t.Errorf("ten minutes without data, and %q are raised", got)
	}
	var topics []string
	for _, n := range fake.Notifications() {
		topics = append(topics, n.Topic)
	}
	slices.Sort(topics)
	if got := slices.Compact(topics); !slices.Equal(got, []string{"arn:aws:sns:eu-west-1:1:payments"}) {
		t.Errorf("told were %q", got)
	}
}

func TestASlowJourneyAndAnOldCertificateRaiseTheirAlarms(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	k, fake, client := keeper(t, cwfake.Options{Now: func() time.Time { return now }})
	one := []Journey{{Name: "checkout", Team: "payments", Every: time.Minute, Open: journeys.Threshold{Count: 2}, Slow: journeys.Threshold{Count: 3}, TLS: true}}
	apply(t, k, Wanted(one, options()), false)
	hour := func(slow, days float64) {
		t.Helper()
		for range 60 {
			var data []types.MetricDatum
			for name, v := range map[string]float64{"SuccessPercent": 100, "Degraded": slow, "CertificateDays": days} {
				data = append(data, types.MetricDatum{MetricName: &name, Value: &v, Timestamp: aws.Time(now),
					Dimensions: []types.Dimension{{Name: aws.String("Journey"), Value: aws.String("checkout")}}})
			}
			if _, err := client.PutMetricData(t.Context(), &sdk.PutMetricDataInput{Namespace: aws.String("Outrider"), MetricData: data}); err != nil {
				t.Fatal(err)
			}
			now = now.Add(time.Minute)
			if err := fake.Evaluate(); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, step := range []struct {
		slow, days float64
		raised     string
	}{{0, 40, ""}, {1, 14, "checkout/slow"}, {0, 13.9, "checkout/certificate"}, {0, 90, ""}} {
		hour(step.slow, step.days)
		var raised []string
		for _, a := range fake.Alarms() {
			if a.State == cwfake.InAlarm {
				raised = append(raised, strings.TrimPrefix(a.Name, "Outrider/test/"))
			}
		}
		if got := strings.Join(raised, " "); got != step.raised {
			t.Errorf("with %+v %q are raised", step, got)
		}
	}
	if cost := CostOf(1, 0, Set{Alarms: Wanted(one, options())}); cost.Metrics != 10 || cost.Alarms != 3 {
		t.Errorf("paid for are %+v, want ten metrics and three alarms", cost)
	}
}

func TestADrillRaisesTheAlarmAndSaysSo(t *testing.T) {
	k, fake, _ := keeper(t, cwfake.Options{})
	apply(t, k, Wanted(twoJourneys(), options()), false)
	if _, err := k.Drill(t.Context(), "checkout"); err != nil {
		t.Fatal(err)
	}
	if n := fake.Notifications(); len(n) != 1 || n[0].Message.NewStateReason != "A drill: outrider alarms drill checkout" {
		t.Errorf("notified %+v", n)
	}
	if _, err := k.Drill(t.Context(), "nobody"); err == nil || !strings.Contains(err.Error(), "Outrider/test/nobody/broken") {
		t.Errorf("a drill of no journey says %v", err)
	}
}

func TestCallsKeepToTheServicesRate(t *testing.T) {
	k := NewKeeper(nil, options())
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	for range callsPerSecond {
		if err := k.limit.Wait(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.limit.Wait(ctx); err == nil {
		t.Error("one call more than allowed in a second did not wait")
	}
}

func TestPeriodsAndDatapointsStayWithinWhatCloudWatchTakes(t *testing.T) {
	k, _, _ := keeper(t, cwfake.Options{})
	for _, every := range []time.Duration{time.Second, 30 * time.Second, 7 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour} {
		for _, open := range []journeys.Threshold{{Count: 1}, {Count: 10}, {Count: 20, Of: 100}, {For: 12 * time.Hour}} {
			j := []Journey{{Name: "j", Team: "t", Every: every, Open: open, Objective: 99}}
			if _, err := k.Plan(t.Context(), Set{Alarms: Wanted(j, options())}, false); err != nil {
				t.Fatal(err)
			}
			apply(t, k, Wanted(j, options()), false) // the fake refuses what CloudWatch would
		}
	}
}

func TestTheTemplateHasEveryAlarmWithItsNeeds(t *testing.T) {
	wanted := Wanted(twoJourneys(), options())
	text, err := CloudFormation(Set{Alarms: wanted}, options())
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties struct{ AlarmName, AlarmRule string }
			DependsOn  []string
		}
	}
	if err := json.Unmarshal(text, &template); err != nil || len(template.Resources) != len(wanted) {
		t.Fatalf("%d resources for %d alarms: %v", len(template.Resources), len(wanted), err)
	}
	burning := template.Resources["AlarmCheckoutBurning"]
	if burning.Type != "AWS::CloudWatch::CompositeAlarm" || !slices.Equal(burning.DependsOn, []string{"AlarmCheckoutBurn1h", "AlarmCheckoutBurn5m"}) {
		t.Errorf("the composite alarm is %+v", burning)
	}
}

func TestThePolicyAllowsOwnAlarmsOnly(t *testing.T) {
	text, err := Policy(options())
	if err != nil || !json.Valid(text) {
		t.Fatal(err)
	}
	for _, want := range []string{`"arn:aws:cloudwatch:*:*:alarm:Outrider/test/*"`, `"cloudwatch:namespace": "Outrider"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the policy lacks %s:\n%s", want, text)
		}
	}
}

func TestTheCostIsCounted(t *testing.T) {
	c := CostOf(2, 5, Set{Alarms: Wanted(twoJourneys(), options())})
	if c != (Cost{Metrics: 21, Alarms: 4, Composites: 3}) || fmt.Sprintf("%.2f", c.Dollars()) != "8.20" {
		t.Errorf("got %+v, %.2f", c, c.Dollars())
	}
}
