package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/emulate"
	"github.com/outrider-monitor/outrider/probes/browser/hand"
	"github.com/outrider-monitor/outrider/probes/browser/orders"
	"github.com/outrider-monitor/outrider/probes/browser/page"
	"github.com/outrider-monitor/outrider/probes/browser/traffic"
	"github.com/outrider-monitor/outrider/probes/browser/witness"
)

// tab is a page of an attempt's window, with the conditions and orders that hold in it.
type tab struct {
	*hand.Hand
	options probes.SessionOptions
	window  *window
	// opener is the tab whose page opened this one; nil for the first.
	opener *tab
	// seen says that some step has looked at the tab; it belongs to the session.
	seen bool
	// eye sees the page for the evidence.
	eye *witness.Eye
	// conditions are those that hold now; steps change them.
	conditions journeys.Conditions
	marking    bool // requests of the page are stopped to be marked
	expected   *expected
	stored     map[string]string // scripts that fill an origin's storage
	signedIn   map[string]bool   // requests that have been given the credentials
}

// newTab makes a tab without its page.
func newTab(w *window, c journeys.Conditions, log *traffic.Log) *tab {
	t := &tab{window: w, options: w.options, conditions: c}
	t.Hand = hand.NewHand(page.New(w.lease, w.options.StartedAt, w.options.Journey.Browser.TestIDAttribute, log, t), t.viewport)
	t.eye = witness.NewEye(t.Page, w.options.Redactor, len(w.options.Journey.Mask) > 0)
	return t
}

// configure sets the page's conditions. The commands are sent together: they cost one round trip.
func (t *tab) configure(ctx context.Context) error {
	all := t.allSetup(true)
	if !t.Lease.Shell || t.options.Journey.Browser.Device != nil { // a window with a frame around the page
		all = append(all, t.screen())
	}
	if t.window.downloads == nil {
		all = append(all, wire.Say("Page.setDownloadBehavior", map[string]any{"behavior": "deny"}))
	}
	if !t.Lease.Shell && !t.window.orders.Load().Intercept() {
		all = append(all, orders.None(true))
	}
	all = append(all,
		wire.Say("Emulation.setFocusEmulationEnabled", map[string]any{"enabled": true}),
		wire.Say("Runtime.runIfWaitingForDebugger", nil),
	)
	if err := t.permit(ctx, t.conditions); err != nil {
		return err
	}
	return t.Line.CallAll(ctx, all, dispensable)
}

// dispensable reports whether a page may go without a command that its browser refuses: an unknown language, a
// browser that is older than the command.
func dispensable(method string) bool {
	return method == "Emulation.setLocaleOverride" || method == "Network.configureDurableMessages"
}

// Prepare turns on the domains that a session needs, without waiting.
func (t *tab) Prepare(s *wire.Session) {
	for _, c := range t.allSetup(false) {
		s.Post(c.Method, c.Params)
	}
	c := orders.None(!t.Lease.Shell)
	if t.window.orders.Load().Intercept() {
		c = orders.StopAll()
	}
	s.Post(c.Method, c.Params)
}

// allSetup are the commands that prepare a session: what to report, and the conditions of the journey.
func (t *tab) allSetup(blank bool) []wire.Command {
	all := append(t.Setup(blank), t.lasting()...)
	t.Lock()
	defer t.Unlock()
	return append(all, emulate.Changeable(t.conditions)...)
}

// Heard follows what the journey has a say in, and leaves what a step has set going to the hand.
func (t *tab) Heard(s *wire.Session, method string, params jsonv2.Value) {
	switch method {
	case "Fetch.requestPaused":
		t.requestPaused(s, params)
	case "Fetch.authRequired":
		t.authRequired(s, params)
	case "Page.javascriptDialogOpening":
		t.dialogOpening(s, params)
	default:
		t.Hand.Heard(s, method, params)
	}
}

// Committed forgets what was for one document only.
func (t *tab) Committed(url string) { t.storedOnce(url) }

// StandsStill has requests marked again.
func (t *tab) StandsStill() { t.mark() }

// Gone wakes those who wait in any tab.
func (t *tab) Gone() { t.window.bump() }
