package alarms

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// Apply makes a plan's changes one after the other and tells done of each. It stops at the first that fails: what is done
// is done, and the next plan has the rest.
func (k *Keeper) Apply(ctx context.Context, p *Plan, done func(Change)) error {
	for _, c := range p.Changes {
		var err error
		switch c.Verb {
		case Create, Update:
			err = k.make(ctx, c.After)
		case Delete:
			err = k.remove(ctx, &c)
		default:
			continue
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", c.Verb, c.Name, err)
		}
		done(c)
	}
	return nil
}

func (k *Keeper) call(ctx context.Context, do func() error) error {
	if err := k.limit.Wait(ctx); err != nil {
		return err
	}
	return do()
}

// make makes a thing, or brings it in step.
func (k *Keeper) make(ctx context.Context, t thing) error {
	switch t := t.(type) {
	case *Mute:
		return k.putMute(ctx, t)
	case *Dashboard:
		return k.putDashboard(ctx, t)
	case *Alarm:
		return k.put(ctx, t)
	}
	return fmt.Errorf("nothing here can make %T", t)
}

// put makes the alarm or replaces its whole configuration. Its tags count only when it is made.
func (k *Keeper) put(ctx context.Context, a *Alarm) error {
	tags := k.tags()
	return k.call(ctx, func() error {
		if a.Composite() {
			_, err := k.api.PutCompositeAlarm(ctx, &cloudwatch.PutCompositeAlarmInput{
				AlarmName: aws.String(a.Name), AlarmDescription: aws.String(a.Description), AlarmRule: aws.String(a.Rule),
				ActionsEnabled: aws.Bool(true), AlarmActions: a.Actions, OKActions: a.OKActions, Tags: tags,
			})
			return err
		}
		in := k.input(a)
		in.Tags = tags
		_, err := k.api.PutMetricAlarm(ctx, in)
		return err
	})
}

// input is the call that makes a metric alarm.
func (k *Keeper) input(a *Alarm) *cloudwatch.PutMetricAlarmInput {
	in := &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String(a.Name), AlarmDescription: aws.String(a.Description), ActionsEnabled: aws.Bool(true),
		AlarmActions: a.Actions, OKActions: a.OKActions, EvaluationPeriods: aws.Int32(int32(a.Periods)), DatapointsToAlarm: aws.Int32(int32(a.Needed)),
		ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold, Threshold: aws.Float64(a.Threshold), TreatMissingData: aws.String(a.Missing),
	}
	if a.Below {
		in.ComparisonOperator = types.ComparisonOperatorLessThanThreshold
	}
	var dimensions []types.Dimension
	for _, d := range a.Dimensions {
		dimensions = append(dimensions, types.Dimension{Name: aws.String(d.Name), Value: aws.String(d.Value)})
	}
	period := aws.Int32(int32(a.Period / time.Second))
	if a.Expression == "" {
		in.Namespace, in.MetricName, in.Dimensions = aws.String(k.options.Namespace), aws.String(a.Metric), dimensions
		in.Statistic, in.Period = types.Statistic(a.Statistic), period
		return in
	}
	in.Metrics = []types.MetricDataQuery{
		{Id: aws.String(metricID), ReturnData: aws.Bool(false), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: aws.String(k.options.Namespace), MetricName: aws.String(a.Metric), Dimensions: dimensions},
			Period: period, Stat: aws.String(a.Statistic)}},
		{Id: aws.String("burn"), Expression: aws.String(a.Expression), Label: aws.String("burn rate"), ReturnData: aws.Bool(true)},
	}
	return in
}

// Drill raises a journey's alarm by hand, so that its way to people is tried. It goes back by itself at its next evaluation.
func (k *Keeper) Drill(ctx context.Context, journey string) (alarm string, err error) {
	alarm = k.options.Prefix() + journey + "/broken"
	err = k.call(ctx, func() error {
		_, err := k.api.SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{
			AlarmName: aws.String(alarm), StateValue: types.StateValueAlarm, StateReason: aws.String("A drill: outrider alarms drill " + journey),
		})
		return err
	})
	if err != nil {
		return alarm, fmt.Errorf("raising %s: %w", alarm, err)
	}
	return alarm, nil
}
