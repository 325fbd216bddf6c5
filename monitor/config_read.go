package monitor

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/format"
)

// read reads the file's top level, and then what only the whole can tell.
func (c *Config) read(r *document.Reader, m *document.Map) {
	c.Deployment = first(m.Text("deployment"), "default")
	c.Location = first(m.Text("location"), hostname())
	c.Data = c.relative(first(m.Text("data"), "data"))
	c.Listen = first(m.Text("listen"), DefaultListen)
	c.WebConfig = c.relative(m.Text("web_config"))
	c.ExternalURL = strings.TrimSuffix(first(m.Text("external_url"), scheme(c.WebConfig)+"://"+c.Listen), "/")
	c.Control = m.Texts("control")
	c.readDefaults(r, m.Map("defaults"))
	c.readBrowser(r, m.Map("browser"))
	c.readPagers(r, m)
	c.readHeartbeat(r, m)
	tags := c.readTeams(r, m)
	c.readCloudWatch(r, m)
	c.readTraces(r, m)
	c.MonitorPagers = c.pagerNames(r, m.Get("monitor_pagers"))
	c.FallbackPagers = c.pagerNames(r, m.Get("fallback_pagers"))
	c.Storm = first(format.ReadTimes(r, m.Get("storm"), 3, 1000), journeys.Threshold{Count: 5, For: time.Minute})
	c.checkAddresses(r, m)
	m.Need("journeys")
	c.readJourneys(r, m)
	c.doubtTags(r, tags)
	c.readMaintenance(r, m)
	m.Done()
}

// checkAddresses refuses what would only be found out when somebody needs it.
func (c *Config) checkAddresses(r *document.Reader, m *document.Map) {
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		r.Problem(m.Get("listen"), fmt.Sprintf("want an address such as %s, got %q", DefaultListen, c.Listen), "")
	}
	if n := m.Get("external_url"); n != nil {
		checkURL(r, n)
	}
	for i, n := range items(m.Get("control")) {
		if i < len(c.Control) {
			checkURL(r, n)
		}
	}
	for key, max := range map[string]int{"deployment": 100, "location": 100} {
		if n := m.Get(key); n != nil && (n.Value == "" || len(n.Value) > max || strings.ContainsAny(n.Value, "/\n\t ")) {
			r.Problem(n, fmt.Sprintf("%q is no name for a %s", n.Value, key), "want letters, digits, dashes: it is part of keys and labels")
		}
	}
}

func (c *Config) readDefaults(r *document.Reader, m *document.Map) {
	d := &c.Defaults
	d.Every = first(m.Duration("every"), DefaultEvery)
	d.Timeout = first(m.Duration("timeout"), DefaultTimeout)
	d.StepTimeout = first(m.Duration("step_timeout"), DefaultStepTimeout)
	d.Alert = format.ReadAlert(r, m.Get("alert"))
	m.Know("steps") // the journeys' loader reads them
	m.Done()
}

func (c *Config) readBrowser(r *document.Reader, m *document.Map) {
	b := &c.Browser
	b.Path = c.relative(m.Text("path"))
	b.User = m.Text("user")
	b.MaxConcurrent = atLeast(r, m, "max_concurrent", 1)
	b.RecycleAfter = atLeast(r, m, "recycle_after", 1)
	b.RecycleAbove = atLeastBytes(r, m, "recycle_above", "200MB")
	b.MinFree = atLeastBytes(r, m, "min_free", "1MB")
	b.NoSandbox = m.Has("sandbox") && !m.Bool("sandbox")
	m.Done()
}

// pagerNames reads names of pagers that must exist.
func (c *Config) pagerNames(r *document.Reader, n *document.Node) []string {
	names := r.Texts(n)
	for _, item := range items(n) {
		if _, known := c.Pagers[item.Value]; !known && item.Kind == document.Text {
			r.Problem(item, fmt.Sprintf("there is no pager %q", item.Value), first(document.DidYouMean(item.Value, sortedKeys(c.Pagers)), "pagers are defined under the key pagers"))
		}
	}
	return names
}

// items are a list's nodes, or the one text that stands for a list.
func items(n *document.Node) []*document.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == document.Text:
		return []*document.Node{n}
	}
	return n.Items
}

func atLeast(r *document.Reader, m *document.Map, key string, least int) int {
	n := m.Int(key)
	if m.Has(key) && n < least && m.Get(key).Kind == document.Text {
		r.Problem(m.Get(key), fmt.Sprintf("want %d or more, got %s", least, m.Get(key).Value), "")
		return 0
	}
	return n
}

// atLeastBytes reads a size.
func atLeastBytes(r *document.Reader, m *document.Map, key, least string) int64 {
	n := m.Bytes(key)
	if want, _ := document.ParseBytes(least); n > 0 && n < want {
		r.Problem(m.Get(key), fmt.Sprintf("want %s or more, got %s", least, m.Get(key).Value), "a browser with one page takes about 150MB")
		return 0
	}
	return n
}

func checkURL(r *document.Reader, n *document.Node) {
	if n.Kind != document.Text {
		return
	}
	if u, err := url.Parse(n.Value); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		r.Problem(n, fmt.Sprintf("want an http or https URL, got %q", n.Value), "")
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func hostname() string {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return "here"
	}
	return name
}
