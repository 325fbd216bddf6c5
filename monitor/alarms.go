package monitor

import (
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch/alarms"
	"github.com/outrider-monitor/outrider/journeys"
)

// WantedAlarms are the alarms that the configuration wants in CloudWatch, and what they have in common.
func (c *Config) WantedAlarms(now time.Time) ([]alarms.Alarm, alarms.Options) {
	o := alarms.Options{
		Namespace: c.CloudWatch.Namespace, Deployment: c.Deployment, ExternalURL: c.ExternalURL,
		Actions: c.Alarms.Actions, OKActions: c.Alarms.OKActions, Teams: c.Alarms.Teams,
	}
	all := make([]alarms.Journey, len(c.Journeys))
	for i := range c.Journeys {
		j := &c.Journeys[i]
		policy := c.Policy(j)
		all[i] = alarms.Journey{
			Name: j.Name, Title: j.Title, Team: j.Team, Runbook: j.Runbook, Every: c.Timing(j).Typical(now), Open: policy.Broken(),
			Slow: policy.Degraded, TLS: meetsCertificates(j),
		}
		if j.SLO != nil {
			all[i].Objective = j.SLO.Objective
		}
	}
	return alarms.Wanted(all, o), o
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
