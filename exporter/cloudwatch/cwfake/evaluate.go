package cwfake

import (
	"fmt"
	"math"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// evaluationRange is how many periods beyond EvaluationPeriods are looked at for data, so that late data do not count as
// missing. CloudWatch says only that there are some; its examples have two for three periods.
const evaluationRange = 2

// Evaluate brings every alarm to the state it has at this moment: metric alarms first, then composite ones. It follows
// "Evaluating an alarm" and "Configuring how CloudWatch alarms treat missing data" of the user guide: where there are as
// many datapoints in the range as periods, the newest ones decide; otherwise those that are missing are treated as the
// alarm says.
func (s *Server) Evaluate() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range s.alarmNames() {
		a := s.alarms[name]
		if a.composite {
			continue
		}
		state, reason, err := s.metricState(a)
		if err != nil {
			return fmt.Errorf("evaluating %s: %w", name, err)
		}
		s.enter(a, state, reason)
	}
	for range s.alarms { // a composite may depend on another one
		for _, name := range s.alarmNames() {
			if a := s.alarms[name]; a.composite {
				s.enter(a, s.compositeState(a), "composite: "+text(a.in, "AlarmRule"))
			}
		}
	}
	return nil
}

func (s *Server) compositeState(a *alarm) string {
	r, err := parseRule(text(a.in, "AlarmRule"))
	if err != nil {
		return InsufficientData
	}
	if r.holds(func(name string) string {
		if of := s.alarms[name]; of != nil {
			return of.state
		}
		return InsufficientData
	}) {
		return InAlarm
	}
	return OK
}

// metricState judges a metric alarm. An empty state keeps the one it has.
func (s *Server) metricState(a *alarm) (state, reason string, err error) {
	periods := integer(a.in, "EvaluationPeriods", 1)
	needed := integer(a.in, "DatapointsToAlarm", periods)
	compare, err := comparison(text(a.in, "ComparisonOperator"))
	if err != nil {
		return "", "", err
	}
	threshold, _ := number(a.in, "Threshold")
	var real []float64
	for back := range periods + evaluationRange {
		v, ok, err := s.valueOf(a, back)
		if err != nil {
			return "", "", err
		}
		if ok {
			real = append(real, v)
		}
	}
	bad := 0
	for i, v := range real {
		if i < periods && compare(v, threshold) {
			bad++
		}
	}
	lacking := max(0, periods-len(real))
	switch text(a.in, "TreatMissingData") {
	case "breaching":
		bad += lacking
	case "notBreaching":
	case "ignore":
		if len(real) == 0 {
			return "", "", nil
		}
	default:
		if len(real) == 0 {
			return InsufficientData, "no datapoints", nil
		}
		needed = min(needed, len(real))
	}
	if bad >= needed {
		return InAlarm, fmt.Sprintf("%d of the last %d datapoints breach the threshold (%g), %d were missing", bad, periods, threshold, lacking), nil
	}
	return OK, fmt.Sprintf("%d of the last %d datapoints breach the threshold (%g), %d were missing", bad, periods, threshold, lacking), nil
}

// valueOf is the alarm's value in a whole period before now; back 0 is the last one that is over.
func (s *Server) valueOf(a *alarm, back int) (value float64, ok bool, err error) {
	queries := list(a.in, "Metrics")
	if len(queries) == 0 {
		dimensions, err := dimensionsOf(a.in)
		if err != nil {
			return 0, false, err
		}
		m := s.metrics[keyOf(text(a.in, "Namespace"), text(a.in, "MetricName"), dimensions)]
		return s.statistic(m, text(a.in, "Statistic"), integer(a.in, "Period", 60), back)
	}
	values := map[string]float64{}
	var result cbor.Map
	for _, q := range queries {
		if truth(q, "ReturnData", true) {
			result = q
		}
		stat, isMetric := q["MetricStat"].(cbor.Map)
		if !isMetric {
			continue
		}
		of, _ := stat["Metric"].(cbor.Map)
		dimensions, err := dimensionsOf(of)
		if err != nil {
			return 0, false, err
		}
		m := s.metrics[keyOf(text(of, "Namespace"), text(of, "MetricName"), dimensions)]
		if v, ok, err := s.statistic(m, text(stat, "Stat"), integer(stat, "Period", 60), back); err != nil {
			return 0, false, err
		} else if ok {
			values[text(q, "Id")] = v
		}
	}
	if expression := text(result, "Expression"); expression != "" {
		return calculate(expression, values)
	}
	v, ok := values[text(result, "Id")]
	return v, ok, nil
}

// statistic sums up a metric in a period. Periods are aligned to the clock.
func (s *Server) statistic(m *metric, statistic string, period, back int) (value float64, ok bool, err error) {
	if m == nil {
		return 0, false, nil
	}
	long := time.Duration(period) * time.Second / time.Duration(s.o.Faster)
	end := s.o.Now().UTC().Truncate(long).Add(-time.Duration(back) * long)
	start := end.Add(-long)
	least, most, sum, count := math.Inf(1), math.Inf(-1), 0.0, 0.0
	for _, v := range m.values {
		if v.At.Before(start) || !v.At.Before(end) {
			continue
		}
		least, most = min(least, v.Value), max(most, v.Value)
		sum += v.Value * v.Count
		count += v.Count
	}
	if count == 0 {
		return 0, false, nil
	}
	switch statistic {
	case "Minimum":
		return least, true, nil
	case "Maximum":
		return most, true, nil
	case "Sum":
		return sum, true, nil
	case "Average":
		return sum / count, true, nil
	case "SampleCount":
		return count, true, nil
	}
	return 0, false, fmt.Errorf("cwfake cannot do the statistic %q", statistic)
}

func comparison(operator string) (func(v, threshold float64) bool, error) {
	switch operator {
	case "GreaterThanThreshold":
		return func(v, t float64) bool { return v > t }, nil
	case "GreaterThanOrEqualToThreshold":
		return func(v, t float64) bool { return v >= t }, nil
	case "LessThanThreshold":
		return func(v, t float64) bool { return v < t }, nil
	case "LessThanOrEqualToThreshold":
		return func(v, t float64) bool { return v <= t }, nil
	}
	return nil, invalid("The value %q for parameter ComparisonOperator is invalid.", operator)
}

// enter takes an alarm to a state, and notifies if it is another one. An empty state keeps it.
func (s *Server) enter(a *alarm, state, reason string) {
	if state == "" || state == a.state {
		return
	}
	before := a.state
	a.state, a.reason, a.since = state, reason, s.o.Now().UTC()
	if truth(a.in, "ActionsEnabled", true) && !s.muted(a.name) {
		s.notify(a, before)
	}
}
