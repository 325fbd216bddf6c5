package monitor

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch/cwfake"
)

// The alarms follow the journeys: those of the start are there, and after a reload those of the journeys that there are.
func TestAlarmsAreKeptInStepByTheMonitor(t *testing.T) {
	fake := cwfake.New(cwfake.Options{})
	server := httptest.NewServer(fake)
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL_CLOUDWATCH", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "example")
	w := newWorld(t)
	file := worldFiles(t, w, "menu", "order")
	add(t, file, "cloudwatch: {region: eu-west-1, dashboard: true, alarms: {apply: on_reload}}\nmaintenance: [{name: night, cron: '0 3 * * *', for: 30m, mode: mute}]\n")
	m, stop := monitored(t, w, file, time.Second)
	defer stop()
	names := func() string {
		var all []string
		for _, a := range fake.Alarms() {
			all = append(all, strings.TrimPrefix(a.Name, "Outrider/test/"))
		}
		all = append(all, fake.MuteRules()...)
		if fake.Dashboard("Outrider-test") != "" {
			all = append(all, "dashboard")
		}
		return strings.Join(all, " ")
	}
	const rest = " team/shop Outrider/test/maintenance/night dashboard"
	eventually(t, "alarms", func() bool {
		return names() == "menu/broken menu/certificate order/broken order/certificate"+rest
	})
	if err := os.Remove(strings.Replace(file, "outrider.yaml", "j/order.yaml", 1)); err != nil {
		t.Fatal(err)
	}
	if err := m.Reload(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the alarms of one journey", func() bool { return names() == "menu/broken menu/certificate"+rest })
}

func TestAlarmsThatCannotBeKeptAreTriedAgainAndToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &Monitor{log: slog.New(slog.DiscardHandler)}
		m.plan.Store(&plan{config: &Config{Alarms: AlarmsConfig{OnReload: true}}})
		k := newAlarmKeeper(m, t.TempDir())
		var tries atomic.Int32
		var down atomic.Bool
		down.Store(true)
		k.keep = func(context.Context, *Config) (int, error) {
			if tries.Add(1); down.Load() {
				return 0, errors.New("no credentials")
			}
			return 1, nil
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); k.Run(ctx) }()
		k.Wake()
		time.Sleep(time.Minute)
		select {
		case f := <-k.hardship.news:
			t.Errorf("after a minute %v was told", f)
		default:
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if f := <-k.hardship.news; f.failure == nil || f.failure.Message != "no credentials" || tries.Load() < 5 || tries.Load() > 12 {
			t.Errorf("after an hour and %d tries %v was told", tries.Load(), f)
		}
		down.Store(false)
		time.Sleep(mostAlarmPause + time.Second)
		synctest.Wait()
		if f := <-k.hardship.news; f != (news{}) {
			t.Errorf("after the mend %v was told", f)
		}
		stop()
		<-done
	})
}
