package monitor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/exporter/cloudwatch"
	"github.com/outrider-monitor/outrider/exporter/traces"
	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/monitor/deadman"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/secrets"
	"github.com/outrider-monitor/outrider/probes/secrets/awssecrets"
)

// Options say which configuration to run, and with what.
type Options struct {
	// ConfigFile is the monitor's file.
	ConfigFile string
	// Environment is the one whose variables the journeys have. Empty: the configuration's.
	Environment string
	// Env looks up environment variables, for journeys and for secrets. Nil: os.LookupEnv.
	Env func(string) (string, bool)
	// Log hears everything. Nil: nobody.
	Log *slog.Logger
	// Version and Revision are what the build says of itself.
	Version, Revision string
	// Drain is how long running journeys may go on after the monitor was told to stop; then they are cut short, and
	// still run their finally steps. Zero: 20s.
	Drain time.Duration
	// Watch reloads the configuration when a file of it changes.
	Watch bool
	// Adjust, when set, changes the configuration each time it was read (the demo's ports).
	Adjust func(*Config)
	// PlaceHTTP is how many journeys without a browser run at a time. Zero: 1000.
	PlaceHTTP int
}

// The time that stopping may take, beyond Options.Drain.
const (
	defaultDrain = 20 * time.Second
	finallyTime  = 15 * time.Second
	evidenceTime = 5 * time.Second
	// cutTime is for finally steps and evidence of runs that were cut short.
	cutTime = finallyTime + evidenceTime + 10*time.Second
	// courierTime is for sends that are on their way, lastPagesTime for pages that have just been stored.
	courierTime   = 10 * time.Second
	lastPagesTime = 3 * time.Second
)

// errStopping is why runs end early.
var errStopping = errors.New("the monitor is stopping")

// Monitor is the whole: schedule, runs, store, numbers, pages and the site. Make it with New; Run it once.
type Monitor struct {
	o       Options
	log     *slog.Logger
	metrics http.Handler
	numbers *exporter.Exporter
	// cloud is nil where nothing goes to CloudWatch.
	cloud *cloudwatch.Publisher
	// hardship tells of trouble with CloudWatch; nil where nothing goes there.
	hardship *hardship
	// abandoned are troubles with what the configuration no longer has: to be closed.
	abandoned []*hardship
	// alarms keeps CloudWatch's alarms in step; nil where nothing goes there.
	alarms *alarmKeeper
	// traces is nil where runs leave none.
	traces   *traces.Exporter
	store    *history.Store
	courier  *paging.Courier
	ledger   *ledger
	schedule *schedule
	gate     *gate
	drivers  *DriverSet
	listener net.Listener
	server   *http.Server

	plan      atomic.Pointer[plan]
	pagers    atomic.Pointer[map[string]paging.Pager]
	published published
	sessions  *probes.Sessions
	secrets   *secrets.Keeper
	turns     turns
	vigil     vigil
	silence   deadman.Watch
	heart     atomic.Pointer[deadman.Heart]
	beating   sync.Mutex
	warden    warden
	reloading sync.Mutex
	// reloadProblem says why the last reload was refused; nil or empty if it was not.
	reloadProblem atomic.Pointer[string]
	ready         atomic.Bool

	// running is the context of all runs; it outlives the order to stop, by Drain.
	running context.Context
	cut     context.CancelCauseFunc
	undo    cleanups
}

