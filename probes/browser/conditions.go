package browser

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
)

// The conditions of a journey are commands to the browser. Only what the journey asks for is sent: one that asks for
// nothing pays nothing.

// lasting are the conditions that hold from the beginning to the end, for each of the tab's sessions.
func (t *tab) lasting() []command {
	b := &t.options.Journey.Browser
	all := []command{t.identity()}
	if l := locale(b.Locale); l != chrome.Locale {
		all = append(all, command{"Emulation.setLocaleOverride", map[string]any{"locale": l}})
	}
	if b.Timezone != "" {
		all = append(all, command{"Emulation.setTimezoneOverride", map[string]any{"timezoneId": b.Timezone}})
	}
	if len(b.Block) > 0 {
		all = append(all, command{"Network.setBlockedURLs", map[string]any{"urls": b.Block}})
	}
	if b.Device != nil {
		all = append(all, command{"Emulation.setTouchEmulationEnabled", map[string]any{"enabled": true, "maxTouchPoints": 5}})
	}
	return all
}

// changeable are the commands for conditions that steps can change too, for each of the tab's sessions.
func changeable(c journeys.Conditions) []command {
	var all []command
	var media []map[string]any
	for feature, value := range map[string]string{
		"prefers-color-scheme": c.ColorScheme, "prefers-reduced-motion": c.ReducedMotion,
	} {
		if value != "" {
			media = append(media, map[string]any{"name": feature, "value": value})
		}
	}
	if media != nil {
		all = append(all, command{"Emulation.setEmulatedMedia", map[string]any{"features": media}})
	}
	if g := c.Geolocation; g != nil {
		all = append(all, command{"Emulation.setGeolocationOverride", map[string]any{
			"latitude": g.Latitude, "longitude": g.Longitude, "accuracy": g.Accuracy,
		}})
	}
	if c.Offline != nil || c.Network != nil {
		all = append(all, line(c)...)
	}
	if c.CPU > 0 {
		all = append(all, command{"Emulation.setCPUThrottlingRate", map[string]any{"rate": c.CPU}})
	}
	return all
}

// line is the speed of the network, and what scripts are told of it.
func line(c journeys.Conditions) []command {
	w := journeys.Network{}
	if c.Network != nil {
		w = *c.Network
	}
	speed := map[string]any{
		"urlPattern": "", "offline": c.Offline != nil && *c.Offline, "latency": float64(w.Latency) / float64(time.Millisecond),
		"downloadThroughput": unlimited(w.Download), "uploadThroughput": unlimited(w.Upload),
	}
	return []command{
		{"Network.emulateNetworkConditionsByRule", map[string]any{"matchedNetworkConditions": []any{speed}}},
		{"Network.overrideNetworkState", speed},
	}
}

// unlimited writes a speed as the protocol does, for which no limit is -1.
func unlimited(speed float64) float64 { return cmp.Or(speed, -1) }

// screen sets the size of the page. The headless shell's windows are of the right size from the start.
func (t *tab) screen() command {
	d := t.options.Journey.Browser.Device
	w, h := t.viewport()
	p := map[string]any{"width": w, "height": h, "deviceScaleFactor": 1, "mobile": false, "screenWidth": w, "screenHeight": h}
	if d != nil {
		p["deviceScaleFactor"], p["mobile"] = d.Scale, true
		p["screenWidth"], p["screenHeight"] = max(d.ScreenWidth, w), max(d.ScreenHeight, h)
	}
	return command{"Emulation.setDeviceMetricsOverride", p}
}

func (t *tab) viewport() (w, h int) {
	c, d := t.conditions, t.options.Journey.Browser.Device
	if d == nil {
		d = &journeys.Device{Width: 1280, Height: 800}
	}
	return cmp.Or(c.Width, d.Width), cmp.Or(c.Height, d.Height)
}

