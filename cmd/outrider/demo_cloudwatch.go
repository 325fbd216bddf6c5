package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch"
	"github.com/outrider-monitor/outrider/exporter/cloudwatch/alarms"
	"github.com/outrider-monitor/outrider/exporter/cloudwatch/cwfake"
	"github.com/outrider-monitor/outrider/monitor"
)

// What the demo's CloudWatch is called. The topic has one subscription, the demo's terminal.
const (
	demoRegion = "eu-west-1"
	demoTopic  = "arn:aws:sns:eu-west-1:123456789012:demo"
)

// demoCloud is the way of an alarm: the monitor publishes to a stand-in for CloudWatch, which judges the alarms that
// `outrider alarms apply` makes, as CloudWatch documents it, and posts to the terminal as SNS does.
type demoCloud struct {
	c        *console
	fake     *cwfake.Server
	listener net.Listener
	// file is the monitor's, whose alarms are those of its journeys in earnest.
	file string
	// site is how people reach the monitor; known once its configuration is adjusted.
	site   string
	faster int
}

func newDemoCloud(c *console, file string, faster int, r *receiver) (*demoCloud, error) {
	if faster < 1 || faster > 60 {
		return nil, usage(fmt.Sprintf("--faster %d", faster), "want 1 to 60")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("a port for the stand-in for CloudWatch: %w", err)
	}
	r.notices = &notices{c: c, receiver: r, file: filepath.Join(filepath.Dir(r.log.Name()), "notified.jsonl")}
	d := &demoCloud{c: c, listener: listener, file: file, faster: faster, fake: cwfake.New(cwfake.Options{
		Faster: faster, Topics: map[string]string{demoTopic: "http://" + r.listener.Addr().String() + noticePath},
	})}
	// Whatever this machine knows of AWS must neither be told nor be asked.
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL_CLOUDWATCH": "http://" + listener.Addr().String(), "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
		"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		if err := os.Setenv(name, value); err != nil {
			listener.Close()
			return nil, fmt.Errorf("keeping AWS out of the demo: %w", err)
		}
	}
	return d, nil
}

func (d *demoCloud) close() { d.listener.Close() }

// adjust has a configuration publish to the stand-in, and run its journeys faster.
func (d *demoCloud) adjust(config *monitor.Config) {
	config.CloudWatch = monitor.CloudWatchConfig{Region: demoRegion, Namespace: monitor.DefaultNamespace, Quota: 16 << 20,
		Gather: 10 * time.Second / time.Duration(d.faster)}
	if d.site == "" { // a reload does not move it
		d.site = config.ExternalURL
	}
	for i := range config.Journeys {
		j := &config.Journeys[i]
		if every := config.Timing(j).Every; every > 0 {
			j.Schedule.Every = every / time.Duration(d.faster)
		}
	}
}

// wanted are the alarms of the journeys as they are in earnest.
func (d *demoCloud) wanted() (alarms.Set, alarms.Options, error) {
	config, err := loadConfig(d.file)
	if err != nil {
		return alarms.Set{}, alarms.Options{}, err
	}
	config.CloudWatch = monitor.CloudWatchConfig{Region: demoRegion, Namespace: monitor.DefaultNamespace}
	config.ExternalURL = d.site
	config.Alarms.Actions, config.Alarms.OKActions = []string{demoTopic}, []string{demoTopic}
	set, options := config.WantedAlarms(time.Now())
	return set, options, nil
}

// run serves the stand-in, makes the alarms once it has seen every journey for a whole period, and has it judge them.
func (d *demoCloud) run(ctx context.Context) error {
	server := &http.Server{Handler: d.fake, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(d.listener) }()
	defer server.Close()
	set, options, err := d.wanted()
	if err != nil {
		return err
	}
	tick := time.NewTicker(time.Second / time.Duration(d.faster))
	defer tick.Stop()
	made := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-served:
			return fmt.Errorf("the stand-in for CloudWatch: %w", err)
		case <-tick.C:
		}
		switch {
		case made:
			err = d.fake.Evaluate()
		case d.seen(&set):
			made, err = true, d.apply(ctx, set, options)
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
}

// seen reports whether no alarm would be raised only because its journey has not run for a whole period yet.
func (d *demoCloud) seen(set *alarms.Set) bool {
	began := map[string]time.Time{}
	for _, m := range d.fake.Metrics() {
		if m.Name == cloudwatch.SuccessPercent && len(m.Dimensions) == 1 {
			began[m.Dimensions["Journey"]] = m.Values[0].At
		}
	}
	for i := range set.Alarms {
		a := &set.Alarms[i]
		if a.Missing != "breaching" {
			continue
		}
		at, known := began[a.Dimensions[0].Value]
		if !known || !at.Before(time.Now().Truncate(a.Period/time.Duration(d.faster))) {
			return false
		}
	}
	return true
}

// apply makes the alarms as outrider alarms apply does.
func (d *demoCloud) apply(ctx context.Context, set alarms.Set, options alarms.Options) error {
	client, err := cloudwatch.NewClient(ctx, demoRegion)
	if err != nil {
		return err
	}
	keeper := alarms.NewKeeper(client, options)
	p, err := keeper.Plan(ctx, set, false)
	if err != nil {
		return err
	}
	made := 0
	if err := keeper.Apply(ctx, p, func(alarms.Change) { made++ }); err != nil {
		return err
	}
	fmt.Fprintf(d.c.out, "%s %s CloudWatch has seen every journey and has %s now, as outrider alarms apply makes them\n",
		d.c.faint(time.Now().Format(time.TimeOnly)), d.c.green("✓"), plural(made, "alarm"))
	return nil
}

// welcome says what is not as it is in earnest.
func (d *demoCloud) welcome(c *console) {
	fmt.Fprintf(c.out, "  CloudWatch is a stand-in on this machine; nothing goes to AWS. ")
	if d.faster == 1 {
		fmt.Fprintf(c.out, "An alarm takes minutes, as in earnest.\n")
		return
	}
	minute := time.Minute / time.Duration(d.faster)
	fmt.Fprintf(c.out, "All is %d times faster than in earnest:\n  journeys run every few seconds, and what an alarm calls a minute takes %s.\n",
		d.faster, minute.Round(100*time.Millisecond))
}