// New reads the configuration and makes everything ready: when it returns without an error, the port is ours and the
// store is open. On an error nothing is left behind.
func New(o Options) (*Monitor, error) {
	if o.Env == nil {
		o.Env = os.LookupEnv
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Drain = first(o.Drain, defaultDrain)
	o.PlaceHTTP = first(o.PlaceHTTP, 1000)
	m := &Monitor{o: o, log: o.Log, undo: cleanups{log: o.Log}, sessions: probes.NewSessions()}
	m.running, m.cut = context.WithCancelCause(context.Background())
	if err := m.open(); err != nil {
		return nil, errors.Join(err, m.undo.Run())
	}
	return m, nil
}

// open makes the parts, and remembers how to undo each.
func (m *Monitor) open() error {
	config, pagers, err := m.load()
	if err != nil {
		return err
	}
	if err := checkWebConfig(config.WebConfig); err != nil {
		return err
	}
	if m.listener, err = listen(config.Listen); err != nil {
		return err
	}
	m.undo.Add("closing the port", time.Second, func(context.Context) error { return closed(m.listener.Close()) })
	if m.store, err = history.Open(config.Data, history.Options{Log: m.log}); err != nil {
		return err
	}
	m.undo.Add("closing the history", 10*time.Second, func(context.Context) error { return m.store.Close() })
	if err := m.openNumbers(config); err != nil {
		return err
	}
	if err := m.openCloudWatch(config); err != nil {
		return err
	}
	if err := m.openTraces(config); err != nil {
		return err
	}
	if m.drivers, err = Drivers(DriverOptions{Browser: config.Browser, Log: m.log, OnBrowserStart: m.browserStarted}); err != nil {
		return err
	}
	m.secrets = secrets.NewKeeper(awssecrets.New(config.CloudWatch.Region), m.log)
	m.undo.Add("ending the browser", 10*time.Second, m.drivers.Close)
	m.gate = newGate(browserPlaces(config.Browser), m.o.PlaceHTTP)
	m.courier = m.newCourier()
	m.ledger = newLedger(m.store, &distress{log: m.log, pagers: m.monitorPagers}, m.courier, m.log)
	m.ledger.current = m.current
	m.warden = warden{m: m, wake: make(chan struct{}, 1)}
	m.ledger.stir = m.warden.Wake
	if m.schedule, err = newSchedule(scheduleHooks{fire: m.due, missed: m.missed, extra: m.recheck, panicked: m.panicked}); err != nil {
		return err
	}
	m.undo.Add("ending the schedule", 2*time.Second, func(context.Context) error { return m.schedule.Close() })
	if err := m.adopt(config, pagers); err != nil {
		return err
	}
	m.restore()
	return nil
}

// load reads the configuration and makes its pagers.
func (m *Monitor) load() (*Config, map[string]paging.Pager, error) {
	config, err := LoadFor(m.o.ConfigFile, m.o.Environment)
	if err != nil {
		return nil, nil, err
	}
	if n := len(config.Warnings); n > 0 {
		m.log.Warn("the configuration is doubtful; outrider check says where", "warnings", n)
	}
	if m.o.Adjust != nil {
		m.o.Adjust(config)
	}
	pagers, err := m.makePagers(config)
	return config, pagers, err
}

// openNumbers makes the metrics.
func (m *Monitor) openNumbers(config *Config) (err error) {
	process := prometheus.NewRegistry()
	process.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.numbers, err = exporter.New(nil, exporter.Options{
		Location: config.Location, Version: m.o.Version, Revision: m.o.Revision, Severity: config.Defaults.Alert.Severity.Worst(),
		PagesPending:      func() int { n, _ := m.backlog(); return n },
		OldestPendingPage: func() time.Duration { _, age := m.backlog(); return age },
		BrowserMemory:     func() int64 { return m.drivers.Memory() },
	})
	if err != nil {
		return err
	}
	m.metrics, err = m.numbers.Handler(process)
	return err
}

// backlog is how many pages wait, and for how long the oldest does.
func (m *Monitor) backlog() (int, time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	n, oldest, err := m.store.Backlog(ctx)
	if err != nil || n == 0 {
		return 0, 0
	}
	return n, max(0, time.Since(oldest))
}

// listen takes the port, and says in words when another has it.
func listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, &StartError{Err: fmt.Errorf("listening on %s: another program uses this port", address),
			Hint: "set listen: to another address, or stop the other program (another Outrider, perhaps)"}
	case errors.Is(err, syscall.EACCES):
		return nil, &StartError{Err: fmt.Errorf("listening on %s: not allowed", address), Hint: "ports below 1024 need rights that Outrider does not want; use a higher one"}
	}
	return nil, &StartError{Err: fmt.Errorf("listening on %s: %w", address, err), Hint: "set listen: to an address of this machine, such as " + DefaultListen}
}

// StartError says why the monitor cannot start, and what to do.
type StartError struct {
	Err  error
	Hint string
}

func (e *StartError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *StartError) Unwrap() error { return e.Err }

// closed forgives that something is closed already.
func closed(err error) error {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// URL is where the site is, on this machine.
func (m *Monitor) URL() string {
	return scheme(m.plan.Load().config.WebConfig) + "://" + strings.Replace(m.listener.Addr().String(), "[::]", "localhost", 1)
}
