package monitor

import (
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch/cwfake"
	"github.com/outrider-monitor/outrider/paging"
)

// The trouble is told once, to those who run the monitor and to no team; its end is told even if another run of the monitor
// sees it.
func TestTroubleWithCloudWatchIsAnIncidentOfTheMonitor(t *testing.T) {
	var down atomic.Bool
	down.Store(true)
	fake := cwfake.New(cwfake.Options{Trouble: func(string) *cwfake.Fault {
		if down.Load() {
			return &cwfake.Fault{Status: 403, Code: "AccessDenied", Message: "no"}
		}
		return nil
	}})
	server := httptest.NewServer(fake)
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL_CLOUDWATCH", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "example")
	w := newWorld(t)
	file := worldFiles(t, w, "menu")
	add(t, file, "cloudwatch: {region: eu-west-1}\n")
	m, stop := monitored(t, w, file, time.Second)
	for range 3 { // the publisher would say so after five minutes
		m.cloudTrouble(errors.New("AccessDenied: no"))
	}
	const key = "outrider/test/monitor/cloudwatch"
	eventually(t, "a page", func() bool { return w.events() == "opened "+key })
	if p := w.heard()[0]; p.Journey != nil || p.Incident.Reason != "offline" || !strings.Contains(p.Summary, "cannot publish to CloudWatch") || !strings.Contains(p.Incident.Message, "AccessDenied") {
		t.Errorf("the page says %+v", p)
	}
	stop()
	down.Store(false)
	_, stop = monitored(t, w, file, time.Second)
	eventually(t, "a run", func() bool { return w.count("DELETE /menu") > 5 })
	stop()
	if got := w.events(); got != "opened "+key+", closed "+key {
		t.Errorf("told were %s", got)
	}
}

// What is open when cloudwatch is removed from the configuration is closed at the next start, with the reason: no publisher
// would ever close it. A reload refuses the change.
func TestTroubleWithCloudWatchEndsWithCloudWatch(t *testing.T) {
	t.Setenv("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:1")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "example")
	w := newWorld(t)
	told := func() []paging.Page { // those about the journey are none of our matter here
		return slices.DeleteFunc(w.heard(), func(p paging.Page) bool { return p.Journey != nil })
	}
	file := worldFiles(t, w, "menu")
	plain, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	add(t, file, "cloudwatch: {region: eu-west-1}\n")
	m, stop := monitored(t, w, file, time.Second)
	m.cloudTrouble(errors.New("AccessDenied: no"))
	eventually(t, "a page", func() bool { return len(told()) == 1 })
	if err := os.WriteFile(file, plain, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.Reload(); err == nil || !strings.Contains(err.Error(), "restart it") {
		t.Errorf("the reload says %v", err)
	}
	stop()
	// The same trouble with the alarms, as it would be left.
	left := filepath.Join(filepath.Dir(file), "data", "cloudwatch", "cloudwatch.incident.json")
	open, err := os.ReadFile(left)
	if err == nil {
		err = os.WriteFile(filepath.Join(filepath.Dir(left), "alarms.incident.json"), []byte(strings.ReplaceAll(string(open), "cloudwatch_", "alarms_")), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second start has nothing to tell
		_, stop = monitored(t, w, file, time.Second)
		eventually(t, "the end of both", func() bool { return len(told()) == 3 })
		stop()
	}
	for part, says := range map[string]string{"cloudwatch": "no longer publishes to CloudWatch: its configuration has no cloudwatch any more", "alarms": "no longer keeps CloudWatch alarms in step"} {
		p := told()[slices.IndexFunc(told(), func(p paging.Page) bool {
			return p.Event == "closed" && p.DedupKey == "outrider/test/monitor/"+part
		})]
		if !strings.Contains(p.Summary, says) || p.Incident.ClosedAt == nil {
			t.Errorf("the end is told as %q", p.Summary)
		}
	}
	if n := len(told()); n != 3 {
		t.Errorf("%d pages were heard, want 3", n)
	}
}

func TestRunsReachCloudWatchAndItsTroubleStopsNothing(t *testing.T) {
	for name, fault := range map[string]*cwfake.Fault{"it answers": nil, "it refuses": {Status: 403, Code: "AccessDenied", Message: "no"}} {
		t.Run(name, func(t *testing.T) {
			fake := cwfake.New(cwfake.Options{Trouble: func(string) *cwfake.Fault { return fault }})
			server := httptest.NewServer(fake)
			defer server.Close()
			t.Setenv("AWS_ENDPOINT_URL_CLOUDWATCH", server.URL)
			t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "example")
			w := newWorld(t)
			file := worldFiles(t, w, "menu")
			text, err := os.ReadFile(file)
			if err == nil {
				err = os.WriteFile(file, append(text, "cloudwatch: {region: eu-west-1}\n"...), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			_, stop := monitored(t, w, file, time.Second)
			eventually(t, "a run", func() bool { return w.count("DELETE /menu") > 1 })
			stop()
			waiting, err := filepath.Glob(filepath.Join(filepath.Dir(file), "data", "cloudwatch", "*.json.gz"))
			if err != nil {
				t.Fatal(err)
			}
			if fault == nil && (len(fake.Metrics()) == 0 || len(waiting) > 0) {
				t.Errorf("%d metrics have reached CloudWatch, %d files wait", len(fake.Metrics()), len(waiting))
			}
			if fault != nil && len(waiting) == 0 {
				t.Error("nothing waits on disk for CloudWatch")
			}
		})
	}
}
