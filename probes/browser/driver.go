package browser

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
)

// Options configure the browser. The zero value is right on a Debian machine with Chromium.
type Options = chrome.Options

// closeTime bounds the end of the browser when Run's context ends.
const closeTime = 10 * time.Second

// Driver does browser steps. It is a [probes.Driver].
type Driver struct {
	supervisor *chrome.Supervisor
}

// New makes a driver. It starts no browser: the first step that needs one does. It sweeps the profile folders
// of monitors that were killed.
func New(o Options) (*Driver, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	return &Driver{supervisor: chrome.NewSupervisor(o)}, nil
}

// Run waits for ctx to end and then closes the browser.
func (d *Driver) Run(ctx context.Context) error {
	<-ctx.Done()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	return d.Close(ctx)
}

// Close ends the browser and waits, within ctx, until its processes and folders are gone. It may be called
// more than once.
func (d *Driver) Close(ctx context.Context) error { return d.supervisor.Close(ctx) }

// Memory is the memory of the browser and all its processes, in bytes; zero when none runs.
func (d *Driver) Memory() int64 { return d.supervisor.Memory() }

// Handles reports whether a is a browser verb.
func (d *Driver) Handles(a journeys.Action) bool { return journeys.IsBrowser(a) }

// Open starts a session: a context of its own, with one page.
func (d *Driver) Open(ctx context.Context, o probes.SessionOptions) (probes.Session, error) {
	lease, err := d.supervisor.Lease(ctx)
	if err != nil {
		return nil, startFailure(ctx, err)
	}
	t, err := openWindow(ctx, lease, o)
	if err != nil {
		lease.Release()
		if ctx.Err() != nil && !errors.Is(err, wire.ErrLost) {
			return nil, &probes.Failure{Reason: probes.BrowserFault, Message: "the browser did not open a page in time", Err: err}
		}
		return nil, &probes.Failure{Reason: probes.BrowserFault, Message: fmt.Sprintf("the browser opened no page: %v", err), Err: err}
	}
	t.seen = true
	lease.WatchNetwork()
	return &session{tab: t, options: o}, nil
}

// startFailure says that there is no browser, and what to do about it.
func startFailure(ctx context.Context, err error) *probes.Failure {
	f := &probes.Failure{Reason: probes.BrowserFault, Message: err.Error(), Err: err}
	var start *chrome.StartError
	if errors.As(err, &start) && start.Hint != "" {
		f.Message += "; hint: " + start.Hint
	}
	if errors.Is(err, chrome.ErrNoMemory) {
		f.Reason = probes.Resources
		f.Message += "; hint: give the machine more memory, fewer browser journeys at a time, or less to browser.min_free"
	}
	if errors.Is(context.Cause(ctx), context.Canceled) {
		f.Reason = probes.Cancelled
	}
	return f
}
