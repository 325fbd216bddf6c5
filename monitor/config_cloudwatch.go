package monitor

import (
	"fmt"
	"regexp"
	"strings"

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
		Quota: first(w.Bytes("quota"), defaultQuota),
	}
	if n := w.Get("region"); n != nil && !regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`).MatchString(n.Value) {
		r.Problem(n, fmt.Sprintf("want a region such as eu-west-1, got %q", n.Value), "")
	}
	if n := w.Get("namespace"); n != nil && (!regexp.MustCompile(`^[A-Za-z0-9._/#-][A-Za-z0-9._/#:-]{0,254}$`).MatchString(n.Value) || strings.HasPrefix(n.Value, "AWS/")) {
		r.Problem(n, fmt.Sprintf("%q is no namespace of one's own in CloudWatch", n.Value), "letters, digits and . - _ / # :, not beginning with AWS/")
	}
	w.Done()
}
