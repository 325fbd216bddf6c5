package cwfake

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

func simpleAlarm(name, missing string) cbor.Map {
	return cbor.Map{
		"AlarmName": cbor.String(name), "Namespace": cbor.String("Outrider"), "MetricName": cbor.String("SuccessPercent"),
		"Statistic": cbor.String("Minimum"), "Period": cbor.Uint(60), "EvaluationPeriods": cbor.Uint(3), "DatapointsToAlarm": cbor.Uint(3),
		"Threshold": cbor.Float64(100), "ComparisonOperator": cbor.String("LessThanThreshold"), "TreatMissingData": cbor.String(missing),
		"AlarmActions": cbor.List{cbor.String("arn:alarm")}, "OKActions": cbor.List{cbor.String("arn:ok")},
		"Tags": cbor.List{cbor.Map{"Key": cbor.String("owner"), "Value": cbor.String("me")}},
	}
}

// TestMissingDataAreTreatedAsTheUserGuideSays has the tables of "Configuring how CloudWatch alarms treat missing data": an
// alarm of three periods, and five datapoints of which the last is the newest. X breaches, 0 does not, - is missing.
func TestMissingDataAreTreatedAsTheUserGuideSays(t *testing.T) {
	for _, c := range []struct {
		points string
		needed int
		// breaching and notBreaching: the other two keep or leave the state by rules that alarms of ours do not use.
		want [2]string
	}{
		{"0-X-X", 3, [2]string{OK, OK}},
		{"0----", 3, [2]string{OK, OK}},
		{"-----", 3, [2]string{InAlarm, OK}},
		{"0XX-X", 3, [2]string{InAlarm, InAlarm}},
		{"--X--", 3, [2]string{InAlarm, OK}},
		{"0-X-X", 2, [2]string{InAlarm, InAlarm}},
		{"0-X--", 2, [2]string{InAlarm, OK}},
		{"00X-X", 2, [2]string{InAlarm, InAlarm}},
	} {
		for i, treat := range []string{"breaching", "notBreaching"} {
			now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
			s := New(Options{Now: func() time.Time { return now }})
			in := simpleAlarm("a", treat)
			in["DatapointsToAlarm"] = cbor.Uint(c.needed)
			if _, err := s.putMetricAlarm(in); err != nil {
				t.Fatal(err)
			}
			for n, p := range c.points {
				value, there := map[rune]float64{'X': 0, '0': 100}[p]
				if !there {
					continue
				}
				at := now.Add(time.Duration(n-5) * time.Minute)
				if _, err := s.putMetricData(cbor.Map{"Namespace": cbor.String("Outrider"), "MetricData": cbor.List{cbor.Map{
					"MetricName": cbor.String("SuccessPercent"), "Value": cbor.Float64(value), "Timestamp": seconds(at)}}}); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Evaluate(); err != nil {
				t.Fatal(err)
			}
			if got := s.Alarms()[0].State; got != c.want[i] {
				t.Errorf("%s, %d of 3, %s: got %s, want %s", c.points, c.needed, treat, got, c.want[i])
			}
		}
	}
}

func TestAlarmsNotifyOnceForEachChange(t *testing.T) {
	s := New(Options{})
	if _, err := s.putMetricAlarm(simpleAlarm("a", "breaching")); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := s.Evaluate(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.setAlarmState(cbor.Map{"AlarmName": cbor.String("a"), "StateValue": cbor.String(OK), "StateReason": cbor.String("drill")}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range s.Notifications() {
		got = append(got, n.Topic+" "+n.Message.OldStateValue+">"+n.Message.NewStateValue)
	}
	if text := strings.Join(got, ", "); text != "arn:alarm INSUFFICIENT_DATA>ALARM, arn:ok ALARM>OK" {
		t.Errorf("notified %s", text)
	}
}

func TestCompositeRulesAreReadAndJudged(t *testing.T) {
	states := map[string]string{"a": InAlarm, "b c": OK, "d": InsufficientData}
	for text, want := range map[string]bool{
		`ALARM("a")`: true, `OK("a")`: false, `NOT ALARM("a")`: false, `ALARM("a") AND OK("b c")`: true,
		`ALARM("b c") OR ALARM("a") AND ALARM("b c")`: false, `(ALARM("b c") OR ALARM("a")) AND INSUFFICIENT_DATA("d")`: true,
	} {
		r, err := parseRule(text)
		if err != nil || r.holds(func(n string) string { return states[n] }) != want {
			t.Errorf("%s: %v, want %t", text, err, want)
		}
	}
	for _, text := range []string{"", "ALARM(a)", `ALARM("a"`, `ALARM("a") AND`, `(ALARM("a")`, `ALARM("a") ALARM("a")`, "TRUTH"} {
		if _, err := parseRule(text); err == nil {
			t.Errorf("%q is read as a rule", text)
		}
	}
}

func TestMetricMathThatIsNotKnownIsAnError(t *testing.T) {
	for text, want := range map[string]float64{"m / 0.001": 20, "m * 2 / 4": 0.01} {
		if v, ok, err := calculate(text, map[string]float64{"m": 0.02}); err != nil || !ok || v != want {
			t.Errorf("%s is %g, %t, %v; want %g", text, v, ok, err, want)
		}
	}
	if _, ok, err := calculate("m / 2", nil); ok || err != nil {
		t.Errorf("a metric without data has a value (%v)", err)
	}
	for _, text := range []string{"IF(m > 1, 1, 0)", "m + 1", "RATE(m)"} {
		if _, _, err := calculate(text, map[string]float64{"m": 1}); err == nil {
			t.Errorf("%q was calculated", text)
		}
	}
}
