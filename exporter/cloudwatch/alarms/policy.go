package alarms

import (
	"encoding/json"
	"fmt"
)

// Policy is the least that an IAM role must be allowed: to publish metrics into the namespace, and to keep the alarms of the
// deployment and no others. CloudWatch has no resources for metrics, so the namespace is a condition.
func Policy(o Options) ([]byte, error) {
	mine := "arn:aws:cloudwatch:*:*:alarm:" + o.Prefix() + "*"
	statement := func(sid string, actions []string, resource string, condition map[string]any) map[string]any {
		s := map[string]any{"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}
		if condition != nil {
			s["Condition"] = condition
		}
		return s
	}
	text, err := json.MarshalIndent(map[string]any{
		"Version": "2012-10-17",
		"Statement": []map[string]any{
			statement("PublishMetrics", []string{"cloudwatch:PutMetricData"}, "*", map[string]any{"StringEquals": map[string]string{"cloudwatch:namespace": o.Namespace}}),
			statement("SeeAlarms", []string{"cloudwatch:DescribeAlarms", "cloudwatch:ListAlarmMuteRules"}, "*", nil),
			statement("KeepOwnAlarms", []string{"cloudwatch:DeleteAlarms", "cloudwatch:ListTagsForResource", "cloudwatch:PutCompositeAlarm",
				"cloudwatch:PutAlarmMuteRule", "cloudwatch:PutMetricAlarm", "cloudwatch:SetAlarmState", "cloudwatch:TagResource"}, mine, nil),
			statement("KeepOwnMuteRules", []string{"cloudwatch:DeleteAlarmMuteRule", "cloudwatch:GetAlarmMuteRule", "cloudwatch:ListTagsForResource",
				"cloudwatch:PutAlarmMuteRule", "cloudwatch:TagResource"}, "arn:aws:cloudwatch:*:*:alarm-mute-rule:"+o.Prefix()+"*", nil),
			statement("KeepOwnDashboard", []string{"cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource",
				"cloudwatch:PutDashboard", "cloudwatch:TagResource"}, "arn:aws:cloudwatch::*:dashboard/"+o.dashboard(), nil),
		},
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the policy: %w", err)
	}
	return append(text, '\n'), nil
}
