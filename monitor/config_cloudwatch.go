package monitor

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// CloudWatchConfig says where in CloudWatch the numbers go; without a region they go nowhere.
type CloudWatchConfig struct {
	Region    string
	Namespace string
	// Steps publishes the duration of each step too.
	Steps bool
	// Quota bounds the folder of what cannot be delivered, in bytes.
	Quota int64
	// Dashboard asks for a dashboard among what is kept in step.
	Dashboard bool
	// Gather is how long datapoints are gathered; zero: ten seconds. It is not in the file: the demo is faster than life.
	Gather time.Duration
}

// AlarmsConfig says whom CloudWatch's alarms tell: ARNs, of SNS topics mostly. Teams has those of a team, which is told
// nothing by the others then.
type AlarmsConfig struct {
	Actions, OKActions []string
	Teams              map[string][]string
	// OnReload has a running monitor keep the alarms in step with its configuration.
	OnReload bool
}

// DefaultNamespace is CloudWatch's namespace for our metrics.
const DefaultNamespace = "Outrider"

// defaultQuota holds six hours of 100 runs a second.
const defaultQuota = 256 << 20

func (c *Config) readCloudWatch(r *document.Reader, m *document.Map) {
	if !m.Has("cloudwatch") {
		return
	}
	w := m.Map("cloudwatch")
	w.Need("region")
	c.CloudWatch = CloudWatchConfig{
		Region: w.Text("region"), Namespace: first(w.Text("namespace"), DefaultNamespace), Steps: w.Bool("steps"),
		Quota: first(w.Bytes("quota"), defaultQuota), Dashboard: w.Bool("dashboard"),
	}
	if n := w.Get("region"); n != nil && !regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`).MatchString(n.Value) {
		r.Problem(n, fmt.Sprintf("want a region such as eu-west-1, got %q", n.Value), "")
	}
	if n := w.Get("namespace"); n != nil && (!regexp.MustCompile(`^[A-Za-z0-9._/#-][A-Za-z0-9._/#:-]{0,254}$`).MatchString(n.Value) || strings.HasPrefix(n.Value, "AWS/")) {
		r.Problem(n, fmt.Sprintf("%q is no namespace of one's own in CloudWatch", n.Value), "letters, digits and . - _ / # :, not beginning with AWS/")
	}
	c.readAlarms(r, w.Map("alarms"))
	w.Done()
}

func (c *Config) readAlarms(r *document.Reader, m *document.Map) {
	a := &c.Alarms
	a.Actions, a.OKActions = c.arns(r, m.Get("actions")), c.arns(r, m.Get("ok_actions"))
	if !m.Has("ok_actions") {
		a.OKActions = a.Actions // whoever hears of the start wants to hear of the end
	}
	a.OnReload = m.Enum("apply", "on_reload", "by_hand") == "on_reload"
	a.Teams = map[string][]string{}
	for _, e := range m.Map("teams").Entries() {
		if _, known := c.Teams[e.Key]; !known {
			r.ProblemAt(e.KeyPos, "cloudwatch.alarms.teams", fmt.Sprintf("there is no team %q", e.Key), document.DidYouMean(e.Key, sortedKeys(c.Teams)))
		}
		a.Teams[e.Key] = c.arns(r, e.Value)
	}
	m.Done()
}

// arns reads actions of alarms: CloudWatch takes five for each state.
func (c *Config) arns(r *document.Reader, n *document.Node) []string {
	all := r.Texts(n)
	for _, item := range items(n) {
		if item.Kind == document.Text && !strings.HasPrefix(item.Value, "arn:") {
			r.Problem(item, fmt.Sprintf("want an ARN, got %q", item.Value), "such as arn:aws:sns:eu-west-1:123456789012:oncall")
		}
	}
	if len(all) > 5 {
		r.Problem(n, fmt.Sprintf("%d actions, and CloudWatch takes five", len(all)), "")
	}
	return all
}
