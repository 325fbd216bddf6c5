package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/emulate"
)

// lasting are the commands for the conditions that hold from the beginning to the end, for each of the tab's sessions.
func (t *tab) lasting() []wire.Command {
	return emulate.Lasting(&t.options.Journey.Browser, t.Lease.UserAgent, t.options.UserAgent)
}

// screen sets the size of the page. The headless shell's windows are of the right size from the start.
func (t *tab) screen() wire.Command {
	return emulate.Screen(t.conditions, t.options.Journey.Browser.Device)
}

func (t *tab) viewport() (w, h int) {
	return emulate.Viewport(t.conditions, t.options.Journey.Browser.Device)
}

// permit grants the permissions of the conditions to all pages of the context. Who says where it is may be asked.
func (t *tab) permit(ctx context.Context, c journeys.Conditions) error {
	names := c.Permissions
	if c.Geolocation != nil {
		names = append([]string{"geolocation"}, names...)
	}
	for _, name := range names {
		err := t.Lease.Root.Call(ctx, "Browser.setPermission", permission{
			Permission: map[string]any{"name": name}, Setting: "granted", Context: t.window.contextID,
		}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

type permission struct {
	Permission map[string]any       `json:"permission"`
	Setting    string               `json:"setting"`
	Context    cdp.BrowserContextID `json:"browserContextId"`
}

// change does a `browser` step: the pages that are there and those to come have the new conditions.
func (t *tab) change(ctx context.Context, c journeys.Conditions) error {
	if c.Permissions != nil {
		if err := t.Lease.Root.Call(ctx, "Browser.resetPermissions", permission{Context: t.window.contextID}, nil); err != nil {
			return err
		}
	}
	t.Lock()
	now := emulate.Merged(t.conditions, c)
	t.Unlock()
	if err := t.permit(ctx, now); err != nil {
		return err
	}
	for _, each := range t.window.tabs() {
		if err := each.turn(ctx, c, now); err != nil && each == t {
			return err
		}
	}
	return nil
}

// turn changes the conditions of one tab. What stands together in one command is sent together.
func (t *tab) turn(ctx context.Context, c, now journeys.Conditions) error {
	t.Lock()
	t.conditions = now
	t.Unlock()
	if c.Width != 0 {
		screen := t.screen()
		if err := t.Call(ctx, screen.Method, screen.Params, nil); err != nil {
			return err
		}
	}
	if c.Offline != nil || c.Network != nil {
		c.Offline, c.Network = now.Offline, now.Network
	}
	if c.ColorScheme != "" || c.ReducedMotion != "" {
		c.ColorScheme, c.ReducedMotion = now.ColorScheme, now.ReducedMotion
	}
	for _, s := range t.Sessions() {
		if err := s.CallAll(ctx, emulate.Changeable(c), dispensable); err != nil && s == t.Line {
			return err
		}
	}
	return nil
}
