package monitor

import (
	"context"
	"time"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch"
	"github.com/outrider-monitor/outrider/exporter/cloudwatch/alarms"
	"github.com/outrider-monitor/outrider/probes"
)

// The pauses between two attempts to bring the alarms in step, and what one attempt may take: three calls a second are
// allowed, and thousands may be needed.
const (
	leastAlarmPause, mostAlarmPause = 30 * time.Second, 15 * time.Minute
	alarmTime                       = 30 * time.Minute
)

// alarmKeeper keeps CloudWatch's alarms in step with the configuration, where `alarms: {apply: on_reload}` says so: at the
// start and after each reload, in the background. What it cannot do is tried again, and told of after a while.
type alarmKeeper struct {
	m        *Monitor
	wake     chan struct{}
	hardship *hardship
	// keep brings all in step, and gives the number of changes.
	keep func(ctx context.Context, c *Config) (changed int, err error)
}

func newAlarmKeeper(m *Monitor, dir string) *alarmKeeper {
	k := &alarmKeeper{m: m, wake: make(chan struct{}, 1), hardship: newHardship(m, "alarms", dir)}
	k.keep = k.apply
	return k
}

// Wake says that the configuration may want other alarms. It never blocks.
func (k *alarmKeeper) Wake() {
	if k == nil {
		return
	}
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// Run keeps the alarms in step until ctx ends.
func (k *alarmKeeper) Run(ctx context.Context) error {
	var failing time.Time
	pause := time.Duration(0)
	retry := time.NewTimer(0)
	<-retry.C
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-k.wake:
		case <-retry.C:
		}
		retry.Stop()
		err := k.once(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			failing, pause = time.Time{}, 0
			k.told()
			continue
		case failing.IsZero():
			failing = time.Now()
		}
		pause = min(max(2*pause, leastAlarmPause), mostAlarmPause)
		k.m.log.Error("the CloudWatch alarms could not be brought in step", "error", err, "again in", pause)
		if time.Since(failing) >= cloudPatience {
			k.hardship.Hear(&probes.Failure{Reason: cloudwatch.Blame(err), Message: err.Error()})
		}
		retry.Reset(pause)
	}
}

// told says that there is no trouble: all is in step, or that is nobody's matter here any more.
func (k *alarmKeeper) told() {
	if k.m.plan.Load().config.Alarms.OnReload {
		k.hardship.Hear(nil)
		return
	}
	k.hardship.Retire()
}

func (k *alarmKeeper) once(ctx context.Context) error {
	config := k.m.plan.Load().config
	if !config.Alarms.OnReload {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, alarmTime)
	defer cancel()
	changed, err := k.keep(ctx, config)
	if err == nil {
		k.m.log.Info("the CloudWatch alarms are in step", "changed", changed)
	}
	return err
}

// apply plans and applies. What no journey wants any more goes, too: without data it would be raised for ever.
func (k *alarmKeeper) apply(ctx context.Context, c *Config) (changed int, err error) {
	client, err := cloudwatch.NewClient(ctx, c.CloudWatch.Region)
	if err != nil {
		return 0, err
	}
	set, o := c.WantedAlarms(time.Now())
	keeper := alarms.NewKeeper(client, o)
	p, err := keeper.Plan(ctx, set, true)
	if err == nil {
		err = keeper.Apply(ctx, p, func(done alarms.Change) {
			changed++
			k.m.log.Info("a CloudWatch alarm was changed", "verb", done.Verb, "name", done.Name)
		})
	}
	return changed, err
}
