package monitor

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"sync"
	"time"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// Reload reads the configuration again. On an error the one in use stays; the error says why, and so do the log and
// a metric. Journeys whose timing is unchanged keep their place in the schedule.
func (m *Monitor) Reload() error {
	m.reloading.Lock()
	defer m.reloading.Unlock()
	err := m.reload()
	m.numbers.ConfigReload(err == nil, time.Now())
	problem := ""
	if err != nil {
		problem = err.Error()
	}
	m.reloadProblem.Store(&problem)
	if err != nil {
		m.log.Error("the configuration could not be loaded; the one in use stays", "error", err)
		return err
	}
	m.log.Info("the configuration was loaded", "journeys", len(m.plan.Load().config.Journeys))
	return nil
}

func (m *Monitor) reload() error {
	config, pagers, err := m.load()
	if err != nil {
		return err
	}
	if err := m.fixed(config); err != nil {
		return err
	}
	return m.adopt(config, pagers)
}

// fixed refuses a change of what can only be chosen at the start: to ignore it silently would be worse.
func (m *Monitor) fixed(next *Config) error {
	now := m.plan.Load().config
	for _, f := range []struct {
		key      string
		now, new any
	}{
		{"data", now.Data, next.Data}, {"listen", now.Listen, next.Listen}, {"web_config", now.WebConfig, next.WebConfig},
		{"location", now.Location, next.Location}, {"deployment", now.Deployment, next.Deployment}, {"browser", now.Browser, next.Browser},
		{"cloudwatch", now.CloudWatch, next.CloudWatch}, {"traces", now.Traces.sending(), next.Traces.sending()},
	} {
		if f.now != f.new {
			return fmt.Errorf("%s cannot change while the monitor runs; restart it", f.key)
		}
	}
	return nil
}

// adopt makes a configuration the one in use.
func (m *Monitor) adopt(config *Config, pagers map[string]paging.Pager) error {
	heart, err := m.newHeart(config)
	if err != nil {
		return err
	}
	next := newPlan(config, m.newRunner(config), NewComposer(config))
	m.numbers.Configure(config.Journeys)
	m.numbers.ConfigurePagers(sortedKeys(config.Pagers))
	m.pagers.Store(&pagers)
	m.courier.SetDirectory(paging.Directory{Pagers: pagers, Fallback: config.FallbackPagers, Paces: config.paces()})
	m.secrets.Keep(config.Journeys)
	m.heart.Store(heart)
	m.plan.Store(next)
	if err := m.schedule.Set(next.timings()); err != nil {
		return err
	}
	m.silence.Begin(time.Now())
	m.alarms.Wake()
	for name := range next.tasks {
		if at, ok := m.schedule.Next(name); ok {
			m.numbers.NextRun(name, at)
		}
	}
	m.retire(next)
	// Reading thousands of journeys leaves as much garbage behind as the monitor will ever use: give it back.
	debug.FreeOSMemory()
	return nil
}

func (m *Monitor) newRunner(config *Config) *probes.Runner {
	return probes.NewRunner(probes.Options{
		Drivers: m.drivers.All, Location: config.Location, Deployment: config.Deployment, Environment: config.Environment, Env: m.o.Env, Secrets: m.secrets,
		Timeout: config.Defaults.Timeout, StepTimeout: config.Defaults.StepTimeout,
		EvidenceTime: evidenceTime, FinallyTime: finallyTime, Control: config.Control,
		Sessions: m.sessions, Saver: func(session string) *journeys.Journey { return journeys.Saver(config.Journeys, session) },
		Trace: config.Tracing(m.o.Env), Published: m.published.All, LastGood: m.lastGood, UserAgent: "Outrider/" + first(m.o.Version, "devel"), Log: m.log,
	})
}

// lastGood is what a failed step is compared with. Without it the evidence says less, that is all.
func (m *Monitor) lastGood(ctx context.Context, journey string) *probes.Portrait {
	p, err := m.store.Portrait(ctx, journey)
	if err != nil {
		m.log.Warn("the last good run cannot be compared with", "journey", journey, "error", err)
	}
	return p
}

// retire ends the incidents of journeys that are configured no longer: nobody would ever close them.
func (m *Monitor) retire(p *plan) {
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	now := time.Now().UTC()
	// Runs that were judged by the configuration before are behind us then, and their incidents in the states.
	if err := m.store.Update(ctx, "", func(history.Prev) history.Entry { return history.Entry{} }); err != nil {
		m.log.Error("waiting for the runs of removed journeys", "error", err)
	}
	for name, state := range m.store.States() {
		if p.has(name) || state.Incident == nil {
			continue
		}
		err := m.store.Update(ctx, name, func(prev history.Prev) history.Entry { return p.retire(prev, now) })
		m.logRetired(name, err)
	}
	for name := range m.store.Monitor().Troubles {
		if !p.has(name) {
			err := m.store.Update(ctx, "", func(prev history.Prev) history.Entry { return p.retireTroubles(prev, now) })
			m.logRetired(name, err)
			break // one update is for all
		}
	}
	m.courier.Wake()
	m.warden.Wake()
}

func (m *Monitor) logRetired(journey string, err error) {
	if err != nil {
		m.log.Error("the incident of a removed journey could not be ended", "journey", journey, "error", err)
		return
	}
	m.log.Info("the incident of a removed journey was ended", "journey", journey)
}

// restore takes over what was known before the monitor was started.
func (m *Monitor) restore() {
	p := m.plan.Load()
	now := time.Now()
	for name, state := range m.store.States() {
		t := p.tasks[name]
		if t == nil {
			continue
		}
		m.numbers.Restore(name, state)
		m.published.Set(name, state.Published)
		m.countDown(t, state, now)
	}
	m.numbers.ConfigReload(true, now)
}

// countDown counts the runs that were due while the monitor was not running.
func (m *Monitor) countDown(t *task, state incidents.State, now time.Time) {
	if state.LastRunAt.IsZero() {
		return
	}
	slots, err := newSlots(t.Name, t.timing, state.LastRunAt)
	if err != nil {
		return
	}
	_, n := slots.latest(state.LastRunAt, now)
	for range min(n, 100_000) {
		m.numbers.MissedRun(t.Name, exporter.Down)
	}
}

// sources are what the watcher watches.
func (m *Monitor) sources() (files, folders []string) {
	c := m.plan.Load().config
	return c.Files, c.Folders
}

// reloadChanged is what the watcher calls.
func (m *Monitor) reloadChanged() {
	m.log.Info("a file of the configuration has changed")
	m.Reload() // says by itself what it did
}

// published holds what the last good run of each journey published.
type published struct {
	mu sync.Mutex
	// all is replaced, never changed: runs hold it.
	all map[string]map[string]any
}

// Set remembers what a journey published.
func (p *published) Set(journey string, values map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(values) == 0 && len(p.all[journey]) == 0 {
		return
	}
	next := maps.Clone(p.all)
	if next == nil {
		next = map[string]map[string]any{}
	}
	next[journey] = values
	p.all = next
}

// All gives what every journey published. It must not be changed.
func (p *published) All() map[string]map[string]any {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all
}
