package monitor

import (
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch/alarms"
	"github.com/outrider-monitor/outrider/journeys"
)

// WantedAlarms is all that the configuration wants to be kept in CloudWatch, and what that has in common.
func (c *Config) WantedAlarms(now time.Time) (alarms.Set, alarms.Options) {
	o := alarms.Options{
		Region: c.CloudWatch.Region, Namespace: c.CloudWatch.Namespace, Deployment: c.Deployment, ExternalURL: c.ExternalURL,
		Actions: c.Alarms.Actions, OKActions: c.Alarms.OKActions, Teams: c.Alarms.Teams,
	}
	all := make([]alarms.Journey, len(c.Journeys))
	for i := range c.Journeys {
		j := &c.Journeys[i]
		policy := c.Policy(j)
		all[i] = alarms.Journey{
			Name: j.Name, Tags: j.Tags, Title: j.Title, Team: j.Team, Runbook: j.Runbook, Every: c.Timing(j).Typical(now), Open: policy.Broken(),
			Slow: policy.Degraded, TLS: meetsCertificates(j),
		}
		if j.SLO != nil {
			all[i].Objective = j.SLO.Objective
		}
	}
	set := alarms.Set{Alarms: alarms.Wanted(all, o), Mutes: alarms.Mutes(c.Maintenance, all, o, now)}
	if c.CloudWatch.Dashboard {
		set.Dashboard = alarms.DashboardOf(all, o)
	}
	return set, o
}

// meetsCertificates reports whether a journey may meet a certificate whose end it can tell: a browser tells none, and a URL
// that begins with http:// leads to none.
func meetsCertificates(j *journeys.Journey) bool {
	for step := range j.AllSteps() {
		switch a := step.Action.(type) {
		case *journeys.Request:
			if !strings.HasPrefix(a.URL.Source, "http://") {
				return true
			}
		case *journeys.WebSocket:
			if !strings.HasPrefix(a.URL.Source, "ws://") {
				return true
			}
		case *journeys.Handshake:
			return true
		case *journeys.GRPC:
			if a.TLS != nil {
				return true
			}
		case *journeys.TCP:
			if a.TLS != nil {
				return true
			}
		}
	}
	return false
}
