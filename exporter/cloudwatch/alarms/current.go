package alarms

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// API is what is needed of CloudWatch; *cloudwatch.Client has it.
type API interface {
	DescribeAlarms(context.Context, *cloudwatch.DescribeAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DescribeAlarmsOutput, error)
	ListTagsForResource(context.Context, *cloudwatch.ListTagsForResourceInput, ...func(*cloudwatch.Options)) (*cloudwatch.ListTagsForResourceOutput, error)
	PutMetricAlarm(context.Context, *cloudwatch.PutMetricAlarmInput, ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricAlarmOutput, error)
	PutCompositeAlarm(context.Context, *cloudwatch.PutCompositeAlarmInput, ...func(*cloudwatch.Options)) (*cloudwatch.PutCompositeAlarmOutput, error)
	DeleteAlarms(context.Context, *cloudwatch.DeleteAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DeleteAlarmsOutput, error)
	ListAlarmMuteRules(context.Context, *cloudwatch.ListAlarmMuteRulesInput, ...func(*cloudwatch.Options)) (*cloudwatch.ListAlarmMuteRulesOutput, error)
	GetAlarmMuteRule(context.Context, *cloudwatch.GetAlarmMuteRuleInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetAlarmMuteRuleOutput, error)
	PutAlarmMuteRule(context.Context, *cloudwatch.PutAlarmMuteRuleInput, ...func(*cloudwatch.Options)) (*cloudwatch.PutAlarmMuteRuleOutput, error)
	DeleteAlarmMuteRule(context.Context, *cloudwatch.DeleteAlarmMuteRuleInput, ...func(*cloudwatch.Options)) (*cloudwatch.DeleteAlarmMuteRuleOutput, error)
	GetDashboard(context.Context, *cloudwatch.GetDashboardInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetDashboardOutput, error)
	PutDashboard(context.Context, *cloudwatch.PutDashboardInput, ...func(*cloudwatch.Options)) (*cloudwatch.PutDashboardOutput, error)
	DeleteDashboards(context.Context, *cloudwatch.DeleteDashboardsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DeleteDashboardsOutput, error)
	SetAlarmState(context.Context, *cloudwatch.SetAlarmStateInput, ...func(*cloudwatch.Options)) (*cloudwatch.SetAlarmStateOutput, error)
}

// tagKey marks alarms as ours; its value is the deployment.
const tagKey = "outrider:deployment"

// existing is an alarm that is there.
type existing struct {
	Alarm
	arn string
}

// current reads every alarm with the prefix, of both kinds.
func (k *Keeper) current(ctx context.Context) ([]existing, error) {
	var all []existing
	pages := cloudwatch.NewDescribeAlarmsPaginator(k.api, &cloudwatch.DescribeAlarmsInput{
		AlarmNamePrefix: aws.String(k.options.Prefix()), MaxRecords: aws.Int32(100),
		AlarmTypes: []types.AlarmType{types.AlarmTypeMetricAlarm, types.AlarmTypeCompositeAlarm},
	})
	for pages.HasMorePages() {
		if err := k.limit.Wait(ctx); err != nil {
			return nil, err
		}
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the alarms: %w", err)
		}
		for i := range page.MetricAlarms {
			all = append(all, existing{fromMetric(&page.MetricAlarms[i]), aws.ToString(page.MetricAlarms[i].AlarmArn)})
		}
		for _, c := range page.CompositeAlarms {
			all = append(all, existing{Alarm{
				Name: aws.ToString(c.AlarmName), Description: aws.ToString(c.AlarmDescription), Rule: aws.ToString(c.AlarmRule),
				Actions: c.AlarmActions, OKActions: c.OKActions,
			}, aws.ToString(c.AlarmArn)})
		}
	}
	return all, nil
}

// fromMetric reads an alarm. What ours never have makes it differ from every alarm that is wanted.
func fromMetric(m *types.MetricAlarm) Alarm {
	a := Alarm{
		Name: aws.ToString(m.AlarmName), Description: aws.ToString(m.AlarmDescription), Metric: aws.ToString(m.MetricName), Statistic: string(m.Statistic),
		Dimensions: fromDimensions(m.Dimensions), Period: time.Duration(aws.ToInt32(m.Period)) * time.Second,
		Periods: int(aws.ToInt32(m.EvaluationPeriods)), Threshold: aws.ToFloat64(m.Threshold), Missing: aws.ToString(m.TreatMissingData),
		Actions: m.AlarmActions, OKActions: m.OKActions,
	}
	a.Needed = int(aws.ToInt32(m.DatapointsToAlarm))
	if a.Needed == 0 {
		a.Needed = a.Periods
	}
	switch m.ComparisonOperator {
	case types.ComparisonOperatorLessThanThreshold:
		a.Below = true
	case types.ComparisonOperatorGreaterThanOrEqualToThreshold:
	default:
		a.Missing += " " + string(m.ComparisonOperator)
	}
	for _, q := range m.Metrics {
		if stat := q.MetricStat; stat != nil && stat.Metric != nil {
			a.Metric, a.Statistic = aws.ToString(stat.Metric.MetricName), aws.ToString(stat.Stat)
			a.Dimensions, a.Period = fromDimensions(stat.Metric.Dimensions), time.Duration(aws.ToInt32(stat.Period))*time.Second
		}
		if e := aws.ToString(q.Expression); e != "" {
			a.Expression = e
		}
	}
	if !aws.ToBool(m.ActionsEnabled) {
		a.Missing += " (actions are switched off)"
	}
	return a
}

func fromDimensions(all []types.Dimension) []Dimension {
	var ds []Dimension
	for _, d := range all {
		ds = append(ds, Dimension{aws.ToString(d.Name), aws.ToString(d.Value)})
	}
	return ds
}

// ours reports whether what has this name bears our tag.
func (k *Keeper) ours(ctx context.Context, name, arn string) (bool, error) {
	if err := k.limit.Wait(ctx); err != nil {
		return false, err
	}
	out, err := k.api.ListTagsForResource(ctx, &cloudwatch.ListTagsForResourceInput{ResourceARN: aws.String(arn)})
	if err != nil {
		return false, fmt.Errorf("reading the tags of %s: %w", name, err)
	}
	for _, t := range out.Tags {
		if aws.ToString(t.Key) == tagKey && aws.ToString(t.Value) == k.options.Deployment {
			return true, nil
		}
	}
	return false, nil
}
