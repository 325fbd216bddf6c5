package monitor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	toolkit "github.com/prometheus/exporter-toolkit/web"
)

// Run runs the monitor until ctx ends, and then stops it: running journeys may finish within Options.Drain, pages get
// a last chance. It gives an error when a part of the monitor failed.
func (m *Monitor) Run(ctx context.Context) error {
	failed := make(chan error, 8)
	if err := m.serve(failed); err != nil {
		return errors.Join(err, m.undo.Run())
	}
	m.start("the upkeep of the history", 5*time.Second, failed, m.store.Tend)
	m.start("the courier", courierTime, failed, m.courier.Run)
	m.undo.Add("the last pages", lastPagesTime, m.lastPages)
	m.start("the ledger", storeTimeout, failed, m.ledger.Run)
	m.start("the secrets", time.Second, failed, m.secrets.Run)
	m.start("the warden", storeTimeout, failed, m.warden.Run)
	if m.cloud != nil {
		m.start("news of CloudWatch", storeTimeout, failed, m.hardship.Run)
		m.start("CloudWatch", cloudTime, failed, m.cloud.Run)
		m.start("news of CloudWatch's alarms", storeTimeout, failed, m.alarms.hardship.Run)
		m.start("CloudWatch's alarms", cloudTime, failed, m.alarms.Run)
	}
	for _, h := range m.abandoned {
		m.start("the end of trouble with "+h.part, storeTimeout, failed, h.Run)
	}
	if m.traces != nil {
		m.start("the traces", traceTime, failed, m.traces.Run)
	}
	m.start("the vigil", time.Second, failed, m.vigil.Run)
	m.start("the watch for silent journeys", storeTimeout, failed, m.listen)
	if m.o.Watch {
		if w, err := newWatcher(m.log, m.sources, m.reloadChanged); err != nil {
			m.log.Warn("changed files are not noticed; use SIGHUP after a change", "error", err)
		} else {
			m.start("the watcher", time.Second, failed, w.Run)
		}
	}
	m.undo.Add("the runs on their way", m.o.Drain+cutTime, m.drain)
	m.schedule.Start()
	m.lookAgain()
	m.ready.Store(true)
	config := m.plan.Load().config
	m.log.Info("started", "journeys", len(config.Journeys), "url", m.URL(), "deployment", config.Deployment, "location", config.Location)

	var err error
	select {
	case <-ctx.Done():
		m.log.Info("stopping", "cause", context.Cause(ctx))
	case err = <-failed:
		m.log.Error("stopping", "error", err)
	}
	m.ready.Store(false)
	err = errors.Join(err, m.undo.Run())
	m.log.Info("stopped")
	return err
}

// start runs a part in the background; undoing it is to end its context and to wait for it.
func (m *Monitor) start(name string, within time.Duration, failed chan<- error, run func(ctx context.Context) error) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := run(ctx); err != nil && ctx.Err() == nil {
			failed <- fmt.Errorf("%s: %w", name, err)
		}
	}()
	m.undo.Add(name, within, func(ctx context.Context) error {
		stop()
		select {
		case <-done:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("did not end within %s", within)
		}
	})
}

// serve serves the site and what machines ask.
func (m *Monitor) serve(failed chan<- error) error {
	site, err := m.site()
	if err != nil {
		return err
	}
	config := m.plan.Load().config
	none := []string{}
	yes := false
	m.server = &http.Server{Handler: m.handler(site), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(m.log.Handler(), slog.LevelDebug)}
	quiet := slog.New(slog.DiscardHandler)
	go func() {
		err := toolkit.Serve(m.listener, m.server, &toolkit.FlagConfig{WebListenAddresses: &none, WebSystemdSocket: &yes, WebConfigFile: &config.WebConfig}, quiet)
		if closed(err) != nil {
			failed <- fmt.Errorf("serving: %w", err)
		}
	}()
	m.undo.Add("the site", 5*time.Second, func(ctx context.Context) error {
		if err := m.server.Shutdown(ctx); err != nil {
			return closed(m.server.Close())
		}
		return nil
	})
	return nil
}

// drain lets running journeys finish within Options.Drain, and cuts short those that do not: they still run their
// finally steps.
func (m *Monitor) drain(ctx context.Context) error {
	m.schedule.Hold()
	patient, cancel := context.WithTimeout(ctx, m.o.Drain)
	defer cancel()
	if m.schedule.Wait(patient) == nil {
		return nil
	}
	m.log.Warn("cutting running journeys short; their finally steps still run", "after", m.o.Drain)
	m.cut(errStopping)
	if err := m.schedule.Wait(ctx); err != nil {
		return errors.New("journeys did not end although they were cut short")
	}
	return nil
}

// panicked is what the schedule calls when a run's handling panicked. The runner recovers from everything that a
// journey can bring about; this is a mistake of ours.
func (m *Monitor) panicked(name string, what any) {
	m.log.Error("handling a run panicked", "journey", name, "panic", fmt.Sprint(what))
}
