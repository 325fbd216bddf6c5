package monitor

import (
	"context"
	"path/filepath"
	"time"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// cloudTime is for the datapoints that were gathered when the monitor stops.
const cloudTime = 10 * time.Second

// openCloudWatch makes what publishes to CloudWatch, if the configuration wants it. AWS is asked nothing yet: trouble there
// delays no start.
func (m *Monitor) openCloudWatch(config *Config) error {
	c := config.CloudWatch
	dir := filepath.Join(config.Data, "cloudwatch")
	if c.Region == "" {
		m.abandonCloudWatch(dir)
		return nil
	}
	client, err := cloudwatch.NewClient(context.Background(), c.Region)
	if err != nil {
		return &StartError{Err: err, Hint: "the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name must be readable"}
	}
	m.numbers.CloudWatchDatapoints(string(cloudwatch.Accepted), 0)
	m.hardship, m.alarms = newHardship(m, "cloudwatch", dir), newAlarmKeeper(m, dir)
	m.cloud, err = cloudwatch.NewPublisher(cloudwatch.Options{
		API: client, Namespace: c.Namespace, Steps: c.Steps, Dir: dir, Quota: c.Quota, Log: m.log, Gather: c.Gather,
		Count:    func(s cloudwatch.Settled, n int) { m.numbers.CloudWatchDatapoints(string(s), n) },
		Patience: cloudPatience, Trouble: m.cloudTrouble, Troubled: m.hardship.incident != nil,
	})
	return err
}

// abandonCloudWatch ends what an earlier run of the monitor has left open, where the configuration has no cloudwatch any more:
// nobody would ever close it.
func (m *Monitor) abandonCloudWatch(dir string) {
	for _, part := range []string{"cloudwatch", "alarms"} {
		if h := newHardship(m, part, dir); h.incident != nil {
			h.Retire()
			m.abandoned = append(m.abandoned, h)
		}
	}
}

// cloudPatience is how long CloudWatch may take nothing before that is said as an error.
const cloudPatience = 5 * time.Minute

// cloudTrouble says that CloudWatch has taken nothing for a while, or takes datapoints again.
func (m *Monitor) cloudTrouble(err error) {
	if err == nil {
		m.hardship.Hear(nil)
		return
	}
	m.log.Error("CloudWatch has taken no datapoint for five minutes: its alarms will treat them as missing", "error", err)
	m.hardship.Hear(&probes.Failure{Reason: cloudwatch.Blame(err), Message: err.Error()})
}

// publish tells CloudWatch of a run.
func (m *Monitor) publish(t *task, r *probes.Result) {
	if m.cloud != nil {
		m.cloud.Observe(t.Journey, r, cloudwatch.Terms{Every: t.timing.Every, Degraded: t.policy.Degraded != journeys.Threshold{}})
	}
}
