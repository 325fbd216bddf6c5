package monitor

import (
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// Policy is the journey's alert policy, defaults applied.
func (c *Config) Policy(j *journeys.Journey) incidents.Policy {
	a, d := &j.Alert, &c.Defaults.Alert
	open := first(a.OpenAfter, d.OpenAfter, journeys.Threshold{Count: 2})
	p := incidents.Policy{
		OpenAfter:        open.Count,
		Of:               open.Of,
		For:              open.For,
		CloseAfter:       first(a.CloseAfter, d.CloseAfter, 2),
		Zone:             j.Schedule.Timezone,
		DegradedSeverity: firstSeverity(a.Degraded.Severity, d.Degraded.Severity, "warning"),
		Remind:           first(a.Remind, d.Remind),
		Recheck:          first(a.Recheck, d.Recheck),
	}
	severity := firstSeverity(a.Severity, d.Severity, "critical")
	p.Severity, p.Hours = severity.Otherwise, severity.Hours
	if t := first(a.Degraded.OpenAfter, d.Degraded.OpenAfter); !t.Never() {
		p.Degraded = t
	}
	if t := first(a.Flapping, d.Flapping, journeys.Threshold{Count: 4, For: time.Hour}); !t.Never() {
		p.Flapping = t
	}
	return p
}

func firstSeverity(journey, defaults journeys.Severity, otherwise string) journeys.Severity {
	for _, s := range []journeys.Severity{journey, defaults} {
		if !s.IsZero() {
			return s
		}
	}
	return journeys.Severity{Otherwise: otherwise}
}

// MonitorPolicy decides when the monitor's own trouble is told, whatever it is; ownPolicy knows better.
func (c *Config) MonitorPolicy() incidents.Policy {
	return incidents.Policy{OpenAfter: 3, CloseAfter: 2, Severity: "critical", Remind: max(0, c.Defaults.Alert.Remind)}
}

// ownPolicy is the monitor's policy for what kept it from judging a run: how many runs in a row of one journey, the
// last of them for this reason, are told.
func (p *plan) ownPolicy(r *probes.Result) incidents.Policy {
	policy := p.monitorPolicy
	if r.Trigger == silenceTrigger {
		policy.OpenAfter = 1 // two slots have passed
		return policy
	}
	if r.Failure == nil {
		return policy
	}
	switch r.Failure.Reason {
	case probes.Config, probes.Internal:
		policy.OpenAfter = min(2, policy.OpenAfter) // what is not set stays so, and a defect stays one
	case probes.Cancelled:
		policy.OpenAfter = max(5, policy.OpenAfter) // we were restarted
	}
	return policy
}

// Confirm is how often a failed attempt of the journey is repeated before its run counts as failed.
func (c *Config) Confirm(j *journeys.Journey) int {
	if confirm := first(j.Alert.Confirm, c.Defaults.Alert.Confirm); confirm != nil {
		return *confirm
	}
	return 1
}