// identity is what the browser says of itself, with our token at its end.
func (t *tab) identity() command {
	b := &t.options.Journey.Browser
	agent := t.lease.UserAgent
	p := map[string]any{"acceptLanguage": locale(b.Locale)}
	if d := b.Device; d != nil {
		agent = d.UserAgent
		if agent == "" {
			version := majorVersion(t.lease.UserAgent)
			agent = androidAgent(version, d.Tablet)
			p["platform"] = "Linux armv81"
			p["userAgentMetadata"] = map[string]any{
				"platform": "Android", "platformVersion": d.Android, "architecture": "", "model": d.Model, "mobile": !d.Tablet,
				"brands": []map[string]any{
					{"brand": "Chromium", "version": version}, {"brand": "Google Chrome", "version": version}, {"brand": "Not_A Brand", "version": "99"},
				},
			}
		} else if d.Tablet {
			p["platform"] = "MacIntel"
		} else {
			p["platform"] = "iPhone"
		}
	}
	if t.options.UserAgent != "" {
		agent += " " + t.options.UserAgent
	}
	p["userAgent"] = agent
	return command{"Emulation.setUserAgentOverride", p}
}

// androidAgent is what Chrome on Android says: it keeps the device to itself.
func androidAgent(version string, tablet bool) string {
	mobile := "Mobile "
	if tablet {
		mobile = ""
	}
	return "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + version + ".0.0.0 " + mobile + "Safari/537.36"
}

// majorVersion finds the browser's version in what it says of itself.
func majorVersion(agent string) string {
	_, rest, _ := strings.Cut(agent, "Chrome/")
	version, _, _ := strings.Cut(rest, ".")
	return version
}

func locale(tag string) string { return cmp.Or(tag, chrome.Locale) }

// permit grants the permissions of the conditions to all pages of the context. Who says where it is may be asked.
func (t *tab) permit(ctx context.Context, c journeys.Conditions) error {
	names := c.Permissions
	if c.Geolocation != nil {
		names = append([]string{"geolocation"}, names...)
	}
	for _, name := range names {
		err := t.lease.Root.Call(ctx, "Browser.setPermission", permission{
			Permission: map[string]any{"name": name}, Setting: "granted", Context: t.contextID,
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
		if err := t.lease.Root.Call(ctx, "Browser.resetPermissions", permission{Context: t.contextID}, nil); err != nil {
			return err
		}
	}
	t.mu.Lock()
	now := merged(t.conditions, c)
	t.mu.Unlock()
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
	t.mu.Lock()
	t.conditions = now
	t.mu.Unlock()
	if c.Width != 0 {
		screen := t.screen()
		if err := t.call(ctx, screen.method, screen.params, nil); err != nil {
			return err
		}
	}
	if c.Offline != nil || c.Network != nil {
		c.Offline, c.Network = now.Offline, now.Network
	}
	if c.ColorScheme != "" || c.ReducedMotion != "" {
		c.ColorScheme, c.ReducedMotion = now.ColorScheme, now.ReducedMotion
	}
	for _, s := range t.sessions() {
		if err := sendAll(ctx, s, changeable(c)); err != nil && s == t.page {
			return err
		}
	}
	return nil
}

// merged are the conditions that were, with what is given changed.
func merged(was, c journeys.Conditions) journeys.Conditions {
	if c.Width != 0 {
		was.Width, was.Height = c.Width, c.Height
	}
	if c.Geolocation != nil {
		was.Geolocation = c.Geolocation
	}
	was.ColorScheme = cmp.Or(c.ColorScheme, was.ColorScheme)
	was.ReducedMotion = cmp.Or(c.ReducedMotion, was.ReducedMotion)
	if c.Permissions != nil {
		was.Permissions = c.Permissions
	}
	if c.Offline != nil {
		was.Offline = c.Offline
	}
	if c.Network != nil {
		was.Network = c.Network
	}
	was.CPU = cmp.Or(c.CPU, was.CPU)
	return was
}
