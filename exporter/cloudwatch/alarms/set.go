package alarms

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"
)

// Set is all that a configuration wants to be there.
type Set struct {
	Alarms []Alarm
	Mutes  []Mute
	// Dashboard is nil where none is wanted.
	Dashboard *Dashboard
}

// Size is how many things there are.
func (s *Set) Size() int {
	n := len(s.Alarms) + len(s.Mutes)
	if s.Dashboard != nil {
		n++
	}
	return n
}

// thing is an alarm, a mute rule or a dashboard.
type thing interface {
	fields() []field
	fmt.Stringer
}

// found is a thing that is there.
type found struct {
	thing
	name, arn string
}

// mutes reads every mute rule with the prefix.
func (k *Keeper) mutes(ctx context.Context) (all []found, err error) {
	pages := cloudwatch.NewListAlarmMuteRulesPaginator(k.api, &cloudwatch.ListAlarmMuteRulesInput{MaxRecords: aws.Int32(50)})
	for pages.HasMorePages() {
		if err := k.limit.Wait(ctx); err != nil {
			return nil, err
		}
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the mute rules: %w", err)
		}
		for _, s := range page.AlarmMuteRuleSummaries {
			arn := aws.ToString(s.AlarmMuteRuleArn)
			_, name, _ := strings.Cut(arn, ":alarm-mute-rule:")
			if !strings.HasPrefix(name, k.options.Prefix()) {
				continue
			}
			m, err := k.mute(ctx, name)
			if err != nil {
				return nil, err
			}
			all = append(all, found{m, name, arn})
		}
	}
	return all, nil
}

func (k *Keeper) mute(ctx context.Context, name string) (m *Mute, err error) {
	err = k.call(ctx, func() error {
		out, err := k.api.GetAlarmMuteRule(ctx, &cloudwatch.GetAlarmMuteRuleInput{AlarmMuteRuleName: aws.String(name)})
		if err != nil {
			return fmt.Errorf("reading the mute rule %s: %w", name, err)
		}
		m = &Mute{Name: name, Description: aws.ToString(out.Description)}
		if out.MuteTargets != nil {
			m.Alarms = out.MuteTargets.AlarmNames
		}
		if out.Rule != nil && out.Rule.Schedule != nil {
			s := out.Rule.Schedule
			m.Expression, m.Duration, m.Timezone = aws.ToString(s.Expression), aws.ToString(s.Duration), aws.ToString(s.Timezone)
		}
		return nil
	})
	return m, err
}

// board reads the dashboard with our name, if there is one.
func (k *Keeper) board(ctx context.Context) (all []found, err error) {
	name := k.options.dashboard()
	err = k.call(ctx, func() error {
		out, err := k.api.GetDashboard(ctx, &cloudwatch.GetDashboardInput{DashboardName: aws.String(name)})
		if err == nil {
			all = []found{{&Dashboard{name, sameOrder(aws.ToString(out.DashboardBody))}, name, aws.ToString(out.DashboardArn)}}
		}
		var api smithy.APIError
		if errors.As(err, &api) && (strings.HasPrefix(api.ErrorCode(), "ResourceNotFound") || strings.HasPrefix(api.ErrorCode(), "DashboardNotFound")) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the dashboard %s: %w", name, err)
	}
	return all, nil
}

// compare plans the things that nothing else is made of.
func (k *Keeper) compare(ctx context.Context, p *Plan, wanted map[string]thing, there []found, over Verb) error {
	known := map[string]bool{}
	for i := range there {
		f := &there[i]
		known[f.name] = true
		verb, after := over, wanted[f.name]
		switch {
		case after != nil && slices.Equal(f.fields(), after.fields()):
			p.Unchanged++
			continue
		case after != nil:
			verb = Update
		}
		mine, err := k.ours(ctx, f.name, f.arn)
		if err != nil {
			return err
		}
		if !mine {
			verb, after = Foreign, nil
		}
		p.Changes = append(p.Changes, Change{verb, f.name, f.thing, after})
	}
	for _, name := range sortedNames(wanted) {
		if !known[name] {
			p.Changes = append(p.Changes, Change{Create, name, nil, wanted[name]})
		}
	}
	return nil
}

func sortedNames(all map[string]thing) []string {
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// others plans the mute rules and the dashboard.
func (k *Keeper) others(ctx context.Context, p *Plan, wanted *Set, over Verb) error {
	mutes, err := k.mutes(ctx)
	if err != nil {
		return err
	}
	all := map[string]thing{}
	for i := range wanted.Mutes {
		all[wanted.Mutes[i].Name] = &wanted.Mutes[i]
	}
	if err := k.compare(ctx, p, all, mutes, over); err != nil {
		return err
	}
	boards, err := k.board(ctx)
	if err != nil {
		return err
	}
	all = map[string]thing{}
	if wanted.Dashboard != nil {
		all[wanted.Dashboard.Name] = wanted.Dashboard
	}
	return k.compare(ctx, p, all, boards, over)
}

func (k *Keeper) tags() []types.Tag {
	return []types.Tag{{Key: aws.String(tagKey), Value: aws.String(k.options.Deployment)}}
}

// putMute makes a mute rule or replaces it.
func (k *Keeper) putMute(ctx context.Context, m *Mute) error {
	return k.call(ctx, func() error {
		_, err := k.api.PutAlarmMuteRule(ctx, &cloudwatch.PutAlarmMuteRuleInput{
			Name: aws.String(m.Name), Description: aws.String(m.Description), MuteTargets: &types.MuteTargets{AlarmNames: m.Alarms}, Tags: k.tags(),
			Rule: &types.Rule{Schedule: &types.Schedule{Expression: aws.String(m.Expression), Duration: aws.String(m.Duration), Timezone: aws.String(m.Timezone)}},
		})
		return err
	})
}

// putDashboard makes a dashboard or replaces it. What CloudWatch finds wrong with it is an error: nobody would see it.
func (k *Keeper) putDashboard(ctx context.Context, d *Dashboard) error {
	return k.call(ctx, func() error {
		out, err := k.api.PutDashboard(ctx, &cloudwatch.PutDashboardInput{DashboardName: aws.String(d.Name), DashboardBody: aws.String(d.Body), Tags: k.tags()})
		if err == nil && len(out.DashboardValidationMessages) > 0 {
			err = errors.New(aws.ToString(out.DashboardValidationMessages[0].Message))
		}
		return err
	})
}

// remove deletes a thing.
func (k *Keeper) remove(ctx context.Context, c *Change) error {
	return k.call(ctx, func() (err error) {
		switch c.Before.(type) {
		case *Mute:
			_, err = k.api.DeleteAlarmMuteRule(ctx, &cloudwatch.DeleteAlarmMuteRuleInput{AlarmMuteRuleName: aws.String(c.Name)})
		case *Dashboard:
			_, err = k.api.DeleteDashboards(ctx, &cloudwatch.DeleteDashboardsInput{DashboardNames: []string{c.Name}})
		default:
			_, err = k.api.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{c.Name}})
		}
		return err
	})
}
